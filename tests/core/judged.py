"""A change that the shipped policies let pass, and ways to alter it."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path

from tasks.core.policy import bundle
from tasks.core.rightsizing.advice import Recommendation
from tasks.core.workflows import manifests, templates

POLICIES = Path(__file__).parents[2] / "deployments" / "policies"
FILES = {path.name: path.read_text(encoding="utf-8") for path in POLICIES.iterdir()}
SHIPPED = bundle.assemble(FILES)
LABEL, NOTE = ("metadata", "labels"), ("metadata", "annotations")
KEY = templates.PREFIX

STOP = Recommendation(
    recommendation_id="rec-6d248c0b11089c03",
    action="stop_instance",
    provider="AWS",
    sub_account_id="111122223333",
    region_id="eu-west-1",
    resource_id="i-0123456789abcdef0",
    resource_type="instance",
    environment="development",
    protected_by=None,
    current="m5.xlarge",
    proposed=None,
    billing_currency="USD",
    monthly_cost=Decimal("138.24"),
    monthly_saving=Decimal("138.24"),
    saving_basis="removed",
    risk="low",
    effort="low",
    evidence="Idle.",
    evidence_from=date(2026, 6, 1),
    evidence_to=date(2026, 6, 30),
    status="open",
    reason=None,
)
WINDOW = "tuesday-to-thursday-02-05"
MANIFEST = manifests.to_object(manifests.workflow(STOP, WINDOW))


def changed(path, value, manifest=MANIFEST):
    """Return the manifest with one value set, or removed where it is None."""
    copy = deepcopy(manifest)
    place = copy
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copy


def standing(manifest, policies=SHIPPED, old=None):
    """Return the objections apart from those against a dispatch."""
    found = policies.objections(manifest, old)
    return [item for item in found if not item.at_dispatch]
