"""Find the export files behind paths and URLs, and bring remote ones here."""

import hashlib
import json
import os
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import fsspec

from tasks.core.errors import (
    ConfigError,
    NoBills,
    NothingThere,
    SourceUnavailable,
    UnreadableFile,
)
from tasks.core.intake import deliveries
from tasks.core.intake.deliveries import Manifest, is_manifest

SUFFIXES = (".csv", ".gz", ".zip", ".parquet", ".json", ".jsonl", ".ndjson")
NO_BILLS = "There are no bills"


@dataclass(frozen=True, slots=True)
class Arrived:
    """One file that can be read now.

    Attributes:
        path: Where it can be read.
        name: Its path or URL as it was given, with ``/``.
        changed_at: When it was last written.
    """

    path: Path
    name: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What was found.

    Attributes:
        files: Bill and evidence files by name, in the order of names.
        manifests: Files that are called like manifests.
        problems: One sentence for each path that led to nothing.
    """

    files: dict[str, Arrived]
    manifests: tuple[Arrived, ...]
    problems: tuple[str, ...]


def gather(paths: Sequence[str], scratch: Path) -> Arrivals:
    """Find all export files below the paths; URLs are downloaded to ``scratch``.

    Raises:
        NothingThere: None of the paths exists.
        NoBills: Some exist, but none holds an export.
        ConfigError: There is no driver for the kind of URL.
        SourceUnavailable: A remote place does not answer.
    """
    found: dict[str, Arrived] = {}
    problems = []
    for position, path in enumerate(paths):
        is_remote = "://" in path
        below = _remote(path, scratch / str(position)) if is_remote else _local(path)
        wanted = [file for file in below if _is_wanted(file.name, path)]
        if not any(not is_manifest(file.name) for file in wanted):
            problems.append(_nothing(path, exists=bool(below) or Path(path).exists()))
        found |= {file.name: file for file in wanted}
    manifests = [found.pop(name) for name in sorted(found) if is_manifest(name)]
    if not found and not manifests:
        is_there = any(problem.startswith(NO_BILLS) for problem in problems)
        raise (NoBills if is_there else NothingThere)(" ".join(problems))
    ordered = {name: found[name] for name in sorted(found)}
    return Arrivals(ordered, tuple(manifests), tuple(problems))


def read_manifest(file: Arrived) -> Manifest | None:
    """Read what a file that is called like a manifest says; None if it is another's.

    Raises:
        UnreadableFile: It is not JSON.
    """
    try:
        content = json.loads(file.path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise UnreadableFile(
            f"{file.name} is not valid JSON ({error}): fetch the manifest again."
        ) from error
    return deliveries.parse_manifest(file.name, content)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_wanted(name: str, path: str) -> bool:
    """Whether a file below ``path`` may be a bill; what was named itself always may."""
    base = name.rpartition("/")[2]
    if name.rstrip("/") == path.rstrip("/"):
        return True
    if base.startswith((".", "_")):
        return False
    return base.lower().endswith(SUFFIXES) or is_manifest(name)


def _nothing(path: str, *, exists: bool) -> str:
    if not exists:
        return f"There is nothing at {path}."
    kinds = ", ".join(SUFFIXES)
    return f"{NO_BILLS} at {path}: exports end in {kinds}."


class _OnDisk(Container[str]):
    """All files of this machine, for looking up what a single manifest lists."""

    def __contains__(self, name: object) -> bool:
        return Path(str(name)).is_file()


def _local(path: str) -> list[Arrived]:
    root = Path(path)
    if root.is_dir():
        below = (
            Path(folder) / name for folder, _, names in os.walk(root) for name in names
        )
        return [_arrived(file) for file in below if file.is_file()]
    if not root.is_file():
        return []
    alone = [_arrived(root)]
    if is_manifest(root.as_posix()):
        alone += _listed_in(alone[0])
    return alone


def _arrived(path: Path) -> Arrived:
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Arrived(path, path.as_posix(), changed)


def _listed_in(file: Arrived) -> Iterable[Arrived]:
    manifest = read_manifest(file)
    if manifest is None:
        return []
    located = deliveries.locate(manifest, _OnDisk()).values()
    return [_arrived(Path(name)) for name in located if name]


def _remote(url: str, scratch: Path) -> list[Arrived]:
    """Download what is below a URL."""
    try:
        system, root = fsspec.core.url_to_fs(url)
        names = system.find(root)
        return [
            _download(system, name, _url(url, root, name), scratch / str(number))
            for number, name in enumerate(sorted(names))
            if _is_wanted(_url(url, root, name), url)
        ]
    except (ImportError, ValueError) as error:
        raise ConfigError(f"{url} cannot be read here: {error}.") from error
    except OSError as error:
        raise SourceUnavailable(f"{url} does not answer: {error}.") from error


def _url(url: str, root: str, name: str) -> str:
    """Return the URL of a file below ``url``, as the user would write it."""
    below = name.removeprefix(root).lstrip("/")
    return f"{url.rstrip('/')}/{below}" if below else url


def _download(
    system: fsspec.AbstractFileSystem, name: str, url: str, target: Path
) -> Arrived:
    """Fetch one file; its own name is foreign, so it is stored under a number."""
    target.parent.mkdir(parents=True, exist_ok=True)
    system.get_file(name, str(target))
    return Arrived(target, url, _modified(system, name))


def _modified(system: fsspec.AbstractFileSystem, name: str) -> datetime:
    try:
        moment = system.modified(name)
    except NotImplementedError:
        return datetime.now(UTC)
    if not isinstance(moment, datetime):
        return datetime.fromtimestamp(float(moment), UTC)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
