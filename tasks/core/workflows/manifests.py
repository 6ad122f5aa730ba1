"""Argo manifests: one Workflow a recommendation, one WorkflowTemplate a playbook.

The only module that imports Hera. Nothing here depends on a clock or on chance: the
same recommendation gives the same bytes.
"""

import hashlib
from typing import Any

import yaml
from hera.workflows import Container, Parameter, Step, Steps, Workflow, WorkflowTemplate
from hera.workflows import models as m

from tasks.core.rightsizing.advice import Recommendation
from tasks.core.workflows import playbook, targets
from tasks.core.workflows.playbook import Playbook
from tasks.core.workflows.playbooks import PLAYBOOKS
from tasks.core.workflows.targets import Refusal, Target

NAMESPACE = "costwarden"
SERVICE_ACCOUNT = "costwarden-executor"
PREFIX = "costwarden.io/"

# Pinned: what a change runs must not change by itself.
IMAGES = {
    "aws": "public.ecr.aws/aws-cli/aws-cli:2.27.50",
    "azure": "mcr.microsoft.com/azure-cli:2.74.0",
    "google": "gcr.io/google.com/cloudsdktool/google-cloud-cli:525.0.0-slim",
}
COMMANDS = {"aws": "aws", "azure": "az", "google": "gcloud"}

# Fixed programs: parameters reach them as arguments and environment, never as text.
LOG_IN = {
    "aws": "",
    "azure": (
        'az login --service-principal --username "$AZURE_CLIENT_ID"'
        ' --tenant "$AZURE_TENANT_ID" --allow-no-subscriptions --output none'
        ' --federated-token "$(cat "$AZURE_FEDERATED_TOKEN_FILE")"\n'
    ),
    "google": "",
}
RUN = 'exec "$@"\n'
COMPARE = (
    'found="$("$@")"\n'
    "printf '%s\\n' \"$found\"\n"
    'if [ "$found" != "$EXPECTED" ]; then\n'
    "  printf 'expected: %s\\n' \"$EXPECTED\" >&2\n"
    "  exit 1\n"
    "fi\n"
)

SCRATCH = "/tmp"  # noqa: S108 - an empty volume of the pod's own
TOKENS = "/var/run/secrets/costwarden"
AUDIENCES = {"aws": "sts.amazonaws.com", "google": "costwarden"}
ENVIRONMENT = {
    "aws": {
        "AWS_REGION": "{{workflow.parameters.region}}",
        "AWS_ROLE_ARN": f"arn:aws:iam::{playbook.ACCOUNT}:role/{SERVICE_ACCOUNT}",
        "AWS_ROLE_SESSION_NAME": "{{workflow.name}}",
        "AWS_WEB_IDENTITY_TOKEN_FILE": f"{TOKENS}/token",
        "AWS_PAGER": "",
    },
    "azure": {
        "AZURE_CONFIG_DIR": f"{SCRATCH}/azure",
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
    },
    "google": {
        "CLOUDSDK_CONFIG": f"{SCRATCH}/gcloud",
        "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": "/etc/costwarden/google.json",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
    },
}

FOUR_HOURS, A_STEP = 4 * 3600, 900
DAY, WEEK = 86400, 7 * 86400


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


def template(found: Playbook) -> WorkflowTemplate:
    """Build the WorkflowTemplate of a playbook."""
    with WorkflowTemplate(
        name=found.template,
        namespace=NAMESPACE,
        labels={
            "app.kubernetes.io/managed-by": "costwarden",
            f"{PREFIX}action": found.action,
            f"{PREFIX}provider": found.provider,
        },
        annotations={f"{PREFIX}undo": found.undo},
        entrypoint="change",
        on_exit="bring-back" if found.on_failure else None,
        arguments=[Parameter(name=key) for key in found.parameters],
        service_account_name=SERVICE_ACCOUNT,
        active_deadline_seconds=FOUR_HOURS,
        pod_gc=m.PodGC(strategy="OnPodSuccess"),
        ttl_strategy=m.TTLStrategy(
            seconds_after_success=DAY, seconds_after_failure=WEEK
        ),
        pod_metadata=_pod_metadata(found.provider),
        security_context=m.PodSecurityContext(
            run_as_non_root=True,
            run_as_user=65532,
            run_as_group=65532,
            fs_group=65532,
            seccomp_profile=m.SeccompProfile(type="RuntimeDefault"),
        ),
        volumes=_volumes(found.provider),
    ) as built:
        _sequence("change", "", found.steps, found.provider)
        if found.on_failure:
            _sequence("bring-back", "bring-back-", found.on_failure, found.provider)
    return built


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


