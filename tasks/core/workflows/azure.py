"""Azure's machines and disks, by its own command line."""

from tasks.core.workflows.playbook import (
    ACCOUNT,
    CURRENT,
    GROUP,
    HALF_AN_HOUR,
    PROPOSED,
    RESOURCE,
    WORKFLOW,
    Playbook,
    Step,
)


def _run(name: str, text: str) -> Step:
    return Step(name, tuple(text.split()))


def _shows(name: str, text: str, query: str, expect: str, attempts: int = 1) -> Step:
    shown = (*text.split(), "--query", query, "--output", "tsv")
    return Step(name, shown, expect=expect, attempts=attempts)


_VM = f"vm get-instance-view --ids {RESOURCE}"
_VM_STATE = "instanceView.statuses[?starts_with(code, 'PowerState/')].code | [0]"
_VM_TYPE = "hardwareProfile.vmSize"
_NOBODY = "ipConfiguration == null && natGateway == null"
_ADDRESS = f"network public-ip show --ids {RESOURCE}"

PLAYBOOKS = (
    Playbook(
        "stop_instance",
        "azure",
        "start",
        (
            _shows("is-running", _VM, _VM_STATE, "PowerState/running"),
            _run("stop", f"vm deallocate --ids {RESOURCE}"),
            _shows(
                "is-stopped", _VM, _VM_STATE, "PowerState/deallocated", HALF_AN_HOUR
            ),
        ),
    ),
    Playbook(
        "resize_instance",
        "azure",
        "resize_back",
        (
            _shows("is-running", _VM, _VM_STATE, "PowerState/running"),
            _shows("has-that-type", _VM, _VM_TYPE, CURRENT),
            _shows(
                "type-is-offered",
                f"vm list-vm-resize-options --ids {RESOURCE}",
                f"[?name=='{PROPOSED}'].name | [0]",
                PROPOSED,
            ),
        ),
        attempt=(_run("resize", f"vm resize --ids {RESOURCE} --size {PROPOSED}"),),
        on_failure=(_run("start", f"vm start --ids {RESOURCE}"),),
        proof=(
            _shows("runs-again", _VM, _VM_STATE, "PowerState/running", HALF_AN_HOUR),
            _shows("has-new-type", _VM, _VM_TYPE, PROPOSED),
        ),
    ),
    Playbook(
        "delete_volume",
        "azure",
        "restore_snapshot",
        (
            _shows(
                "is-unattached",
                f"disk show --ids {RESOURCE}",
                "diskState",
                "Unattached",
            ),
            _shows(
                "save",
                f"snapshot create --resource-group {GROUP} --name {WORKFLOW}"
                f" --subscription {ACCOUNT} --source {RESOURCE}",
                "provisioningState",
                "Succeeded",
            ),
            _run("delete", f"disk delete --ids {RESOURCE} --yes"),
            _run("is-gone", f"disk wait --ids {RESOURCE} --deleted --timeout 600"),
        ),
    ),
    Playbook(
        "release_address",
        "azure",
        "none",
        (
            _shows("is-unused", _ADDRESS, _NOBODY, "true"),
            _run("release", f"network public-ip delete --ids {RESOURCE}"),
            _run(
                "is-gone",
                f"network public-ip wait --ids {RESOURCE} --deleted --timeout 600",
            ),
        ),
    ),
)
