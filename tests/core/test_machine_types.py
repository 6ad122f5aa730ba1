"""What is said of machine types agrees with the providers' own catalogues."""

import csv

import pytest

from tasks.core.rightsizing import machine_types

SUCCESSOR_PAIRS = {"m4.large": "m5.large", "c4.2xlarge": "c5.2xlarge", "m5.large": None}


def catalogue(path, name, cpus, memory, *, delimiter=",", gib=1.0):
    with path.open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter=delimiter)
        return {row[name]: (float(row[cpus]), float(row[memory]) / gib) for row in rows}


@pytest.fixture(scope="session")
def catalogues(shared):
    folder = shared / "data" / "catalogues"
    aws = folder / "aws_ec2_instance_types_2026-01.csv"
    azure = folder / "azure_vm_types_autoscaler.csv"
    google = folder / "gcp_machinetypes.csv"
    return {
        "AWS": catalogue(aws, "instance_type", "vcpu", "memory_mb", gib=1024),
        "Microsoft": catalogue(azure, "vm_size", "vcpu", "memory_mb", gib=1024),
        "Google Cloud": catalogue(google, "NAME", "CPUS", "MEMORY_GB", delimiter=";"),
    }


@pytest.mark.shared
@pytest.mark.parametrize("provider", ["AWS", "Microsoft", "Google Cloud"])
def test_sizes_are_those_of_the_catalogue(catalogues, provider):
    """CPUs and memory of every type that a rule covers are the published ones."""
    known = catalogues[provider]
    covered = {
        name: found
        for name in known
        if (found := machine_types.machine(provider, name)) is not None
    }
    assert len(covered) > 70
    assert {
        name: (found.vcpus, found.memory_gib)
        for name, found in covered.items()
        if (found.vcpus, found.memory_gib) != pytest.approx(known[name], abs=0.01)
    } == {}


@pytest.mark.shared
@pytest.mark.parametrize("provider", ["AWS", "Microsoft", "Google Cloud"])
def test_only_real_types_are_proposed(catalogues, provider):
    """Every smaller size and every successor exists in the catalogue."""
    known = catalogues[provider]
    proposed = {
        kin.name for name in known for kin in machine_types.smaller(provider, name)
    }
    proposed |= {
        newer for name in known if (newer := machine_types.successor(provider, name))
    }
    assert proposed - set(known) == set()


@pytest.mark.parametrize(("name", "newer"), SUCCESSOR_PAIRS.items())
def test_successor(name, newer):
    """A previous generation has one successor, a current one has none."""
    assert machine_types.successor("AWS", name) == newer


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("AWS", "m5.metal"),
        ("AWS", "t2.nano"),
        ("AWS", "m5"),
        ("AWS", ""),
        ("Microsoft", "Standard_E4-2s_v5"),
        ("Microsoft", "Standard_D2_v2"),
        ("Microsoft", "Standard_B2s"),
        ("Google Cloud", "n2-custom-4-8192"),
        ("Google Cloud", "f1-micro"),
        ("Oracle", "VM.Standard.E4.Flex"),
    ],
)
def test_what_follows_no_rule_is_not_known(provider, name):
    """A type that no rule covers is answered with nothing, not with a guess."""
    assert machine_types.machine(provider, name) is None
    assert machine_types.smaller(provider, name) == ()
