"""Argo manifests: one Workflow a recommendation.

Nothing here depends on a clock or on chance: the same recommendation gives the same
bytes.
"""

import hashlib
from typing import Any

import yaml
from hera.workflows import Parameter, Workflow, WorkflowTemplate
from hera.workflows import models as m

from tasks.core.rightsizing.advice import Recommendation
from tasks.core.workflows import targets
from tasks.core.workflows.playbook import Playbook
from tasks.core.workflows.playbooks import PLAYBOOKS
from tasks.core.workflows.targets import Refusal, Target
from tasks.core.workflows.templates import NAMESPACE, PREFIX, SERVICE_ACCOUNT


def workflow(recommendation: Recommendation, change_window: str) -> Workflow | Refusal:
    """Build the Workflow of a recommendation, or say why there can be none.

    Args:
        recommendation: Open, with its cost and saving.
        change_window: Name of the window in which it may run.
    """
    target = targets.target(recommendation)
    if isinstance(target, Refusal):
        return target
    found = PLAYBOOKS.get((recommendation.action, target.provider))
    if found is None:
        return Refusal(f"There is no template for {recommendation.action} there.")
    return Workflow(
        name=name(recommendation),
        namespace=NAMESPACE,
        labels=_labels(recommendation, target, found),
        annotations=_annotations(recommendation, target, change_window),
        workflow_template_ref=m.WorkflowTemplateRef(name=found.template),
        service_account_name=SERVICE_ACCOUNT,
        arguments=[
            Parameter(name=key, value=target.parameters[key])
            for key in found.parameters
        ],
        synchronization=m.Synchronization(
            mutexes=[m.Mutex(name=_mutex(recommendation))]
        ),
    )


def name(recommendation: Recommendation) -> str:
    """Return the Workflow's name: a DNS label that follows from the recommendation.

    Examples:
        >>> from types import SimpleNamespace as Any
        >>> name(Any(action="stop_instance", recommendation_id="rec-6d248c0b11089c03"))
        'stop-instance-6d248c0b11089c03'
    """
    action = recommendation.action.replace("_", "-")
    return f"{action}-{recommendation.recommendation_id.removeprefix('rec-')}"


def to_text(manifest: Workflow | WorkflowTemplate) -> str:
    """Return the manifest as YAML: keys sorted, ASCII, the same bytes every time."""
    return yaml.safe_dump(to_object(manifest), sort_keys=True, width=88)


def to_object(manifest: Workflow | WorkflowTemplate) -> dict[str, Any]:
    """Return the manifest as plain values, as the API server would see it."""
    found: dict[str, Any] = manifest.to_dict()
    return found


def digest(text: str) -> str:
    """Return the SHA-256 of a manifest's YAML."""
    return hashlib.sha256(text.encode()).hexdigest()


def _labels(
    recommendation: Recommendation, target: Target, found: Playbook
) -> dict[str, str]:
    return {
        "app.kubernetes.io/managed-by": "costwarden",
        f"{PREFIX}action": recommendation.action,
        f"{PREFIX}provider": target.provider,
        f"{PREFIX}environment": recommendation.environment or "unknown",
        f"{PREFIX}risk": recommendation.risk or "unknown",
        f"{PREFIX}undo": found.undo.replace("_", "-"),
        f"{PREFIX}protected": "true" if recommendation.protected_by else "false",
        f"{PREFIX}recommendation": recommendation.recommendation_id,
    }


def _annotations(
    recommendation: Recommendation, target: Target, change_window: str
) -> dict[str, str]:
    return {
        f"{PREFIX}account": target.account,
        f"{PREFIX}resource": target.parameters["resource"],
        f"{PREFIX}currency": recommendation.billing_currency,
        f"{PREFIX}monthly-cost": f"{recommendation.monthly_cost or 0:.6f}",
        f"{PREFIX}monthly-saving": f"{recommendation.monthly_saving or 0:.6f}",
        f"{PREFIX}change-window": change_window,
    }


def _mutex(recommendation: Recommendation) -> str:
    """Two changes of one resource never run at the same time."""
    resource = f"{recommendation.provider}\x1f{recommendation.resource_id.casefold()}"
    return f"costwarden-{hashlib.sha256(resource.encode()).hexdigest()[:16]}"
