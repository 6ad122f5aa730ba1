"""EC2, by AWS's own command line."""

from dataclasses import replace

from tasks.core.workflows.playbook import (
    CURRENT,
    HALF_AN_HOUR,
    PROPOSED,
    RESOURCE,
    RESULT,
    TWO_HOURS,
    WORKFLOW,
    Playbook,
    Step,
)


def _run(name: str, text: str, *more: str) -> Step:
    return Step(name, ("ec2", *text.split(), *more))


def _shows(name: str, text: str, query: str, expect: str, attempts: int = 1) -> Step:
    shown = ("ec2", *text.split(), "--query", query, "--output", "text")
    return Step(name, shown, expect=expect, attempts=attempts)


_STATE = "Reservations[].Instances[].State.Name"
_TYPE = "Reservations[].Instances[].InstanceType"
_ROOT = "Reservations[].Instances[].RootDeviceType"
_SNAPSHOT = (
    _run(
        "save",
        f"create-snapshot --volume-id {RESOURCE} --query SnapshotId --output text",
        "--description",
        f"Taken by {WORKFLOW}",
    ),
    Step(
        "saved",
        tuple(
            f"ec2 describe-snapshots --snapshot-ids {RESULT}"
            " --query Snapshots[].State --output text".split()
        ),
        expect="completed",
        uses="save",
        attempts=TWO_HOURS,
    ),
)
_INSTANCE = f"describe-instances --instance-ids {RESOURCE}"
_VOLUME = f"describe-volumes --volume-ids {RESOURCE}"
_ADDRESS = f"describe-addresses --filters Name=allocation-id,Values={RESOURCE}"

PLAYBOOKS = (
    Playbook(
        "stop_instance",
        "aws",
        "start",
        (
            _shows("is-running", _INSTANCE, _STATE, "running"),
            _shows("keeps-its-disk", _INSTANCE, _ROOT, "ebs"),
            _run("stop", f"stop-instances --instance-ids {RESOURCE}"),
            _shows("is-stopped", _INSTANCE, _STATE, "stopped", HALF_AN_HOUR),
        ),
    ),
    Playbook(
        "resize_instance",
        "aws",
        "resize_back",
        (
            _shows("is-running", _INSTANCE, _STATE, "running"),
            _shows("has-that-type", _INSTANCE, _TYPE, CURRENT),
            _shows("keeps-its-disk", _INSTANCE, _ROOT, "ebs"),
            _shows(
                "type-is-offered",
                "describe-instance-type-offerings"
                f" --filters Name=instance-type,Values={PROPOSED}",
                "InstanceTypeOfferings[].InstanceType",
                PROPOSED,
            ),
        ),
        attempt=(
            _run("stop", f"stop-instances --instance-ids {RESOURCE}"),
            _shows("is-stopped", _INSTANCE, _STATE, "stopped", HALF_AN_HOUR),
            _run(
                "resize",
                f"modify-instance-attribute --instance-id {RESOURCE}"
                f" --instance-type Value={PROPOSED}",
            ),
            _run("start", f"start-instances --instance-ids {RESOURCE}"),
        ),
        # A type that has no room now must not keep the machine down.
        on_failure=(
            replace(
                _run(
                    "resize",
                    f"modify-instance-attribute --instance-id {RESOURCE}"
                    f" --instance-type Value={CURRENT}",
                ),
                may_fail=True,
            ),
            _run("start", f"start-instances --instance-ids {RESOURCE}"),
        ),
        proof=(
            _shows("runs-again", _INSTANCE, _STATE, "running", HALF_AN_HOUR),
            _shows("has-new-type", _INSTANCE, _TYPE, PROPOSED),
        ),
    ),
    Playbook(
        "delete_volume",
        "aws",
        "restore_snapshot",
        (
            _shows("is-unattached", _VOLUME, "Volumes[].State", "available"),
            *_SNAPSHOT,
            _run("delete", f"delete-volume --volume-id {RESOURCE}"),
            _shows(
                "is-gone",
                f"describe-volumes --filters Name=volume-id,Values={RESOURCE}",
                "length(Volumes)",
                "0",
                HALF_AN_HOUR,
            ),
        ),
    ),
    Playbook(
        "change_volume_type",
        "aws",
        "change_back",
        (
            _shows("has-that-type", _VOLUME, "Volumes[].VolumeType", CURRENT),
            *_SNAPSHOT,
            _run(
                "change-type",
                f"modify-volume --volume-id {RESOURCE} --volume-type {PROPOSED}",
            ),
            _shows(
                "has-new-type", _VOLUME, "Volumes[].VolumeType", PROPOSED, TWO_HOURS
            ),
        ),
    ),
    Playbook(
        "release_address",
        "aws",
        "none",
        (
            _shows("is-unused", _ADDRESS, "Addresses[].AssociationId", ""),
            _shows("is-there", _ADDRESS, "Addresses[].AllocationId", RESOURCE),
            _run("release", f"release-address --allocation-id {RESOURCE}"),
            _shows("is-gone", _ADDRESS, "length(Addresses)", "0"),
        ),
    ),
)
