"""Judge a manifest by the cluster's own admission policies.

Whatever cannot be judged is refused: an unreadable file, an unknown field, a missing
parameter, an expression that fails, a folder without policies, a manifest that no
policy is about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.core import cel
from tasks.core.admission import (
    DISPATCH,
    NEEDS_APPROVAL,
    ON_VIOLATION,
    STAGE,
    Binding,
    ConfigMap,
    Policy,
    Validation,
)

GROUP, VERSION, RESOURCE = "argoproj.io", "v1alpha1", "workflows"
NAMESPACE_LABEL = "kubernetes.io/metadata.name"


@dataclass(frozen=True, slots=True)
class Objection:
    """What one policy holds against a manifest.

    Attributes:
        policy: Name of the policy.
        message: One sentence for people.
        may_be_approved: A person's approval would settle it.
        at_dispatch: It stands against submitting, not against planning.
    """

    policy: str
    message: str
    may_be_approved: bool = False
    at_dispatch: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy, compiled, with its binding and parameters."""

    policy: Policy
    binding: Binding
    params: ConfigMap | None
    conditions: tuple[cel.Expression, ...]
    variables: tuple[tuple[str, cel.Expression], ...]
    validations: tuple[tuple[Validation, cel.Expression, cel.Expression | None], ...]


@dataclass(frozen=True, slots=True)
class PolicySet:
    """All policies of a folder.

    Attributes:
        digest: SHA-256 over names and contents of the files.
        rules: What was understood.
        problems: What was not; while there is any, everything is refused.
    """

    digest: str
    rules: tuple[Rule, ...] = ()
    problems: tuple[str, ...] = ()

    def objections(
        self,
        manifest: Mapping[str, Any],
        old: Mapping[str, Any] | None = None,
    ) -> list[Objection]:
        """Return all that stands against creating, or changing, a Workflow."""
        if self.problems:
            return [Objection("policies", problem) for problem in self.problems]
        operation = "CREATE" if old is None else "UPDATE"
        rules = [rule for rule in self.rules if _is_about(rule, manifest, operation)]
        if not rules:
            return [Objection("policies", "No policy is about this workflow.")]
        context = {
            "object": manifest,
            "oldObject": old,
            "request": {"operation": operation},
        }
        return [found for rule in rules for found in _objections(rule, context)]


def _is_about(rule: Rule, manifest: Mapping[str, Any], operation: str) -> bool:
    rules = rule.policy.spec.match_constraints.resource_rules
    if not any(one.matches(GROUP, VERSION, operation, RESOURCE) for one in rules):
        return False
    where = rule.binding.spec.match_resources
    if where is None:
        return True
    namespace = manifest.get("metadata", {}).get("namespace")
    return where.namespace_selector.match_labels == {NAMESPACE_LABEL: namespace}


def _objections(rule: Rule, request: Mapping[str, Any]) -> Iterable[Objection]:
    met = [condition.value(request) for condition in rule.conditions]
    if any(value is False for value in met):
        return
    if not all(value is True for value in met):
        yield _objection(rule, "Whether it applies cannot be told.", certain=False)
        return
    context = _context(rule, request)
    for validation, expression, message in rule.validations:
        value = expression.value(context)
        if value is not True:
            text = _message(validation, message, context, value)
            yield _objection(rule, text, certain=value is False)


def _context(rule: Rule, request: Mapping[str, Any]) -> dict[str, Any]:
    """Add parameters and variables; one that fails is left out, so its use fails."""
    context = {**request, "variables": {}}
    if rule.params is not None:
        context["params"] = rule.params.model_dump(by_alias=True)
    for name, expression in rule.variables:
        value = expression.value(context)
        if not isinstance(value, cel.Failed):
            context["variables"][name] = value
    return context


def _objection(rule: Rule, message: str, *, certain: bool) -> Objection:
    """Put an objection into words; one of a failed expression cannot be approved."""
    labels = rule.policy.metadata.labels
    return Objection(
        policy=rule.policy.metadata.name,
        message=message,
        may_be_approved=certain and labels.get(ON_VIOLATION) == NEEDS_APPROVAL,
        at_dispatch=labels.get(STAGE) == DISPATCH,
    )


def _message(
    validation: Validation,
    message: cel.Expression | None,
    context: Mapping[str, Any],
    value: object,
) -> str:
    """Prefer the computed message, as Kubernetes does, over the fixed one."""
    computed = message.value(context) if message else None
    usable = isinstance(computed, str) and computed.strip() and "\n" not in computed
    text = str(computed) if usable else validation.message
    if isinstance(value, cel.Failed):
        return f"{text.rstrip('.')} (it could not be evaluated: {value.why})."
    return text
