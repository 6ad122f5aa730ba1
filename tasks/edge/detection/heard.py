"""What was heard of series, kept beside the warehouse from one run to the next.

It is a copy that may be lost: where it is missing, broken, of other settings or of
another edition of the detectors, all days are heard anew. Each look is a folder of its
own, which counts once it is told that it is finished; the one before it is then taken
away, so that there is never more than one.
"""

import hashlib
import json
import os
import shutil
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

import tasks.core
from tasks.core.detection import memory
from tasks.core.detection.declaration import Detection
from tasks.core.detection.memory import Arrays, Marks
from tasks.core.detectors import Flags, Panel
from tasks.core.findings.anomalies import Scope
from tasks.edge.settings import Settings

# Written last; without it a folder is an attempt that ended too early.
FINISHED = "finished.json"

# Where the detectors are that say what is kept.
EDITION = ("detectors", "detection")

Shape = tuple[str, int]


class Heard:
    """Keeps what is heard of the series of a warehouse; a ``memory.Memory``."""

    def __init__(
        self, folder: Path, scopes: Sequence[Scope], params: Detection
    ) -> None:
        """Name the folder, the series in their order, and the settings."""
        self.folder = folder
        self.params = params
        self.names = _names(scopes)
        self.writer: Writer | None = None

    def recall(self, panel: Panel) -> "Look | None":
        """Return what an earlier run kept of the days of a panel, if it fits them."""
        for own in _looks(self.folder):
            try:
                look = Look(own, self.names)
                until = look.until
                if look.told["days"] == self._days(panel) and until <= panel.n_days:
                    off = json.loads(json.dumps(memory.calendar(panel, until)))
                    return look if look.told["days_off"] == off else None
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return None

    def begin(self, panel: Panel, until: int) -> bool:
        """Get ready to keep what is heard before a column.

        False where more is kept already, as in a run of a past moment.
        """
        days = self._days(panel)
        for own in _looks(self.folder):
            told = _told(own)
            if told.get("days") == days and told.get("until", 0) > until:
                return False
        off = memory.calendar(panel, until)
        told = {"days": days, "until": until, "days_off": off}
        try:
            self.writer = Writer(self.folder, len(self.names), told)
        except OSError:
            return False
        return True

    def keep(self, part: slice, rows: Arrays) -> None:
        """Keep what is said of some series, a row for each."""
        if self.writer:
            self.writer.write(part, rows)

    def finish(self, together: Arrays) -> None:
        """Keep what is said of all series; from now on it counts."""
        if self.writer:
            self.writer.finish({**together, "names": self.names})
        self.writer = None

    def _days(self, panel: Panel) -> str:
        """Return a digest of what else days are heard with."""
        said = (
            _edition(),
            np.__version__,
            sys.version,
            self.params.model_dump_json(),
            str(panel.start),
        )
        return hashlib.sha256("\n".join(said).encode()).hexdigest()


class Look:
    """What one run kept; a ``memory.Kept``."""

    def __init__(self, folder: Path, names: Marks) -> None:
        """Open a finished folder, and find some series in it.

        Raises:
            OSError, ValueError, KeyError, TypeError: It is broken.
        """
        self.folder = folder
        self.told = _told(folder)
        self.until = int(self.told["until"])
        self.together = self._together()
        then = self.together["names"].reshape(-1, 2)
        self.places = _places(then, names)
        self.is_complete = int((self.places >= 0).sum()) == len(then)

    def of(self, part: slice, names: Sequence[str]) -> tuple[Arrays, Flags]:
        """Return what is kept of some series, by name, and where it is sound."""
        asked = np.maximum(self.places[part], 0)
        is_sound = self.places[part] >= 0
        rows: slice | NDArray[np.int64] = asked
        if len(asked) and (np.diff(asked) == 1).all():
            rows = slice(int(asked[0]), int(asked[-1]) + 1)
        found = {}
        for name in names:
            try:
                own = self._rows(name, rows)
                is_sound &= _sums(own) == self.together[f"{name}.sums"][asked]
            except (OSError, ValueError, KeyError):
                own, is_sound = self._nothing(name, len(asked)), np.zeros_like(is_sound)
            found[name] = own
        return found, is_sound

    def _rows(self, name: str, rows: slice | NDArray[np.int64]) -> NDArray[Any]:
        kind, width = self.told["rows"][name]
        size = np.dtype(kind).itemsize * int(width)
        if isinstance(rows, slice):
            first, last = rows.start, rows.stop
        else:
            first, last = int(rows.min()), int(rows.max()) + 1
        count = (last - first) * int(width)
        place = self.folder / name
        own = np.fromfile(place, dtype=kind, count=count, offset=first * size)
        own = own.reshape(last - first, int(width))
        return own if isinstance(rows, slice) else own[rows - first]

    def _nothing(self, name: str, count: int) -> NDArray[Any]:
        kind, width = self.told["rows"].get(name, ("<f8", 0))
        return np.zeros((count, int(width)), dtype=kind)

    def _together(self) -> Arrays:
        found = {}
        for name, (kind, count, summed) in self.told["together"].items():
            own = np.fromfile(self.folder / name, dtype=kind)
            if len(own) != count or int(_sums(own[None, :])[0]) != summed:
                raise ValueError(f"{name} is broken")
            found[name] = own
        return found


