"""Find the export files behind paths and URLs, and bring remote ones here."""

import json
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from blake3 import blake3

from tasks.core.errors import ConfigError, NoBills, NothingThere, UnreadableFile
from tasks.core.intake import deliveries
from tasks.core.intake.deliveries import Manifest, is_manifest
from tasks.core.intake.naming import is_part, stated_time, stem
from tasks.edge.intake.arriving import memory, places, wanted
from tasks.edge.intake.arriving.memory import Memory, Remembered
from tasks.edge.intake.arriving.remote import Downloads, Remote


@dataclass(frozen=True, slots=True)
class Arrived:
    """One file that can be read, now or once it is fetched.

    Attributes:
        path: Where it can be read.
        name: Its path or URL as it was given, with ``/``.
        changed_at: When it was last written.
        remote: Where it is fetched from; None for a file of this machine.
        known: What an earlier run found in the same remote file.
        currency: What its bills are in, where they do not say it themselves.
    """

    path: Path
    name: str
    changed_at: datetime
    remote: Remote | None = None
    known: Remembered | None = None
    currency: str | None = None

    @property
    def made_at(self) -> datetime:
        """When its export ran: as its folders say, else when it was written."""
        return stated_time(self.name) or self.changed_at


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


def gather(
    paths: Sequence[str],
    downloads: Downloads,
    known: Memory,
    options: Mapping[str, Mapping[str, Any]],
    currencies: Mapping[str, str | None],
) -> Arrivals:
    """Find all export files below the paths; of remote ones, fetch the manifests.

    Args:
        paths: Files, folders or URLs.
        downloads: Fetches what is remote.
        known: What remote files held when they were last read.
        options: What drivers are told about a URL, if anything.
        currencies: What Azure's bills below a path are in that do not say it.

    Raises:
        NothingThere: None of the paths exists.
        NoBills: Some exist, but none holds an export.
        ConfigError: There is no driver for the kind of URL, or no right to read it.
        SourceUnavailable: A remote place does not answer.
    """
    found: dict[str, Arrived] = {}
    problems: list[str] = []
    for path in paths:
        before = len(problems)
        below = (
            _remote(path, downloads, known, options.get(path, {}))
            if "://" in path
            else _local(path, problems)
        )
        files = [file for file in below if wanted.is_wanted(file.name, path)]
        if not files and len(problems) == before:
            problems.append(
                wanted.nothing(path, exists=bool(below) or Path(path).exists())
            )
        told = currencies.get(path)
        found |= {file.name: replace(file, currency=told) for file in files}
    manifests = [found.pop(name) for name in sorted(found) if is_manifest(name)]
    if not found and not manifests:
        is_there = any(problem.startswith(wanted.NO_BILLS) for problem in problems)
        raise (NoBills if is_there else NothingThere)(" ".join(problems))
    downloads.bring(file.remote for file in manifests if file.remote and not file.known)
    found |= _by_now(found.values(), datetime.now(UTC))
    ordered = {name: found[name] for name in sorted(found)}
    return Arrivals(ordered, tuple(manifests), tuple(problems))


def _by_now(files: Iterable[Arrived], now: datetime) -> dict[str, Arrived]:
    """Return the files that were written later than now, as if they were just before.

    What a wrong clock, or an archive without a time zone, puts into the future would be
    left out by every run until then. The order of such files stays.
    """
    ahead = [file for file in files if file.changed_at > now]
    ahead.sort(key=lambda file: file.changed_at, reverse=True)
    return {
        file.name: replace(file, changed_at=now - timedelta(milliseconds=place))
        for place, file in enumerate(ahead)
    }


def read_manifest(file: Arrived) -> Manifest | None:
    """Read what a file that is called like a manifest says; None if it is another's.

    Raises:
        UnreadableFile: It is not JSON.
    """
    try:
        content = json.loads(manifest_text(file))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise UnreadableFile(
            f"{file.name} is not valid JSON ({error}): fetch the manifest again."
        ) from error
    return deliveries.parse_manifest(file.name, content)


def read(files: Iterable[Arrived], digests: Mapping[str, str]) -> list[memory.Found]:
    """Return what is to be remembered of files that were loaded or refused."""
    return [
        (file.remote, digests[file.name], None)
        for file in files
        if file.remote and not (file.known and file.known.is_recent)
    ]


def said(manifests: Iterable[Arrived]) -> list[memory.Found]:
    """Return what is to be remembered of manifests that were fetched.

    One that is damaged is not: it will be fetched again.
    """
    found: list[memory.Found] = []
    for file in manifests:
        if file.remote and not file.known:
            with suppress(ValueError):
                found.append((file.remote, None, memory.said(manifest_text(file))))
    return found


