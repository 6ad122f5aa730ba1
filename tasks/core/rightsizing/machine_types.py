"""Which machine types exist, how large they are, and which are next of kin.

Only families are known whose sizes follow a rule. Any other type (GPUs, bare metal,
constrained cores, custom shapes) is answered with None, and the rules abstain: a
wrong guess about memory would be somebody's outage.

Source: the providers' public lists of machine types; a test compares every type
that can be proposed with catalogues of all three.
"""

import re
from dataclasses import dataclass

AWS, AZURE, GOOGLE = "AWS", "Microsoft", "Google Cloud"

# GiB of memory per virtual CPU, by the letter of the family.
AWS_MEMORY = {"c": 2.0, "m": 4.0, "r": 8.0}
# Families that have a "large" and double their price with every size.
AWS_FAMILY = re.compile(r"^[cmr](4|5(a|b|d|ad|n)?|6(a|g|gd|i|id|in)|7(a|g|gd|i))$")
AWS_SIZES = ("large", "xlarge", "2xlarge", "4xlarge")
# Types of these families whose memory does not follow the letter.
AWS_MEMORY_BY_FAMILY = {"c4": 1.875, "c5n": 2.625, "r4": 7.625}
# Burstable: CPUs stay the same below "large" (what shrinks is how long they may be
# used), so a smaller size saves memory and baseline, not cores.
AWS_BURSTABLE = {
    "nano": (2, 0.5),
    "micro": (2, 1.0),
    "small": (2, 2.0),
    "medium": (2, 4.0),
    "large": (2, 8.0),
    "xlarge": (4, 16.0),
    "2xlarge": (8, 32.0),
}
AWS_BURSTABLE_FAMILIES = frozenset({"t3", "t3a", "t4g"})

# AWS's own normalisation factors: prices within a family are proportional to them.
AWS_WEIGHTS = {
    "nano": 0.25,
    "micro": 0.5,
    "small": 1.0,
    "medium": 2.0,
    "large": 4.0,
    "xlarge": 8.0,
    "2xlarge": 16.0,
    "4xlarge": 32.0,
}

AZURE_TYPE = re.compile(
    r"^Standard_(?P<letter>[DEF])(?P<vcpus>\d+)(?P<features>[a-z]*)_v(?P<generation>[2-6])$"
)
AZURE_MEMORY = {"D": 4.0, "E": 8.0, "F": 2.0}
AZURE_SIZES = (2, 4, 8, 16, 32)

GOOGLE_TYPE = re.compile(
    r"^(?P<series>n1|n2|n2d|e2|c3|c3d)-(?P<class>standard|highmem|highcpu)-(?P<vcpus>\d+)$"
)
GOOGLE_MEMORY = {
    ("n1", "standard"): 3.75,
    ("n1", "highmem"): 6.5,
    ("n1", "highcpu"): 0.9,
    ("n2", "standard"): 4.0,
    ("n2", "highmem"): 8.0,
    ("n2", "highcpu"): 1.0,
    ("n2d", "standard"): 4.0,
    ("n2d", "highmem"): 8.0,
    ("n2d", "highcpu"): 1.0,
    ("e2", "standard"): 4.0,
    ("e2", "highmem"): 8.0,
    ("e2", "highcpu"): 1.0,
    ("c3", "standard"): 4.0,
    ("c3", "highmem"): 8.0,
    ("c3", "highcpu"): 2.0,
    ("c3d", "standard"): 4.0,
    ("c3d", "highmem"): 8.0,
    ("c3d", "highcpu"): 2.0,
}
GOOGLE_SIZES = {"c3": (4, 8, 22, 44), "c3d": (4, 8, 16), "e2": (2, 4, 8, 16)}
GOOGLE_SIZES_ELSEWHERE = (2, 4, 8, 16, 32)

