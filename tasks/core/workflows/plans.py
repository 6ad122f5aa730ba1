"""Which manifests should lie in the folder, and what becomes of those that do."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tasks.core.policy import verdicts
from tasks.core.policy.verdicts import Verdict
from tasks.core.rightsizing.advice import Recommendation
from tasks.core.workflows import manifests
from tasks.core.workflows.targets import Refusal

PLANNED, AWAITING, WITHDRAWN = "Planned", "AwaitingApproval", "Withdrawn"
PHASES = {verdicts.ALLOW: PLANNED, verdicts.NEEDS_APPROVAL: AWAITING}

# What events call the step that leads to a phase.
STEPS = {PLANNED: "planned", AWAITING: "awaiting_approval", WITHDRAWN: "withdrawn"}

# Phases in which a workflow is still ours to rewrite; all others are Argo's.
OURS = frozenset({PLANNED, AWAITING, WITHDRAWN})

# What waits for a person lies apart, so that nobody submits a whole folder of it.
FOLDERS = {PLANNED: "", AWAITING: "awaiting-approval/"}

# How a plan's file is called: the name of its Workflow.
FILE = re.compile(r"[a-z]+(?:-[a-z]+)*-[0-9a-f]{16}\.yaml")


@dataclass(frozen=True, slots=True)
class Plan:
    """One manifest and its row in ``actions.workflows``.

    Attributes:
        path: Relative to the folder of workflows.
        text: The manifest's YAML.
    """

    workflow_name: str
    recommendation_id: str
    verdict_id: str
    manifest_digest: str
    phase: str
    path: str
    text: str


def plan(
    recommendations: Mapping[str, Recommendation],
    judged: Iterable[Verdict],
    change_window: str,
) -> list[Plan]:
    """Return a plan for every open recommendation that may go ahead.

    A verdict counts only for the very manifest that it judged: when the
    recommendation has changed since, there is no plan until it is judged again.
    """
    found = []
    for verdict in judged:
        one = recommendations.get(verdict.recommendation_id)
        phase = PHASES.get(verdict.decision)
        if one is None or one.status != "open" or phase is None:
            continue
        built = manifests.workflow(one, change_window)
        if isinstance(built, Refusal):
            continue
        text = manifests.to_text(built)
        if manifests.digest(text) == verdict.manifest_digest:
            found.append(_plan(one, verdict, phase, text))
    return sorted(found, key=lambda one: one.workflow_name)


def _plan(one: Recommendation, verdict: Verdict, phase: str, text: str) -> Plan:
    name = manifests.name(one)
    return Plan(
        workflow_name=name,
        recommendation_id=one.recommendation_id,
        verdict_id=verdict.verdict_id,
        manifest_digest=manifests.digest(text),
        phase=phase,
        path=f"{FOLDERS[phase]}{name}.yaml",
        text=text,
    )