def content(file: Arrived) -> str:
    """Return the digest of a file; of one that is not fetched, what it is known by.

    Raises:
        OSError: It cannot be read.
    """
    if file.known and file.known.digest:
        return file.known.digest
    if file.remote and not file.path.exists():
        return file.remote.mark
    return digest(file.path)


def manifest_text(file: Arrived) -> str:
    """Return what a manifest says, from memory if it is remembered."""
    if file.known and file.known.manifest:
        return file.known.manifest
    return file.path.read_text(encoding="utf-8-sig")


def digest(path: Path) -> str:
    """Return the BLAKE3 digest of a file's content."""
    path.open("rb").close()  # which says what cannot be read, as the next line does not
    return str(blake3(max_threads=blake3.AUTO).update_mmap(path).hexdigest())


class _OnDisk(Container[str]):
    """All files of this machine, for looking up what a single manifest lists."""

    def __contains__(self, name: object) -> bool:
        return Path(str(name)).is_file()


def _local(path: str, problems: list[str]) -> list[Arrived]:
    root = Path(path)
    if root.is_dir():
        below = wanted.below(root, problems)
        return [_arrived(file) for file in below if file.is_file()]
    if not root.is_file():
        return []
    alone = [_arrived(root)]
    if is_manifest(root.as_posix()):
        alone += _listed_in(alone[0])
        return alone
    return _delivered_with(root) or _parts_beside(root) or alone


def _delivered_with(path: Path) -> list[Arrived]:
    """Return a manifest beside a file that lists it, and all that it lists.

    A file that comes late, or is named alone, is no bill of its own. Data Exports has
    its manifests in ``metadata`` where the files are in ``data``.
    """
    folder = path.parent
    others = Path(*("metadata" if step == "data" else step for step in folder.parts))
    for place in dict.fromkeys((folder, others)):
        for beside in sorted(place.glob("*.json")):
            if not is_manifest(beside.as_posix()):
                continue
            manifest = _arrived(beside)
            try:
                listed = list(_listed_in(manifest))
            except UnreadableFile:
                return [_arrived(path), manifest]
            if any(Path(file.name) == path for file in listed):
                return [manifest, *listed]
    return []


def _parts_beside(path: Path) -> list[Arrived]:
    """Return all parts of an export of which one is named: alone it is no bill."""
    if not is_part(path.as_posix()):
        return []
    export = stem(path.as_posix())
    return [
        _arrived(file)
        for file in sorted(path.parent.iterdir())
        if file.is_file() and stem(file.as_posix()) == export
    ]


def _arrived(path: Path) -> Arrived:
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Arrived(path, path.as_posix(), changed)


def _listed_in(file: Arrived) -> Iterable[Arrived]:
    manifest = read_manifest(file)
    if manifest is None:
        return []
    located = deliveries.locate(manifest, _OnDisk()).values()
    return [_arrived(Path(name)) for name in located if name]


def _remote(
    url: str, downloads: Downloads, known: Memory, options: Mapping[str, Any]
) -> list[Arrived]:
    def below(place: str) -> list[Arrived]:
        return [
            Arrived(downloads.path(one), one.url, one.changed_at, one, known.of(one))
            for one in places.listed(place, options, known.files)
        ]

    found = below(url)
    if [file.name for file in found] != [url] or is_manifest(url):
        return found
    return _listed_with(found[0], below, downloads) or found


def _listed_with(
    file: Arrived, below: Callable[[str], list[Arrived]], downloads: Downloads
) -> list[Arrived]:
    """Return a manifest beside a remote file that lists it, and all that it lists.

    Without one, return the other parts beside a file that is called like a part.
    """
    folder = file.name.rpartition("/")[0]
    steps = ["metadata" if step == "data" else step for step in folder.split("/")]
    around: dict[str, Arrived] = {}
    for place in dict.fromkeys((folder, "/".join(steps))):
        # A right to read the file alone is enough to read it alone.
        with suppress(ConfigError):
            around |= {one.name: one for one in below(place)}
    for manifest in [one for name, one in around.items() if is_manifest(name)]:
        downloads.bring(
            [one for one in [manifest.remote] if one and not manifest.known]
        )
        try:
            said = read_manifest(manifest)
        except UnreadableFile:
            return [file, manifest]
        located = deliveries.locate(said, around).values() if said else ()
        if file.name in located:
            return [manifest, *(around[name] for name in located if name)]
    if not is_part(file.name):
        return []
    return [one for name, one in around.items() if stem(name) == stem(file.name)]
