"""Judge a manifest by the cluster's own admission policies.

Whatever cannot be judged is refused: an unreadable file, an unknown field, a missing
parameter, an expression that fails, a folder without policies, a manifest that no
policy is about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.core.policy import cel
from tasks.core.policy.admission import (
    DISPATCH,
    NAMESPACE_LABEL,
    NEEDS_APPROVAL,
    ON_VIOLATION,
    STAGE,
    Binding,
    ConfigMap,
    Policy,
    Validation,
)

GROUP, VERSION, RESOURCE = "argoproj.io", "v1alpha1", "workflows"

# A computed message beyond this is left aside by Kubernetes, in bytes.
LONGEST_MESSAGE = 5 * 1024


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
        metadata = manifest.get("metadata", {})
        request = cel.Scope(
            {
                "object": manifest,
                "oldObject": old,
                "request.operation": operation,
                "request.name": metadata.get("name", ""),
                "request.namespace": metadata.get("namespace", ""),
            }
        )
        return [found for rule in rules for found in _objections(rule, request)]


def _is_about(rule: Rule, manifest: Mapping[str, Any], operation: str) -> bool:
    rules = rule.policy.spec.match_constraints.resource_rules
    if not any(one.matches(GROUP, VERSION, operation, RESOURCE) for one in rules):
        return False
    where = rule.binding.spec.match_resources
    if where is None:
        return True
    namespace = manifest.get("metadata", {}).get("namespace")
    wanted = where.namespace_selector.match_labels
    return not wanted or wanted == {NAMESPACE_LABEL: namespace}


def _objections(rule: Rule, request: cel.Scope) -> Iterable[Objection]:
    met = [condition.value(request) for condition in rule.conditions]
    if any(value is False for value in met):
        return
    if not all(value is True for value in met):
        yield _objection(rule, "Whether it applies cannot be told.", certain=False)
        return
    scope = _scope(rule, request)
    for validation, expression, message in rule.validations:
        value = expression.value(scope)
        if value is not True:
            text = _message(validation, message, scope, value)
            yield _objection(rule, text, certain=value is False)


def _scope(rule: Rule, request: cel.Scope) -> cel.Scope:
    """Add parameters and variables; one that fails is left out, so its use fails."""
    values = dict(request.values)
    if rule.params is not None:
        # What the file does not set is not there: ``has()`` must say so.
        values["params"] = rule.params.model_dump(by_alias=True, exclude_unset=True)
    for name, expression in rule.variables:
        value = expression.value(cel.Scope(values))
        if not isinstance(value, cel.Failed):
            values[f"variables.{name}"] = value
    return cel.Scope(values)


def _objection(rule: Rule, message: str, *, certain: bool) -> Objection:
    """Put an objection into words.

    One of a failed expression is a refusal at once: it can neither be approved nor
    wait for the dispatch.
    """
    labels = rule.policy.metadata.labels
    return Objection(
        policy=rule.policy.metadata.name,
        message=message,
        may_be_approved=certain and labels.get(ON_VIOLATION) == NEEDS_APPROVAL,
        at_dispatch=certain and labels.get(STAGE) == DISPATCH,
    )


def _message(
    validation: Validation,
    message: cel.Expression | None,
    scope: cel.Scope,
    value: object,
) -> str:
    """Prefer the computed message, as Kubernetes does, over the fixed one."""
    computed = message.value(scope) if message else None
    text = computed.strip() if isinstance(computed, str) else ""
    if not text or "\n" in text or len(text.encode()) > LONGEST_MESSAGE:
        text = validation.message
    if isinstance(value, cel.Failed):
        return f"{text.rstrip('.')} (it could not be evaluated: {value.why})."
    return text
