"""Files behind URLs: listed first, and fetched only when somebody needs them.

A file that was fetched whole stays until it is loaded, so that a run that was killed
does not fetch it twice.
"""

import importlib
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import fsspec

from tasks.core.errors import SourceUnavailable
from tasks.edge.intake.arriving.reach import reaching

# Enough to fill a line; each holds a few megabytes.
THREADS = 8
# Deliveries whose files are fetched while an earlier one is loaded.
AHEAD = 8
# Fetched files that no run has asked for since.
KEPT_SECONDS = 7 * 24 * 3600

# What tells one content of a URL from another, the surest first.
MARKS = ("ETag", "etag", "generation", "md5Hash")
TIMES = ("LastModified", "last_modified", "updated", "mtime", "created")


class System(Protocol):
    """What a file is read with: a driver of fsspec, or an API that we ask."""

    def get_file(self, rpath: str, lpath: str, /) -> None:
        """Write a file's content to a path of this machine."""

    def info(self, path: str, /) -> Mapping[str, Any]:
        """Return what its place says of a file."""


@dataclass(frozen=True, slots=True)
class Remote:
    """One file behind a URL.

    Attributes:
        system: What reads it.
        key: Its name there.
        url: As the user would write it.
        size: Bytes; None when the place does not say.
        stamp: Changes whenever its content does; None when nothing tells.
        changed_at: When it was last written.
    """

    system: System
    key: str
    url: str
    size: int | None
    stamp: str | None
    changed_at: datetime

    @property
    def mark(self) -> str:
        """A digest of which content of the URL it is, not of the content itself."""
        return sha256(f"{self.url}\n{self.stamp}".encode()).hexdigest()


class Downloads:
    """Fetches files in parallel into a folder."""

    def __init__(self, folder: Path) -> None:
        """Use what an earlier run has left in the folder, but for torn files."""
        self.folder = folder
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            is_old = time.time() - path.stat().st_mtime > KEPT_SECONDS
            if path.suffix == ".part" or is_old:
                path.unlink()
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="download")
        self.running: dict[Path, Future[None]] = {}

    def __enter__(self) -> Self:
        """Fetch from here on."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop fetching."""
        self.pool.shutdown(cancel_futures=True)

    def path(self, remote: Remote) -> Path:
        """Return where a file will lie; its own name is foreign and plays no part."""
        return self.folder / remote.mark

    def ahead(self, remotes: Iterable[Remote]) -> None:
        """Begin to fetch files that will be asked for soon."""
        for remote in remotes:
            path = self.path(remote)
            if path not in self.running:
                self.running[path] = self.pool.submit(_fetch, remote, path)

    def bring(self, remotes: Iterable[Remote]) -> None:
        """Wait until files are here.

        Raises:
            SourceUnavailable: A file changed on the way, or its place does not answer.
        """
        wanted = list(remotes)
        self.ahead(wanted)
        for remote in wanted:
            self.running[self.path(remote)].result()

    def drop(self, remotes: Iterable[Remote]) -> None:
        """Remove files that nobody needs any more."""
        for remote in remotes:
            if self.running.pop(self.path(remote), None) is not None:
                self.path(remote).unlink(missing_ok=True)


def listed(url: str, options: Mapping[str, Any]) -> list[Remote]:
    """Return the files below a URL, or those that its ``*`` stand for, by name.

    Raises:
        ConfigError: There is no driver for it, or no right to read it.
        SourceUnavailable: It does not answer.
    """
    with reaching(url):
        system, root = opened(url, options)
        if "*" in root:
            found = system.glob(root, detail=True)
            scheme = url.partition("://")[0]
            urls = {name: f"{scheme}://{name}" for name in found}
        else:
            found = system.find(root, detail=True)
            urls = {name: _url(url, root, name) for name in found}
        return [
            described(system, name, urls[name], found[name])
            for name in sorted(found)
            if found[name].get("type") != "directory"
        ]


def probe(url: str, options: Mapping[str, Any]) -> int:
    """Return how many names lie directly below a URL.

    Raises:
        ConfigError: As ``listed``.
        SourceUnavailable: As ``listed``.
    """
    with reaching(url):
        system, root = opened(url, options)
        fixed = root.partition("*")[0]
        top = fixed.rpartition("/")[0] if "*" in root else root
        return len(system.ls(top, detail=False))


def opened(
    url: str, options: Mapping[str, Any]
) -> tuple[fsspec.AbstractFileSystem, str]:
    """Return the driver for a URL, and what that calls it."""
    given = dict(options)
    kind = fsspec.get_filesystem_class(url.partition("://")[0])
    if url.startswith(("gs://", "gcs://")):
        # The newer class asks for the kind of the bucket, by another road and right.
        kind = importlib.import_module("gcsfs.core").GCSFileSystem
        if given.pop("anon", False):
            given["token"] = "anon"  # noqa: S105 - Google's word for nobody
    # Neither who we are nor what is there may come from an earlier call.
    given |= kind._get_kwargs_from_urls(url)  # noqa: SLF001 - as fsspec itself does
    system = kind(use_listings_cache=False, skip_instance_cache=True, **given)
    return system, system._strip_protocol(url)  # noqa: SLF001


def _url(url: str, root: str, name: str) -> str:
    """Return the URL of a file below ``url``, as the user would write it."""
    below = name.removeprefix(root).lstrip("/")
    return f"{url.rstrip('/')}/{below}" if below else url


def described(system: System, key: str, url: str, info: Mapping[str, Any]) -> Remote:
    """Return a file as its place describes it."""
    times = [str(info[name]) for name in TIMES if info.get(name)]
    marks = [str(info[name]) for name in MARKS if info.get(name)] or times
    size = info.get("size")
    stamp = f"{marks[0].strip(chr(34))} {size}" if marks else None
    changed = next((info[name] for name in TIMES if info.get(name)), None)
    return Remote(system, key, url, size, stamp, _moment(changed))


def _moment(value: object) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, datetime):
        return datetime.now(UTC)
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _fetch(remote: Remote, target: Path) -> None:
    """Fetch one file under another name, and rename it once it is known to be whole."""
    if remote.stamp and target.exists():
        return
    part = target.with_suffix(".part")
    with reaching(remote.url):
        remote.system.get_file(remote.key, str(part))
        info = remote.system.info(remote.key)
    size = part.stat().st_size
    stamp = described(remote.system, remote.key, remote.url, info).stamp
    if remote.size not in {None, size} or stamp != remote.stamp:
        part.unlink()
        raise SourceUnavailable(
            f"{remote.url} changed while it was fetched, or came torn ({size} of"
            f" {remote.size} bytes): run again."
        )
    part.rename(target)
