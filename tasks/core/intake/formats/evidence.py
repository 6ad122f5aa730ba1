"""Tables beside the bills: utilisation, and an inventory of resources."""

from collections.abc import Sequence

from tasks.core.intake.formats.declaration import Candidate, Format

UTILISATION = Format(
    "utilisation",
    "a utilisation table",
    (
        "provider",
        "resource_id",
        "metric",
        "usage_date",
        "mean_value",
        "p95_value",
        "max_value",
        "samples",
    ),
    frozenset({"mean_value", "p95_value", "max_value", "samples"}),
)
INVENTORY = Format(
    "inventory",
    "an inventory",
    ("provider", "resource_id", "resource_type", "observed_at"),
    frozenset({"vcpus", "memory_gib", "size_gib"}),
)


def candidates(header: Sequence[str]) -> list[Candidate]:
    """Return both formats, each with the plain names of the columns."""
    names = [name.strip().lower() for name in header]
    return [(UTILISATION, names), (INVENTORY, names)]