# The family that replaces an older one at the same size, with the same processor
# architecture and at least the same CPUs and memory.
SUCCESSORS = {"m4": "m5", "c4": "c5", "r4": "r5", "t2": "t3"}


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine type.

    Attributes:
        name: As the provider writes it.
        family: What has the same price per weight; sizes compare within it.
        weight: Relative price within the family.
    """

    name: str
    family: str
    vcpus: float
    memory_gib: float
    weight: float


def machine(provider: str, name: str) -> Machine | None:
    """Return what is known of a machine type, or None when no rule covers it.

    Examples:
        >>> machine("AWS", "m5.xlarge")
        Machine(name='m5.xlarge', family='m5', vcpus=4, memory_gib=16.0, weight=8.0)
        >>> machine("AWS", "p4d.24xlarge") is None
        True
    """
    if provider == AWS:
        return _aws(name)
    if provider == AZURE:
        return _azure(name)
    if provider == GOOGLE:
        return _google(name)
    return None


def smaller(provider: str, name: str) -> tuple[Machine, ...]:
    """Return the smaller types of the same family, the largest of them first.

    Examples:
        >>> [kin.name for kin in smaller("Google Cloud", "n2-standard-8")]
        ['n2-standard-4', 'n2-standard-2']
    """
    own = machine(provider, name)
    if own is None:
        return ()
    kin = (machine(provider, other) for other in _siblings(provider, name))
    below = [other for other in kin if other is not None and other.weight < own.weight]
    return tuple(sorted(below, key=lambda other: -other.weight))


def successor(provider: str, name: str) -> str | None:
    """Return the type that replaces one of a previous generation, or None.

    Examples:
        >>> successor("AWS", "m4.xlarge")
        'm5.xlarge'
    """
    family, dot, size = name.partition(".")
    if provider != AWS or not dot or family not in SUCCESSORS:
        return None
    newer = f"{SUCCESSORS[family]}.{size}"
    return newer if machine(AWS, newer) else None


def _aws(name: str) -> Machine | None:
    family, _, size = name.partition(".")
    weight = AWS_WEIGHTS.get(size)
    if weight is None:
        return None
    if family in AWS_BURSTABLE_FAMILIES and size in AWS_BURSTABLE:
        vcpus, memory = AWS_BURSTABLE[size]
        return Machine(name, family, vcpus, memory, weight)
    if not AWS_FAMILY.match(family) or size not in AWS_SIZES:
        return None
    vcpus = int(weight) // 2
    memory = AWS_MEMORY_BY_FAMILY.get(family, AWS_MEMORY[family[0]])
    return Machine(name, family, vcpus, vcpus * memory, weight)


def _azure(name: str) -> Machine | None:
    match = AZURE_TYPE.match(name)
    if match is None or not _azure_has_a_rule(match):
        return None
    vcpus = int(match["vcpus"])
    if vcpus not in AZURE_SIZES:
        return None
    family = f"{match['letter']}{match['features']}_v{match['generation']}"
    memory = vcpus * AZURE_MEMORY[match["letter"]]
    return Machine(name, family, vcpus, memory, float(vcpus))


def _azure_has_a_rule(match: re.Match[str]) -> bool:
    """Say whether CPUs and memory follow the name.

    In _v2 only the F series counts CPUs; "l" is low memory, "t" tiny, "m" more.
    """
    if set(match["features"]) & set("lmtpi"):
        return False
    if match["letter"] == "F":
        return match["generation"] == "2" and match["features"] == "s"
    return match["generation"] in {"3", "4", "5", "6"}


def _google(name: str) -> Machine | None:
    match = GOOGLE_TYPE.match(name)
    if match is None:
        return None
    series, kind, vcpus = match["series"], match["class"], int(match["vcpus"])
    if vcpus not in GOOGLE_SIZES.get(series, GOOGLE_SIZES_ELSEWHERE):
        return None
    memory = vcpus * GOOGLE_MEMORY[series, kind]
    return Machine(name, f"{series}-{kind}", vcpus, memory, float(vcpus))


def _siblings(provider: str, name: str) -> list[str]:
    """Return every size of the family of a known type, by name."""
    if provider == AWS:
        family = name.partition(".")[0]
        return [f"{family}.{size}" for size in AWS_WEIGHTS]
    if provider == AZURE:
        match = AZURE_TYPE.match(name)
        start, end = match.span("vcpus") if match else (0, 0)
        return [f"{name[:start]}{vcpus}{name[end:]}" for vcpus in AZURE_SIZES]
    head = name.rpartition("-")[0]
    series = name.partition("-")[0]
    sizes = GOOGLE_SIZES.get(series, GOOGLE_SIZES_ELSEWHERE)
    return [f"{head}-{vcpus}" for vcpus in sizes]
