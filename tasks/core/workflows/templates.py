"""One WorkflowTemplate a playbook: how its steps run in the cluster."""

from hera.workflows import Container, Parameter, Step, Steps, WorkflowTemplate
from hera.workflows import models as m

from tasks.core.workflows import playbook
from tasks.core.workflows.playbook import Playbook

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
DESPITE_FAILURE = m.ContinueOn(error=True, failed=True)
DAY, WEEK = 86400, 7 * 86400


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
        _change(found)
    return built


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


def _change(found: Playbook) -> None:
    """Add the templates of all steps, and the entry that calls them in order.

    What brings a resource back follows the attempt, not the workflow: when a look
    before it fails, nothing was touched, and what somebody stopped stays stopped.
    """
    for steps in (found.attempt, found.on_failure, found.steps, found.proof):
        for step in steps:
            _container(step, _prefix(found, steps), found.provider)
    if found.attempt:
        with Steps(name="attempt"):
            _calls(found, found.attempt)
        with Steps(name="bring-back"):
            _calls(found, found.on_failure)
    with Steps(name="change"):
        _calls(found, found.steps)
        if found.attempt:
            _try_or_bring_back()
        _calls(found, found.proof)


def _prefix(found: Playbook, steps: tuple[playbook.Step, ...]) -> str:
    return "bring-back-" if steps is found.on_failure else ""


def _calls(found: Playbook, steps: tuple[playbook.Step, ...]) -> None:
    for step in steps:
        name = f"{_prefix(found, steps)}{step.name}"
        result = f"{{{{steps.{step.uses}.outputs.result}}}}"
        Step(
            name=name,
            template=name,
            arguments={"result": result} if step.uses else None,
            continue_on=DESPITE_FAILURE if step.may_fail else None,
        )


def _try_or_bring_back() -> None:
    Step(name="attempt", template="attempt", continue_on=DESPITE_FAILURE)
    Step(
        name="bring-back",
        template="bring-back",
        when="{{steps.attempt.status}} != Succeeded",
        continue_on=DESPITE_FAILURE,
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
