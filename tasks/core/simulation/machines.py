"""Sizes of machines, and what replaces a machine that is too large or too old."""

from typing import NamedTuple


class Machine(NamedTuple):
    """Virtual CPUs and memory in GiB."""

    vcpus: float
    memory_gib: float


MACHINES = {
    "m5.large": Machine(2, 8),
    "m5.xlarge": Machine(4, 16),
    "m5.2xlarge": Machine(8, 32),
    "c5.large": Machine(2, 4),
    "c5.xlarge": Machine(4, 8),
    "r5.large": Machine(2, 16),
    "r5.xlarge": Machine(4, 32),
    "t3.medium": Machine(2, 4),
    "t3.large": Machine(2, 8),
    "m4.large": Machine(2, 8),
    "m4.xlarge": Machine(4, 16),
    "g4dn.xlarge": Machine(4, 16),
    "db.r5.large": Machine(2, 16),
    "db.m5.large": Machine(2, 8),
    "Standard_D2s_v5": Machine(2, 8),
    "Standard_D4s_v5": Machine(4, 16),
    "Standard_D8s_v5": Machine(8, 32),
    "Standard_D4s_v3": Machine(4, 16),
    "Standard_D2s_v3": Machine(2, 8),
    "Standard_B2ms": Machine(2, 8),
    "n2-standard-2": Machine(2, 8),
    "n2-standard-4": Machine(4, 16),
    "n2-standard-8": Machine(8, 32),
    "n1-standard-4": Machine(4, 15),
    "e2-standard-2": Machine(2, 8),
    "e2-standard-4": Machine(4, 16),
}

# How AWS compares sizes of a family.
FACTORS = {"medium": 2.0, "large": 4.0, "xlarge": 8.0, "2xlarge": 16.0}

# Half the size within the family; only what somebody else in the company also runs,
# so that its price is on the bill.
SMALLER = {
    "m5.2xlarge": "m5.xlarge",
    "m5.xlarge": "m5.large",
    "c5.xlarge": "c5.large",
    "r5.xlarge": "r5.large",
    "Standard_D8s_v5": "Standard_D4s_v5",
    "Standard_D4s_v5": "Standard_D2s_v5",
    "n2-standard-8": "n2-standard-4",
    "n2-standard-4": "n2-standard-2",
    "e2-standard-4": "e2-standard-2",
}

NEWER = {
    "m4.large": "m5.large",
    "m4.xlarge": "m5.xlarge",
    "gp2": "gp3",
    "Standard_D4s_v3": "Standard_D4s_v5",
    "Standard_D2s_v3": "Standard_D2s_v5",
}


def normalization_factor(machine: str) -> float | None:
    """Return AWS's measure of a size; None for what is no machine.

    Examples:
        >>> normalization_factor("m5.2xlarge")
        16.0
    """
    return FACTORS.get(machine.rpartition(".")[2]) if machine in MACHINES else None


def details(machine: str) -> dict[str, str]:
    """Return what AWS's price list says of a machine; nothing of other things."""
    size = MACHINES.get(machine)
    if size is None:
        return {}
    return {
        "memory": f"{size.memory_gib:g} GiB",
        "network_performance": "Up to 10 Gigabit",
        "normalization_size_factor": f"{normalization_factor(machine)}",
        "operating_system": "Linux",
        "processor_architecture": "64-bit",
        "tenancy": "Shared",
        "vcpu": f"{size.vcpus:g}",
    }
