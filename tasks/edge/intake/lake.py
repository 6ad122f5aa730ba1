"""The lake: raw bill versions as Parquet, written once and never changed.

A version is written under a temporary name and renamed into place just before its row
is committed. What a killed run leaves is noted in ``.publishing`` and removed by the
next one; nothing else in the lake is ever touched.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tasks.core.errors import UnknownSetting, WarehouseBusy
from tasks.core.intake.deliveries import slug
from tasks.edge.intake.arriving import mirror
from tasks.edge.intake.arriving.objects import Objects
from tasks.edge.settings import Settings

POLL_SECONDS = 0.2
# A file system puts what is synced at the same time to the disk in one go.
SYNCED_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake that this process alone writes to.

    Attributes:
        root: Its folder.
        elsewhere: Where it lies in object storage; the folder is then a copy.
    """

    root: Path
    elsewhere: Objects | None = None

    @property
    def incoming(self) -> Path:
        """Where versions are prepared; emptied at every start."""
        return self.root / ".incoming"

    @property
    def publishing(self) -> Path:
        """One note for each version whose row is not committed yet."""
        return self.root / ".publishing"

    @property
    def downloads(self) -> Path:
        """Remote files that were fetched and not loaded yet; outlives a killed run."""
        return self.root / ".downloads"

    def folder(self, source: str, billing_period: str, bill_id: str) -> Path:
        """Return the folder of a version, relative to the lake."""
        return (
            Path(f"source={slug(source)}")
            / f"billing_period={billing_period}"
            / f"version={bill_id}"
        )


@contextmanager
def opened(settings: Settings, *, say: Callable[[str], None]) -> Iterator[Lake]:
    """Take the lake for writing; a second writer waits for its turn.

    Raises:
        UnknownSetting: The lake belongs to another warehouse, or is another one's copy.
        WarehouseBusy: Another process wrote to it for longer than ``wait_seconds``.
    """
    root = settings.lake_path.resolve()
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        _take(lock.fileno(), root, settings.wait_seconds, say)
        _own(root, settings.database)
        mirror.agree(root, settings.lake_url, settings.lake_options)
        lake = Lake(root, mirror.of(root))
        shutil.rmtree(lake.incoming, ignore_errors=True)
        lake.incoming.mkdir()
        lake.publishing.mkdir(exist_ok=True)
        try:
            yield lake
        finally:
            shutil.rmtree(lake.incoming, ignore_errors=True)


def sweep(lake: Lake, registered: Collection[str]) -> None:
    """Remove the versions that a killed run renamed into place without a row."""
    for note in lake.publishing.iterdir():
        folder = Path(note.read_text("utf-8"))
        # A note that was cut while being written names nothing that exists yet.
        is_whole = folder.name == f"version={note.name}"
        if is_whole and note.name not in registered:
            remove(lake, folder)
        note.unlink()


def remove(lake: Lake, folder: Path) -> None:
    """Remove a version that nothing needs; the copy goes last, for it is looked for."""
    if lake.elsewhere:
        lake.elsewhere.remove(folder.as_posix())
    shutil.rmtree(lake.root / folder, ignore_errors=True)


def publish(lake: Lake, prepared: Path, folder: Path) -> list[str]:
    """Move a prepared version into place.

    Its row has to be committed next; then ``committed`` is called.

    Returns:
        Its files, relative to the lake.
    """
    with ThreadPoolExecutor(SYNCED_AT_ONCE) as pool:
        list(pool.map(sync, [prepared, *prepared.rglob("*")]))
    files = sorted(path for path in prepared.iterdir() if path.is_file())
    note = lake.publishing / folder.name.removeprefix("version=")
    note.write_text(folder.as_posix(), "utf-8")
    sync(note)
    sync(lake.publishing)
    target = lake.root / folder
    # A folder without a row is left from a warehouse that has been thrown away.
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    prepared.rename(target)
    sync(target.parent)
    if lake.elsewhere:
        mirror.send(lake.elsewhere, lake.root, folder)
    return [(folder / file.name).as_posix() for file in files]


def committed(lake: Lake, bill_id: str) -> None:
    """Forget the note about a version whose row is committed."""
    (lake.publishing / bill_id).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file or a folder's entries are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _take(
    handle: int, root: Path, wait_seconds: float, say: Callable[[str], None]
) -> None:
    deadline = time.monotonic() + wait_seconds
    told = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise WarehouseBusy(
                    f"Another process was still writing to {root}"
                    f" after {wait_seconds:.0f} s."
                ) from error
            if not told:
                say(f"Waiting for {root}: another process is ingesting.")
                told = True
            time.sleep(POLL_SECONDS)
        else:
            return


def _own(root: Path, database: str) -> None:
    """Note whose lake it is: two warehouses would give out the same names."""
    owner = root / ".owner"
    mine = os.path.relpath(Path(database).resolve(), root)
    if not owner.exists():
        fresh = root / ".owner.new"
        fresh.write_text(mine, "utf-8")
        sync(fresh)
        fresh.rename(owner)
        return
    theirs = owner.read_text("utf-8")
    if theirs != mine:
        raise UnknownSetting(
            f"The lake {root} belongs to the warehouse"
            f" {(root / theirs).resolve()}: give {database} one of its own."
        )
