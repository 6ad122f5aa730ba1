"""Compute Engine, by Google Cloud's own command line."""

from dataclasses import replace

from tasks.core.workflows.playbook import (
    ACCOUNT,
    CURRENT,
    HALF_AN_HOUR,
    LOCATION,
    PROPOSED,
    RESOURCE,
    TWO_HOURS,
    WORKFLOW,
    Playbook,
    Step,
)


def _run(name: str, text: str) -> Step:
    return Step(name, (*text.split(), "--project", ACCOUNT, "--quiet"))


def _shows(name: str, text: str, shown: str, expect: str, attempts: int = 1) -> Step:
    arguments = (*text.split(), "--project", ACCOUNT, "--format", f"value({shown})")
    return Step(name, arguments, expect=expect, attempts=attempts)


_ZONE = f"{RESOURCE} --zone {LOCATION}"
_REGION = f"{RESOURCE} --region {LOCATION}"
_INSTANCE = f"compute instances describe {_ZONE}"
_TYPE = "machineType.basename()"

PLAYBOOKS = (
    Playbook(
        "stop_instance",
        "google",
        "start",
        (
            _shows("is-running", _INSTANCE, "status", "RUNNING"),
            _run("stop", f"compute instances stop {_ZONE}"),
            _shows("is-stopped", _INSTANCE, "status", "TERMINATED", HALF_AN_HOUR),
        ),
    ),
    Playbook(
        "resize_instance",
        "google",
        "resize_back",
        (
            _shows("is-running", _INSTANCE, "status", "RUNNING"),
            _shows("has-that-type", _INSTANCE, _TYPE, CURRENT),
            _shows(
                "type-is-offered",
                f"compute machine-types describe {PROPOSED} --zone {LOCATION}",
                "name",
                PROPOSED,
            ),
        ),
        attempt=(
            _run("stop", f"compute instances stop {_ZONE}"),
            _shows("is-stopped", _INSTANCE, "status", "TERMINATED", HALF_AN_HOUR),
            _run(
                "resize",
                f"compute instances set-machine-type {_ZONE} --machine-type {PROPOSED}",
            ),
            _run("start", f"compute instances start {_ZONE}"),
        ),
        # A type that has no room now must not keep the machine down.
        on_failure=(
            replace(
                _run(
                    "resize",
                    f"compute instances set-machine-type {_ZONE}"
                    f" --machine-type {CURRENT}",
                ),
                may_fail=True,
            ),
            _run("start", f"compute instances start {_ZONE}"),
        ),
        proof=(
            _shows("runs-again", _INSTANCE, "status", "RUNNING", HALF_AN_HOUR),
            _shows("has-new-type", _INSTANCE, _TYPE, PROPOSED),
        ),
    ),
    Playbook(
        "delete_volume",
        "google",
        "restore_snapshot",
        (
            _shows("is-unattached", f"compute disks describe {_ZONE}", "users", ""),
            _run(
                "save",
                f"compute snapshots create {WORKFLOW} --source-disk {RESOURCE}"
                f" --source-disk-zone {LOCATION}",
            ),
            _shows(
                "saved",
                f"compute snapshots describe {WORKFLOW}",
                "status",
                "READY",
                TWO_HOURS,
            ),
            _run("delete", f"compute disks delete {_ZONE}"),
        ),
    ),
    Playbook(
        "release_address",
        "google",
        "none",
        (
            _shows(
                "is-unused",
                f"compute addresses describe {_REGION}",
                "status",
                "RESERVED",
            ),
            _run("release", f"compute addresses delete {_REGION}"),
        ),
    ),
)
