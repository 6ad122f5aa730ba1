"""Which files below a path may be bills, and what to say where there are none."""

from collections.abc import Sequence
from pathlib import Path

from tasks.core.errors import NothingThere
from tasks.core.intake.deliveries import is_manifest

SUFFIXES = (".csv", ".gz", ".zip", ".parquet", ".json", ".jsonl", ".ndjson")
# What lies beside exports: hidden, marks of Spark, AWS's note on how far it is.
BESIDE = (".", "_", "cost_and_usage_data_status")
NO_BILLS = "There are no bills"


def is_wanted(name: str, path: str) -> bool:
    """Whether a file below ``path`` may be a bill; what was named itself always may."""
    base = name.rpartition("/")[2]
    if name.rstrip("/") == path.rstrip("/"):
        return True
    if base.startswith(BESIDE):
        return False
    return base.lower().endswith(SUFFIXES) or is_manifest(name)


def nothing(path: str, *, exists: bool) -> str:
    """Say why a path or URL led to no file."""
    if not exists:
        return f"There is nothing at {path}."
    kinds = ", ".join(SUFFIXES)
    return f"{NO_BILLS} at {path}: exports end in {kinds}."


def require(paths: Sequence[str]) -> None:
    """Refuse paths none of which is there, before anything is made for their bills.

    URLs are not asked: their sources are, later.

    Raises:
        NothingThere: There are paths, and none of them exists.
    """
    if paths and not any("://" in path or Path(path).exists() for path in paths):
        raise NothingThere(" ".join(nothing(path, exists=False) for path in paths))
