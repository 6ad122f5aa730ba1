"""The admission policies as Kubernetes reads them: the part that we evaluate.

Every model refuses fields that it does not know. A policy that uses one would mean
more in the cluster than here, and the two must never disagree.
"""

from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Item = TypeVar("Item")

ON_VIOLATION = "costwarden.io/on-violation"
DENY, NEEDS_APPROVAL = "deny", "needs-approval"
STAGE = "costwarden.io/stage"
DISPATCH = "dispatch"
NAMESPACE_LABEL = "kubernetes.io/metadata.name"

Some = Annotated[list[Item], Field(min_length=1)]


def _only_a_name(labels: dict[str, str]) -> dict[str, str]:
    if set(labels) - {NAMESPACE_LABEL}:
        raise ValueError(f"only {NAMESPACE_LABEL} is known here")
    return labels


class Part(BaseModel):
    """A piece of a manifest: frozen, in camel case, nothing unknown in it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, strict=True
    )


class Metadata(Part):
    """Name, namespace, labels and annotations."""

    name: str
    namespace: str | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class Named(Part):
    """A condition or a variable."""

    name: str
    expression: str


class Validation(Part):
    """One thing that must hold, and what to say when it does not."""

    expression: str
    message: Annotated[str, Field(min_length=1, pattern=r"^[^\r\n]+$")]
    message_expression: str | None = None
    reason: (
        Literal["Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge"] | None
    ) = None


class ResourceRule(Part):
    """Which requests a policy is about."""

    api_groups: Some[str]
    api_versions: Some[str]
    operations: Some[Literal["CREATE", "UPDATE", "DELETE", "CONNECT", "*"]]
    resources: Some[str]

    def matches(self, group: str, version: str, operation: str, resource: str) -> bool:
        """Say whether a request is one of these; ``*`` stands for any.

        A resource may be followed by a subresource; ``/*`` is any of them, and none.
        """
        wanted = (
            (self.api_groups, group),
            (self.api_versions, version),
            (self.operations, operation),
            ([name.removesuffix("/*") for name in self.resources], resource),
        )
        return all("*" in listed or value in listed for listed, value in wanted)


class MatchConstraints(Part):
    """All requests that a policy is about."""

    resource_rules: Some[ResourceRule]


class ParamKind(Part):
    """Parameters come from a ConfigMap, nothing else."""

    api_version: Literal["v1"]
    kind: Literal["ConfigMap"]


class PolicySpec(Part):
    """What a policy demands. A failure is always a refusal."""

    failure_policy: Literal["Fail"]
    match_constraints: MatchConstraints
    validations: Some[Validation]
    match_conditions: list[Named] = []
    variables: list[Named] = []
    param_kind: ParamKind | None = None


class Policy(Part):
    """A ValidatingAdmissionPolicy."""

    api_version: Literal["admissionregistration.k8s.io/v1"]
    kind: Literal["ValidatingAdmissionPolicy"]
    metadata: Metadata
    spec: PolicySpec


class ParamRef(Part):
    """Which ConfigMap; that it is missing is always a refusal."""

    name: str
    namespace: str
    parameter_not_found_action: Literal["Deny"]


class NamespaceSelector(Part):
    """Namespaces by their name, or all; other labels are not known here."""

    match_labels: Annotated[dict[str, str], AfterValidator(_only_a_name)]


class MatchResources(Part):
    """Where a binding applies."""

    namespace_selector: NamespaceSelector


class BindingSpec(Part):
    """Where a policy applies, and with which parameters."""

    policy_name: str
    validation_actions: Some[Literal["Deny", "Audit"]]
    param_ref: ParamRef | None = None
    match_resources: MatchResources | None = None


class Binding(Part):
    """A ValidatingAdmissionPolicyBinding."""

    api_version: Literal["admissionregistration.k8s.io/v1"]
    kind: Literal["ValidatingAdmissionPolicyBinding"]
    metadata: Metadata
    spec: BindingSpec


class ConfigMap(Part):
    """The parameters: texts by name."""

    api_version: Literal["v1"]
    kind: Literal["ConfigMap"]
    metadata: Metadata
    data: dict[str, str] = {}


KINDS: dict[str, type[Policy | Binding | ConfigMap]] = {
    "ValidatingAdmissionPolicy": Policy,
    "ValidatingAdmissionPolicyBinding": Binding,
    "ConfigMap": ConfigMap,
}


class StrictLoader(yaml.SafeLoader):
    """Refuses a key that stands twice: Kubernetes does, plain YAML takes the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyYAML's own signature
        """Return the mapping, or raise when a key stands twice."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {twice[0]} stands twice", node.start_mark
            )
        return super().construct_mapping(node, deep)


def documents(text: str) -> list[Any]:
    """Return the YAML documents of a file; empty ones are left out.

    Raises:
        yaml.YAMLError: It is not YAML, or a key stands twice.
    """
    loaded = yaml.load_all(text, Loader=StrictLoader)
    return [document for document in loaded if document is not None]