class Writer:
    """Writes one look."""

    def __init__(self, folder: Path, series: int, told: dict[str, Any]) -> None:
        """Make a folder for it, and take those away that were never finished."""
        for own in _folders(folder):
            if not (own / FINISHED).exists():
                shutil.rmtree(own, ignore_errors=True)
        self.folder = folder / uuid.uuid4().hex
        self.folder.mkdir(parents=True)
        self.series = series
        self.told = told
        self.rows: dict[str, Shape] = {}
        self.sums: dict[str, Marks] = {}
        self.lock = Lock()
        self.is_broken = False

    def write(self, part: slice, rows: Arrays) -> None:
        """Write rows of some series."""
        try:
            for name, own in rows.items():
                values = np.ascontiguousarray(own)
                self._write(name, part, values)
                self.sums[f"{name}.sums"][part] = _sums(values)
        except OSError:
            # A full disk: the run goes on without keeping anything.
            self.is_broken = True

    def _write(self, name: str, part: slice, values: NDArray[Any]) -> None:
        with self.lock:
            if name not in self.rows:
                self.rows[name] = (values.dtype.str, values.shape[1])
                self.sums[f"{name}.sums"] = np.zeros(self.series, dtype=np.uint64)
                with (self.folder / name).open("wb") as file:
                    file.truncate(self.series * values.shape[1] * values.itemsize)
        with (self.folder / name).open("r+b") as file:
            file.seek(part.start * values.shape[1] * values.itemsize)
            file.write(values.tobytes())

    def finish(self, together: Arrays) -> None:
        """Write what is said of all series, and that all is there; forget the rest."""
        try:
            if not self.is_broken:
                self._finish(together)
        except OSError:
            self.is_broken = True
        for own in _folders(self.folder.parent):
            if (own == self.folder) == self.is_broken:
                shutil.rmtree(own, ignore_errors=True)

    def _finish(self, together: Arrays) -> None:
        told_of = {}
        for name, values in {**together, **self.sums}.items():
            flat = np.ascontiguousarray(values).reshape(-1)
            (self.folder / name).write_bytes(flat.tobytes())
            summed = int(_sums(flat[None, :])[0])
            told_of[name] = (flat.dtype.str, len(flat), summed)
        told = {
            **self.told,
            "series": self.series,
            "rows": self.rows,
            "together": told_of,
        }
        place = self.folder / f"{FINISHED}.new"
        with place.open("w", encoding="utf-8") as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        place.replace(self.folder / FINISHED)


def of(settings: Settings, scopes: Sequence[Scope]) -> Heard:
    """Return where what is heard of the series of a warehouse is kept."""
    return Heard(settings.home / "heard", scopes, settings.detect)


def _folders(folder: Path) -> list[Path]:
    return [own for own in folder.iterdir() if own.is_dir()] if folder.is_dir() else []


def _looks(folder: Path) -> list[Path]:
    return [own for own in _folders(folder) if (own / FINISHED).exists()]


def _told(folder: Path) -> dict[str, Any]:
    """Return what a finished look tells of itself; nothing where that is broken."""
    try:
        told = json.loads((folder / FINISHED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _names(scopes: Sequence[Scope]) -> Marks:
    """Return a digest of each series' name, ``(n_series, 2)``."""
    digests = (
        hashlib.blake2b(repr(scope.key).encode(), digest_size=16).digest()
        for scope in scopes
    )
    return np.frombuffer(b"".join(digests), dtype=np.uint64).reshape(-1, 2)


def _places(then: Marks, now: Marks) -> NDArray[np.int64]:
    """Return where each series of now stood then, -1 where it was not there."""
    if np.array_equal(then, now):
        return np.arange(len(now))
    order = np.argsort(then[:, 0])
    near = np.searchsorted(then[order, 0], now[:, 0])
    found = order[np.minimum(near, len(order) - 1)]
    return np.where((then[found] == now).all(axis=1), found, -1)


def _sums(values: NDArray[Any]) -> Marks:
    """Return the sum of each row's bits, ``(n_rows,)``."""
    kind = np.dtype(f"u{values.itemsize}")
    bits = np.ascontiguousarray(values).view(kind)
    return np.asarray(bits.sum(axis=1, dtype=np.uint64))


def _edition() -> str:
    """Return a digest of the detectors' own text."""
    root = Path(tasks.core.__file__).parent
    files = sorted(file for name in EDITION for file in (root / name).glob("*.py"))
    digest = hashlib.sha256()
    for file in [*files, Path(__file__)]:
        digest.update(file.read_bytes())
    return digest.hexdigest()
