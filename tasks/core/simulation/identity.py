"""Names: resource ids in each provider's form, and tags as people really type them."""

import numpy as np

from tasks.core.simulation.catalogue import AWS, AZURE, Account, Cloud, Sku

MASK = (1 << 64) - 1

# What a resource is called within its provider's id; others take their kind.
AZURE_TYPES = {
    "instance": "virtualMachines",
    "volume": "disks",
    "address": "publicIPAddresses",
    "database": "servers",
    "bucket": "storageAccounts",
}
GCP_HOSTS = {
    "6F81-5844-456A": "compute",
    "24E6-581D-38E5": "bigquery",
    "95FF-2EF5-5EA1": "storage",
    "9662-B51E-5089": "sqladmin",
}
GCP_TYPES = {"instance": "instances", "volume": "disks", "address": "addresses"}

NAMES = ("web", "api", "worker", "batch", "cache", "report", "import", "search", "auth")

# How the same environment is written by different people.
SPELLINGS = {
    "production": ("production", "prod", "Prod", "PROD ", "produciton", "Production"),
    "staging": ("staging", "stage", "Staging", "stagging"),
    "development": ("development", "dev", "Dev", " dev", "developement"),
    "research": ("research", "Research", "R&D"),
}
ENVIRONMENT_KEYS = ("environment", "environment", "Environment", "env", "Enviroment")
TEAM_KEYS = ("team", "team", "Team", "team ", "Team-Name")
ODD_TEAMS = ("Zürich Vertrieb", "O\"Brien's", "データ分析", "<shop>", "Team; Nord")


def mix(number: int) -> int:
    """Return 64 well-mixed bits of a number.

    Source:
        Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
        OOPSLA 2014 (SplitMix64's finaliser).
    """
    bits = (number + 0x9E3779B97F4A7C15) & MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
    return bits ^ (bits >> 31)


def uuid(number: int) -> str:
    """Return a UUID that depends on the number alone.

    Examples:
        >>> uuid(1)
        '910a2dec-8902-4cc1-9758-35de1c9756ce'
    """
    high, low = mix(number), mix(number + 1)
    head = f"{high >> 32:08x}-{high >> 16 & 0xFFFF:04x}-4{high & 0xFFF:03x}"
    tail = f"{low & (1 << 48) - 1:012x}"
    return f"{head}-{8 | low >> 60 & 3:x}{low >> 48 & 0xFFF:03x}-{tail}"


def resource_id(
    cloud: Cloud, account: Account, region: str, sku: Sku, number: int
) -> str | None:
    """Return the id of a resource; None for charges that belong to no resource."""
    if sku.kind == "transfer":
        return None
    if cloud.provider == AWS:
        return _aws_id(account, region, sku, number)
    if cloud.provider == AZURE:
        return _azure_id(account, sku, number)
    return _gcp_id(account, region, sku, number)


def name_of(sku: Sku, number: int) -> str:
    """Return the name that people gave the resource."""
    bits = mix(number)
    return f"{NAMES[bits % len(NAMES)]}-{sku.kind.replace('_', '-')}-{bits >> 44:05x}"


def _aws_id(account: Account, region: str, sku: Sku, number: int) -> str:
    tail = f"{mix(number):016x}{number % 16:x}"
    if sku.kind == "instance":
        return f"i-{tail}"
    if sku.kind == "volume":
        return f"vol-{tail}"
    if sku.kind == "bucket":
        return f"nordwind-{account.name}-{name_of(sku, number)}"
    if sku.kind == "address":
        owner = f"{region}:{account.sub_account_id}"
        return f"arn:aws:ec2:{owner}:elastic-ip/eipalloc-{tail}"
    if sku.kind == "global":
        edge = f"E{mix(number):013X}"[:14]
        return f"arn:aws:cloudfront::{account.sub_account_id}:distribution/{edge}"
    space = sku.service.code.lower().removeprefix("amazon").removeprefix("aws")
    kind, joint = ("db", ":") if sku.kind == "database" else (sku.kind, "/")
    owner = f"{region}:{account.sub_account_id}"
    return f"arn:aws:{space}:{owner}:{kind}{joint}{name_of(sku, number)}"


def _azure_id(account: Account, sku: Sku, number: int) -> str:
    group = f"rg-{account.name}-{number % 3 + 1}"
    kind = AZURE_TYPES.get(sku.kind, f"{sku.kind}s")
    return (
        f"/subscriptions/{account.sub_account_id}/resourceGroups/{group}/providers/"
        f"{sku.service.code}/{kind}/{name_of(sku, number)}"
    )


def _gcp_id(account: Account, region: str, sku: Sku, number: int) -> str:
    host = GCP_HOSTS.get(sku.service.code, "cloud")
    project = account.sub_account_id
    kind = GCP_TYPES.get(sku.kind, f"{sku.kind}s")
    place = f"zones/{region}-a" if sku.kind in {"instance", "volume"} else region
    name = name_of(sku, number)
    return f"//{host}.googleapis.com/projects/{project}/{place}/{kind}/{name}"


def tags(account: Account, number: int, rng: np.random.Generator) -> dict[str, str]:
    """Return the tags of a resource: one in eight has none, one in four is odd."""
    luck = rng.random(5)
    if luck[0] < 1 / 8:
        return {}
    is_odd = luck[1] < 1 / 4
    pick = mix(number) >> 8
    key = ENVIRONMENT_KEYS[pick % 5] if is_odd else "environment"
    values = SPELLINGS[account.environment]
    found = {key: values[pick % len(values)] if is_odd else account.environment}
    if luck[2] < 3 / 4:
        team_key = TEAM_KEYS[pick % 5] if is_odd else "team"
        is_strange = is_odd and luck[3] < 1 / 3
        found[team_key] = ODD_TEAMS[pick % 5] if is_strange else account.team
    if luck[4] < 1 / 3:
        found["cost-centre"] = f"CC{pick % 40 + 1000}"
    return found
