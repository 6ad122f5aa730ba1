"""Which files that only a number tells apart are parts of one export.

The parts of an export share out its lines. Files that tell the same lines are states
of a bill, each an export of its own. Or an export with fewer parts was written over a
longer one: then the last files are left of that, and hold lines that the new ones hold.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Pair = tuple[int, int]

# What two or fewer lines say may be chance.
FEW = 2
# An exporter needs no longer for the parts of one export.
ONE_RUN = timedelta(hours=1)
# Copies that are made one after another.
ONE_COPY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What files have in common.

    Attributes:
        alike: Pairs of files of which most daily sums are equal, the first first.
        shared: How many lines both files of a pair hold.
        rows: How many lines each file holds.
        written: When each was written.
    """

    alike: Collection[Pair] = ()
    shared: Mapping[Pair, int] = field(default_factory=dict)
    rows: Mapping[int, int] = field(default_factory=dict)
    written: Mapping[int, datetime] = field(default_factory=dict)

    def meet(self, file: int, others: Sequence[int]) -> bool:
        """Whether a file tells what some others tell together."""
        pairs = [(min(file, other), max(file, other)) for other in others]
        if any(pair in self.alike for pair in pairs):
            return True
        shared = sum(self.shared.get(pair, 0) for pair in pairs)
        return shared > FEW and 2 * shared > min(self.size([file]), self.size(others))

    def size(self, files: Sequence[int]) -> int:
        """Return how many lines some files hold."""
        return sum(self.rows.get(file, 0) for file in files)

    def lead(self, files: Sequence[int], before: Sequence[int]) -> timedelta | None:
        """Return how long after all of ``before`` the first of some was written."""
        if not {*files, *before} <= set(self.written):
            return None
        first = min(self.written[file] for file in files)
        return first - max(self.written[file] for file in before)


@dataclass(frozen=True, slots=True)
class Run:
    """The files of one export.

    Attributes:
        files: Which these are, in the order of their numbers.
        is_left: Whether they are what is left of a longer export.
    """

    files: tuple[int, ...]
    is_left: bool = False


def divide(files: Sequence[int], found: Likeness) -> list[Run]:
    """Return the exports that numbered files are of.

    Args:
        files: The files, in the order of their numbers.
        found: What they have in common.

    Examples:
        >>> divide([0, 1, 2], Likeness())
        [Run(files=(0, 1, 2), is_left=False)]
        >>> [run.files for run in divide([0, 1, 2], Likeness({(0, 1), (1, 2)}))]
        [(0,), (1,), (2,)]
        >>> [run.files for run in divide([0, 1, 2, 3], Likeness({(0, 2), (1, 3)}))]
        [(0, 1), (2, 3)]
        >>> noon = datetime(2026, 6, 1, 12)
        >>> rows, written = dict.fromkeys(range(4), 9), dict.fromkeys(range(4), noon)
        >>> stale = Likeness((), {(1, 3): 3, (2, 3): 3}, rows, written)
        >>> divide([0, 1, 2, 3], stale)
        [Run(files=(0, 1, 2), is_left=False), Run(files=(3,), is_left=True)]
    """
    runs: list[list[int]] = []
    for file in files:
        if not runs or found.meet(file, runs[-1]):
            runs.append([])
        runs[-1].append(file)
    return [Run(tuple(run), _is_left(run, runs[0], found)) for run in runs]


def older_end(files: Sequence[int], found: Likeness) -> tuple[int, ...]:
    """Return the last files of an export if they are much older than those before.

    An exporter writes the first part first, so they may be left of a longer export,
    though they hold no lines that the others hold.

    Examples:
        >>> noon = datetime(2026, 6, 1, 12)
        >>> days = {0: noon, 1: noon, 2: noon - timedelta(days=1)}
        >>> older_end([0, 1, 2], Likeness(written=days)), older_end([0, 1], Likeness())
        ((2,), ())
    """
    for end in range(1, len(files)):
        lead = found.lead(files[:end], files[end:])
        if lead is not None and lead > ONE_RUN:
            return tuple(files[end:])
    return ()


def _is_left(run: Sequence[int], first: Sequence[int], found: Likeness) -> bool:
    """Whether files are left of an export that another one was written over.

    They hold less than that, for it is all of the bill, and are no newer. Two single
    files may as well be states of a bill, unless they were copied together.
    """
    lead = found.lead(run, first)
    if run is first or lead is None or not any(found.meet(one, first) for one in run):
        return False
    mine, all_of_it = found.size(run), found.size(first)
    if len(run) == len(first) == 1:
        return abs(lead) <= ONE_COPY and 4 * mine <= 3 * all_of_it
    return lead <= ONE_RUN and mine < all_of_it
