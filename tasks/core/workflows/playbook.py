"""What a change consists of: the provider's own commands, argument by argument.

A playbook first checks that the world is still as the advice found it, then saves
what could be lost, then makes the change, then checks that it happened. Values enter
only as arguments of a program, never as text of a shell.
"""

from dataclasses import dataclass

# Argo fills these in when the workflow starts.
ACCOUNT = "{{workflow.parameters.account}}"
RESOURCE = "{{workflow.parameters.resource}}"
CURRENT = "{{workflow.parameters.current}}"
PROPOSED = "{{workflow.parameters.proposed}}"
GROUP = "{{workflow.parameters.group}}"
LOCATION = "{{workflow.parameters.location}}"
WORKFLOW = "{{workflow.name}}"
RESULT = "{{inputs.parameters.result}}"


@dataclass(frozen=True, slots=True)
class Step:
    """One command.

    Attributes:
        name: What it does, as Argo shows it.
        arguments: Arguments of the provider's command.
        expect: What it must print; None where its success suffices.
        uses: Earlier step whose output is the argument ``RESULT``.
        may_fail: What follows it runs all the same.
        attempts: How often it is tried: more than once only for what just looks.
    """

    name: str
    arguments: tuple[str, ...]
    expect: str | None = None
    uses: str | None = None
    attempts: int = 1
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class Playbook:
    """A change of one kind at one provider.

    Attributes:
        undo: ``start``, ``resize_back``, ``restore_snapshot``, ``change_back`` or
            ``none``: how the change is taken back.
        steps: In order; the first one that fails ends it. Where there is something
            to bring back, only looks: nothing is touched yet.
        attempt: The part after which ``on_failure`` runs when it did not succeed.
        on_failure: Brings a half-changed resource back into service.
        proof: Looks, after both: the workflow fails unless the change was made.
    """

    action: str
    provider: str
    undo: str
    steps: tuple[Step, ...]
    attempt: tuple[Step, ...] = ()
    on_failure: tuple[Step, ...] = ()
    proof: tuple[Step, ...] = ()

    @property
    def template(self) -> str:
        """Name of its WorkflowTemplate."""
        return template_name(self.action, self.provider)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that it needs."""
        places = {"aws": "region", "azure": "group", "google": "location"}
        types = ("current", "proposed") if self.action in RETYPING else ()
        return ("account", places[self.provider], "resource", *types)


RETYPING = frozenset({"resize_instance", "change_volume_type"})

# A look that is repeated every minute for up to half an hour or two hours.
HALF_AN_HOUR, TWO_HOURS = 30, 120


def template_name(action: str, provider: str) -> str:
    """Return the name of a WorkflowTemplate.

    Examples:
        >>> template_name("stop_instance", "aws")
        'costwarden-stop-instance-aws'
    """
    return f"costwarden-{action.replace('_', '-')}-{provider}"
