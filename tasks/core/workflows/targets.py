"""Which resource a change is about, in the words of the provider's own command.

Ids come from bills and inventories, so they are foreign text. Only what has the
exact shape of an id gets into a manifest; all else is refused with the reason.
"""

import re
from dataclasses import dataclass

from tasks.core.rightsizing.advice import Recommendation
from tasks.core.rightsizing.machine_types import AWS, AZURE, GOOGLE

SLUGS = {AWS: "aws", AZURE: "azure", GOOGLE: "google"}

NAME = r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"
AZURE_PART = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,88}[A-Za-z0-9_])?"

AWS_IDS = {
    "instance": re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})"),
    "volume": re.compile(r"vol-(?:[0-9a-f]{8}|[0-9a-f]{17})"),
    "address": re.compile(r"eipalloc-(?:[0-9a-f]{8}|[0-9a-f]{17})"),
}
AWS_ARN = re.compile(
    r"arn:aws:ec2:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):"
    r"(?:instance|volume|elastic-ip)/(?P<id>[a-z]+-[0-9a-f]+)"
)
AWS_ACCOUNT = re.compile(r"[0-9]{12}")
# China and the government's clouds have other roles than those of the templates.
AWS_REGION = re.compile(r"(?!cn-|us-gov-|us-iso)[a-z]{2}(?:-[a-z]+){1,2}-[0-9]")

AZURE_KINDS = {
    "instance": "Microsoft.Compute/virtualMachines",
    "volume": "Microsoft.Compute/disks",
    "address": "Microsoft.Network/publicIPAddresses",
}
AZURE_ID = re.compile(
    r"/subscriptions/(?P<account>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    rf"/resourceGroups/(?P<group>{AZURE_PART})"
    rf"/providers/(?P<kind>Microsoft\.[A-Za-z]+/[A-Za-z]+)/(?P<name>{AZURE_PART})",
    re.IGNORECASE | re.ASCII,
)

GOOGLE_KINDS = {
    "instance": ("zones", "instances"),
    "volume": ("zones", "disks"),
    "address": ("regions", "addresses"),
}
GOOGLE_ID = re.compile(
    rf"(?://compute\.googleapis\.com/)?projects/(?P<account>{NAME})"
    rf"/(?P<scope>zones|regions)/(?P<location>{NAME})"
    rf"/(?P<kind>instances|disks|addresses)/(?P<name>{NAME}|[0-9]{{1,20}})"
)

SKU = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Target:
    """A resource, safe to be named in a manifest.

    Attributes:
        provider: ``aws``, ``azure`` or ``google``.
        account: Account, subscription or project that it is in.
        parameters: What the workflow template needs, by name.
    """

    provider: str
    account: str
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no workflow can be made of a recommendation."""

    reason: str


def target(recommendation: Recommendation) -> Target | Refusal:
    """Return what the recommendation is about, or why it cannot be named."""
    makers = {AWS: _aws, AZURE: _azure, GOOGLE: _google}
    maker = makers.get(recommendation.provider)
    if maker is None:
        return Refusal("Its provider has no workflow templates here.")
    found = maker(recommendation)
    if isinstance(found, Refusal):
        return found
    return _with_types(found, recommendation)


def _with_types(found: Target, recommendation: Recommendation) -> Target | Refusal:
    if recommendation.proposed is None:
        return found
    types = {"current": recommendation.current, "proposed": recommendation.proposed}
    for value in types.values():
        if value is None or not SKU.fullmatch(value):
            return Refusal("Its present or proposed type is not a type's name.")
    parameters = found.parameters | {key: str(value) for key, value in types.items()}
    return Target(found.provider, found.account, parameters)


def _aws(recommendation: Recommendation) -> Target | Refusal:
    arn = AWS_ARN.fullmatch(recommendation.resource_id)
    resource = arn["id"] if arn else recommendation.resource_id
    account = arn["account"] if arn else recommendation.sub_account_id or ""
    region = arn["region"] if arn else recommendation.region_id or ""
    pattern = AWS_IDS.get(recommendation.resource_type)
    if pattern is None or not pattern.fullmatch(resource):
        return _odd(recommendation)
    if account != (recommendation.sub_account_id or account):
        return Refusal("Its id names another account than the bill.")
    if not AWS_ACCOUNT.fullmatch(account) or not AWS_REGION.fullmatch(region):
        return Refusal("Its account or region does not have the shape of one of AWS.")
    return Target(
        SLUGS[AWS],
        account,
        {"account": account, "region": region, "resource": resource},
    )


def _azure(recommendation: Recommendation) -> Target | Refusal:
    match = AZURE_ID.fullmatch(recommendation.resource_id)
    kind = AZURE_KINDS.get(recommendation.resource_type, "")
    if match is None or match["kind"].casefold() != kind.casefold():
        return _odd(recommendation)
    return Target(
        SLUGS[AZURE],
        match["account"].lower(),
        {
            "account": match["account"].lower(),
            "group": match["group"],
            "resource": recommendation.resource_id,
        },
    )


def _google(recommendation: Recommendation) -> Target | Refusal:
    match = GOOGLE_ID.fullmatch(recommendation.resource_id)
    kind = GOOGLE_KINDS.get(recommendation.resource_type)
    if match is None or (match["scope"], match["kind"]) != kind:
        return _odd(recommendation)
    return Target(
        SLUGS[GOOGLE],
        match["account"],
        {
            "account": match["account"],
            "location": match["location"],
            "resource": match["name"],
        },
    )


def _odd(recommendation: Recommendation) -> Refusal:
    return Refusal(
        f"Its id does not have the shape of one of {recommendation.provider}'s"
        f" {recommendation.resource_type} ids."
    )
