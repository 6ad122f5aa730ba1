"""Which files below a path may be bills, and what to say where there are none."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from tasks.core.errors import NoBills, NothingThere
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


def below(folder: Path, problems: list[str]) -> Iterator[Path]:
    """Yield the files below a folder; folders that are closed to us become problems."""

    def cannot(error: OSError) -> None:
        problems.append(f"{error.filename} cannot be read: {error.strerror}.")

    for inner, _, names in os.walk(folder, onerror=cannot):
        yield from (Path(inner) / name for name in names)


def require(paths: Sequence[str]) -> None:
    """Refuse paths that lead to no bill, before anything is made for their bills.

    URLs are not asked: their sources are, later. Nor is what cannot be read, which is
    told as what it is.

    Raises:
        NothingThere: There are paths, and none of them exists.
        NoBills: Some exist, but none can hold an export.
    """
    if not paths or any(_may_lead(path) for path in paths):
        return
    there = {path: Path(path).exists() for path in paths}
    said = " ".join(nothing(path, exists=is_there) for path, is_there in there.items())
    raise (NoBills if any(there.values()) else NothingThere)(said)


def _may_lead(path: str) -> bool:
    if "://" in path or not Path(path).is_dir():
        return "://" in path or Path(path).exists()
    problems: list[str] = []
    files = below(Path(path), problems)
    return any(is_wanted(file.as_posix(), path) for file in files) or bool(problems)