def _pod_metadata(provider: str) -> m.Metadata | None:
    if provider != "azure":
        return None
    return m.Metadata(labels={"azure.workload.identity/use": "true"})


def _volumes(provider: str) -> list[m.Volume]:
    volumes = [m.Volume(name="scratch", empty_dir=m.EmptyDirVolumeSource())]
    if provider in AUDIENCES:
        token = m.ServiceAccountTokenProjection(
            audience=AUDIENCES[provider], expiration_seconds=3600, path="token"
        )
        sources = [m.VolumeProjection(service_account_token=token)]
        projected = m.ProjectedVolumeSource(sources=sources)
        volumes.append(m.Volume(name="token", projected=projected))
    if provider == "google":
        source = m.ConfigMapVolumeSource(name="costwarden-google")
        volumes.append(m.Volume(name="google", config_map=source))
    return volumes


def _mounts(provider: str) -> list[m.VolumeMount]:
    mounts = [m.VolumeMount(name="scratch", mount_path=SCRATCH)]
    if provider in AUDIENCES:
        mounts.append(m.VolumeMount(name="token", mount_path=TOKENS, read_only=True))
    if provider == "google":
        path = "/etc/costwarden"
        mounts.append(m.VolumeMount(name="google", mount_path=path, read_only=True))
    return mounts


def _sequence(
    entry: str, prefix: str, steps: tuple[playbook.Step, ...], provider: str
) -> None:
    """Add one template a step, and the one that calls them in order.

    What brings a resource back runs only when the change did not succeed.
    """
    containers = {step.name: _container(step, prefix, provider) for step in steps}
    when = "{{workflow.status}} != Succeeded" if prefix else None
    with Steps(name=entry):
        for step in steps:
            arguments = {"result": f"{{{{steps.{step.uses}.outputs.result}}}}"}
            Step(
                name=f"{prefix}{step.name}",
                template=containers[step.name].name,
                arguments=arguments if step.uses else None,
                when=when,
            )


def _container(step: playbook.Step, prefix: str, provider: str) -> Container:
    script = LOG_IN[provider] + (RUN if step.expect is None else COMPARE)
    environment = {"HOME": SCRATCH, **ENVIRONMENT[provider]}
    if step.expect is not None:
        environment["EXPECTED"] = step.expect
    return Container(
        name=f"{prefix}{step.name}",
        image=IMAGES[provider],
        # The word after the script is its $0, the arguments after it are "$@".
        command=["sh", "-euc", script, "costwarden"],
        args=[COMMANDS[provider], *step.arguments],
        env=[m.EnvVar(name=key, value=value) for key, value in environment.items()],
        inputs=[Parameter(name="result")] if step.uses else None,
        active_deadline_seconds=str(A_STEP),
        retry_strategy=_retries(step.attempts),
        volume_mounts=_mounts(provider),
        resources=m.ResourceRequirements(
            requests={"cpu": "100m", "memory": "256Mi"},
            limits={"cpu": "1", "memory": "1Gi"},
        ),
        security_context=m.SecurityContext(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            run_as_non_root=True,
            capabilities=m.Capabilities(drop=["ALL"]),
        ),
    )


def _retries(attempts: int) -> m.RetryStrategy | None:
    """Repeat only looks; a change is made once, and a second try is a person's."""
    if attempts == 1:
        return None
    return m.RetryStrategy(
        limit=str(attempts - 1),
        retry_policy="Always",
        backoff=m.Backoff(duration="60s", factor="1"),
    )
