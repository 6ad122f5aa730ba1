"""What becomes of each recommendation: allow, needs approval, or deny.

The policies judge each manifest by itself; the limits here are about a whole run.
Both are asked for every recommendation, so that a person sees all reasons at once.
"""

import hashlib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from tasks.core.policy.judgement import Objection, PolicySet
from tasks.core.policy.limits import Limits, Run
from tasks.core.rightsizing.advice import Recommendation
from tasks.core.rightsizing.recommendations import ZERO
from tasks.core.workflows import manifests, templates
from tasks.core.workflows.targets import Refusal

ALLOW, NEEDS_APPROVAL, DENY = "allow", "needs_approval", "deny"
APPROVED_BY = f"{templates.PREFIX}approved-by"
APPROVED_FOR = f"{templates.PREFIX}approved-for"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row of ``actions.verdicts``, without its time.

    Attributes:
        dispatch_objections: What stands against submitting it today.
        manifest_digest: Of the manifest that was judged; None where there is none.
    """

    verdict_id: str
    recommendation_id: str
    decision: str
    reasons: tuple[str, ...]
    dispatch_objections: tuple[str, ...]
    manifest_digest: str | None
    policy_digest: str

    @property
    def said(self) -> tuple[object, ...]:
        """What it says; a verdict that says the same is not written again."""
        return (
            self.decision,
            self.reasons,
            self.dispatch_objections,
            self.manifest_digest,
            self.policy_digest,
        )


@dataclass(frozen=True, slots=True)
class World:
    """What the limits need to know.

    Attributes:
        today: Day of the judgement.
        population: Known resources by provider.
        changed: Day of the last change by provider and resource.
        previous: Newest verdict by recommendation.
    """

    today: date
    population: Mapping[str, int]
    changed: Mapping[tuple[str, str], date]
    previous: Mapping[str, Verdict]


def judge(
    recommendations: Iterable[Recommendation],
    policies: PolicySet,
    limits: Limits,
    world: World,
    granted: Iterable[Recommendation] = (),
) -> list[Verdict]:
    """Judge open recommendations, the largest saving first.

    Because of that order a limit cuts off what is worth least. The limits of a run
    are about what goes ahead by itself: what waits for a person is that person's to
    decide, one by one.

    Args:
        recommendations: To be judged.
        policies: As the cluster has them.
        limits: How much may go ahead by itself.
        world: What the limits need to know.
        granted: What may go ahead and is not judged now; it counts towards the limits.
    """
    run = Run(limits)
    for one in granted:
        run.grant(one)
    digest = policy_digest(policies, limits)
    ordered = sorted(
        recommendations,
        key=lambda one: (-(one.monthly_saving or ZERO), one.recommendation_id),
    )
    return [_verdict(one, policies, run, world, digest) for one in ordered]


def policy_digest(policies: PolicySet, limits: Limits) -> str:
    """Return the SHA-256 over everything that decides."""
    text = f"{policies.digest}\n{limits.model_dump_json()}"
    return hashlib.sha256(text.encode()).hexdigest()


def approved(manifest: Mapping[str, Any], by: str) -> dict[str, Any]:
    """Return the manifest with a person's approval of this very workflow."""
    copy = deepcopy(dict(manifest))
    annotations = copy["metadata"]["annotations"]
    annotations[APPROVED_BY] = by
    annotations[APPROVED_FOR] = copy["metadata"]["name"]
    return copy


def _verdict(
    one: Recommendation, policies: PolicySet, run: Run, world: World, digest: str
) -> Verdict:
    built = manifests.workflow(one, run.limits.change_window)
    if isinstance(built, Refusal):
        found = [Objection("manifest", built.reason)]
        manifest_digest = None
    else:
        found = _objections(policies, manifests.to_object(built))
        manifest_digest = manifests.digest(manifests.to_text(built))
    found += _rest_objections(one, run.limits, world)
    if _decision(found) == ALLOW:
        found += _run_objections(one, run, world)
    decision = _decision(found)
    if decision == ALLOW:
        run.grant(one)
    reasons = tuple(item.message for item in found if not item.at_dispatch)
    at_dispatch = tuple(item.message for item in found if item.at_dispatch)
    said = (decision, reasons, at_dispatch, manifest_digest, digest)
    before = world.previous.get(one.recommendation_id)
    if before is not None and before.said == said:
        return before
    return Verdict(_identity(one, said, before), one.recommendation_id, *said)


def _objections(policies: PolicySet, manifest: Mapping[str, Any]) -> list[Objection]:
    """Ask the policies, and ask again as if somebody had approved.

    Whether an approval would really do is not left to a label: what still objects
    afterwards can not be approved.
    """
    found = policies.objections(manifest)
    if not any(item.may_be_approved for item in found):
        return found
    again = {
        (item.policy, item.message)
        for item in policies.objections(approved(manifest, "anybody"))
    }
    return [
        Objection(
            item.policy,
            item.message,
            item.may_be_approved and (item.policy, item.message) not in again,
            item.at_dispatch,
        )
        for item in found
    ]


def _decision(found: Iterable[Objection]) -> str:
    standing = [item for item in found if not item.at_dispatch]
    if not standing:
        return ALLOW
    if all(item.may_be_approved for item in standing):
        return NEEDS_APPROVAL
    return DENY


def _rest_objections(
    one: Recommendation, limits: Limits, world: World
) -> list[Objection]:
    changed = world.changed.get((one.provider, one.resource_id))
    if changed is None or (world.today - changed).days >= limits.cool_down_days:
        return []
    message = f"It was changed less than {limits.cool_down_days} days ago."
    return [Objection("limits", message)]


def _run_objections(one: Recommendation, run: Run, world: World) -> list[Objection]:
    population = world.population.get(one.provider, 0)
    return [Objection("limits", message) for message in run.objections(one, population)]


def _identity(
    one: Recommendation, said: tuple[object, ...], before: Verdict | None
) -> str:
    """Chain the id to the verdict before it: the same words later are a new verdict."""
    text = repr((one.recommendation_id, said, before.verdict_id if before else None))
    return f"ver-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
