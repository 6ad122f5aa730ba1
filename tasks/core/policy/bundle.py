"""Policy files become a set of compiled rules, or a list of what is wrong with them."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import yaml
from pydantic import ValidationError

from tasks.core.policy import cel
from tasks.core.policy.admission import (
    DENY,
    DISPATCH,
    KINDS,
    NEEDS_APPROVAL,
    ON_VIOLATION,
    STAGE,
    Binding,
    ConfigMap,
    Policy,
    documents,
)
from tasks.core.policy.judgement import PolicySet, Rule

# Kubernetes knows more of a request; what is not here does not compile.
REQUEST_NAMES = cel.Names(
    {
        "object": cel.ANY,
        "oldObject": cel.ANY,
        "request.operation": cel.STRING,
        "request.name": cel.STRING,
        "request.namespace": cel.STRING,
    }
)
WITH_PARAMS = REQUEST_NAMES.also("params", cel.ANY)


@dataclass(slots=True)
class _Folder:
    """The manifests of a folder, while they are put together."""

    policies: list[Policy] = field(default_factory=list)
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    params: dict[tuple[str | None, str], ConfigMap] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def assemble(files: Mapping[str, str]) -> PolicySet:
    """Put policies, bindings and parameters together and compile all expressions.

    Args:
        files: Content by file name.
    """
    folder = _Folder()
    for name, text in sorted(files.items()):
        _read(folder, name, text)
    rules = list(_rules(folder))
    if not rules and not folder.problems:
        folder.problems.append(
            "There is no policy, and without one nothing is allowed."
        )
    return PolicySet(_digest(files), tuple(rules), tuple(folder.problems))


def _digest(files: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        for part in (name.encode(), text.encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _read(folder: _Folder, name: str, text: str) -> None:
    try:
        found = documents(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        folder.problems.append(f"{name} is not readable: {_one_line(error)}.")
        return
    for document in found:
        kind = document.get("kind") if isinstance(document, dict) else None
        model = KINDS.get(str(kind))
        if model is None:
            folder.problems.append(f"{name} has something that is no policy.")
            continue
        try:
            _sort(folder, model.model_validate(document))
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(str(part) for part in problem["loc"])
            folder.problems.append(f"{name}, {where}: {problem['msg']}.")


def _sort(folder: _Folder, part: Policy | Binding | ConfigMap) -> None:
    place = f" of {part.metadata.namespace}" if part.metadata.namespace else ""
    folder.seen.append(f"The {part.kind} {part.metadata.name}{place}")
    if isinstance(part, Policy):
        folder.policies.append(part)
    elif isinstance(part, Binding):
        folder.bindings.setdefault(part.spec.policy_name, []).append(part)
    else:
        folder.params[part.metadata.namespace, part.metadata.name] = part


def _rules(folder: _Folder) -> Iterable[Rule]:
    names = [policy.metadata.name for policy in folder.policies]
    folder.problems.extend(f"{name} stands twice." for name in _twins(folder.seen))
    folder.problems.extend(
        f"The policy {name} that a binding names is not there."
        for name in sorted(set(folder.bindings) - set(names))
    )
    for policy in folder.policies:
        bindings = folder.bindings.get(policy.metadata.name, [])
        if not bindings:
            folder.problems.append(
                f"The policy {policy.metadata.name} has no binding, so it binds nobody."
            )
        for binding in bindings:
            try:
                yield _rule(policy, binding, folder)
            except cel.NotCompiled as error:
                folder.problems.append(f"{policy.metadata.name}: {error}.")


def _rule(policy: Policy, binding: Binding, folder: _Folder) -> Rule:
    """Compile one policy.

    Raises:
        NotCompiled: An expression, its parameters or its labels are wrong.
    """
    params = _params(policy, binding, folder)
    names = REQUEST_NAMES if params is None else WITH_PARAMS
    spec = policy.spec
    _refuse_twins("condition", (one.name for one in spec.match_conditions))
    _refuse_twins("variable", (one.name for one in spec.variables))
    variables = []
    for variable in spec.variables:
        compiled = cel.Expression(variable.expression, names)
        variables.append((variable.name, compiled))
        names = names.also(f"variables.{variable.name}", compiled.type)
    return Rule(
        policy=policy,
        binding=binding,
        params=params,
        conditions=tuple(
            cel.Expression(condition.expression, REQUEST_NAMES, cel.BOOL)
            for condition in spec.match_conditions
        ),
        variables=tuple(variables),
        validations=tuple(
            (
                validation,
                cel.Expression(validation.expression, names, cel.BOOL),
                cel.Expression(validation.message_expression, names, cel.STRING)
                if validation.message_expression
                else None,
            )
            for validation in spec.validations
        ),
    )


def _refuse_twins(what: str, names: Iterable[str]) -> None:
    twins = _twins(names)
    if twins:
        raise cel.NotCompiled(f"the {what} {twins[0]} stands twice")


def _twins(names: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _params(policy: Policy, binding: Binding, folder: _Folder) -> ConfigMap | None:
    labels = policy.metadata.labels
    if labels.get(ON_VIOLATION, DENY) not in {DENY, NEEDS_APPROVAL}:
        raise cel.NotCompiled(f"{ON_VIOLATION} must be {DENY} or {NEEDS_APPROVAL}")
    if labels.get(STAGE, DISPATCH) != DISPATCH:
        raise cel.NotCompiled(f"{STAGE} must be {DISPATCH} where it is set")
    if "Deny" not in binding.spec.validation_actions:
        raise cel.NotCompiled("its binding does not deny")
    ref = binding.spec.param_ref
    if (policy.spec.param_kind is None) != (ref is None):
        raise cel.NotCompiled("paramKind and the binding's paramRef belong together")
    if ref is None:
        return None
    found = folder.params.get((ref.namespace, ref.name))
    if found is None:
        raise cel.NotCompiled(f"its parameters {ref.namespace}/{ref.name} are missing")
    return found


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
