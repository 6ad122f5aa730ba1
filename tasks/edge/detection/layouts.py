"""How a CSV file is laid out: what parts its columns, and where their names stand.

What stands above the line of names, such as titles, is no part of the table: the first
line that has as many cells as most lines have is that of the names.
"""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tasks.core.errors import NothingThere, WrongArgument

# Where a line could be parted by several, the first of them does.
DELIMITERS = ("\t", ";", "|", ",")

# What a cell with a day looks like, and one with a number.
DAY = re.compile(r"'?\d{1,4}[-/. ]+\w{1,9}[-/., ]+\d{1,4}\b.*")
NUMBER = re.compile(r"[-+$€£(]*\d[\d.,' ]*[%)€]?")
SEPARATOR = re.compile(r"sep=(.)\s*$")


class Layout(NamedTuple):
    """How a CSV file is to be read.

    Attributes:
        delimiter: Parts its columns.
        lines: Up to and with that of the names.
        names: Of the columns, no two alike.
        repeated: Names that were there several times.
    """

    delimiter: str
    lines: int
    names: list[str]
    repeated: frozenset[str]


class Parted(NamedTuple):
    """A sample, its lines parted into cells.

    Attributes:
        rows: Number of each row that is not empty, from 1, and its cells.
        width: Cells that most rows have.
        weight: Larger is likelier to be meant.
    """

    rows: list[tuple[int, list[str]]]
    width: int
    weight: tuple[int, int]

    def head(self, path: Path) -> tuple[list[str], int]:
        """Return the names, and which row has them.

        Raises:
            WrongArgument: None has.
        """
        at = next(i for i, (_, row) in enumerate(self.rows) if len(row) == self.width)
        row = self.rows[at][1]
        if not self._is_data(at):
            return row, at
        before = self.rows[at - 1][1] if at else []
        # Rows may end in a delimiter that the names lack.
        if len(before) == self.width - 1 > 0 and not row[-1].strip():
            return [*before, ""], at - 1
        raise WrongArgument(
            f"{path.name} has no names of columns: its first row is"
            f" {', '.join(row)}. Write a line of names above it, as date,cost."
        )

    def _is_data(self, at: int) -> bool:
        row = [cell.strip() for cell in self.rows[at][1]]
        below = [cells for _, cells in self.rows[at + 1 :] if len(cells) == len(row)]
        if any(DAY.fullmatch(cell) for cell in row):
            columns = [i for i, cell in enumerate(row) if DAY.fullmatch(cell)]
            return not below or any(DAY.fullmatch(below[0][i].strip()) for i in columns)
        return all(NUMBER.fullmatch(cell) for cell in row if cell)


def find(path: Path, text: str) -> Layout:
    """Find the line of names, and what parts them.

    Args:
        path: Named in errors.
        text: Whole lines from the file's beginning.

    Raises:
        NothingThere: There is no line.
        WrongArgument: No line has names.
    """
    lines, skipped = text.splitlines(keepends=True), 0
    delimiters: tuple[str, ...] = DELIMITERS
    if lines and (said := SEPARATOR.match(lines[0])):
        delimiters, skipped, lines = (said[1],), 1, lines[1:]
    each = [_parted(lines, delimiter) for delimiter in delimiters]
    best = max(each, key=lambda parted: parted.weight)
    if not best.rows:
        raise NothingThere(f"{path.name} has no rows.")
    names, head = best.head(path)
    return Layout(
        delimiters[each.index(best)],
        skipped + best.rows[head][0],
        *_told_apart(names, best.width),
    )


def _parted(lines: list[str], delimiter: str) -> Parted:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    rows = [
        (number, row)
        for number, row in enumerate(reader, start=1)
        if any(cell.strip() for cell in row)
    ]
    widths = Counter(len(row) for _, row in rows)
    many = {width: count for width, count in widths.items() if width > 1}
    width = max(many, key=lambda width: (many[width], width)) if many else 1
    return Parted(rows, width, (many.get(width, 0), width))


def _told_apart(names: list[str], width: int) -> tuple[list[str], frozenset[str]]:
    """Return names of which no two are alike, and those that were."""
    names = [*names, *[""] * (width - len(names))]
    stripped = [
        name.strip() or f"Unnamed: {number}" for number, name in enumerate(names)
    ]
    counts = Counter(stripped)
    seen: Counter[str] = Counter()
    told = []
    for name in stripped:
        told.append(f"{name}.{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return told, frozenset(name for name, count in counts.items() if count > 1)
