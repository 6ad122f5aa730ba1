"""Sets a table that is wider than the terminal, so that it still can be read.

An id, a date or an amount that is broken in the middle can neither be read nor copied.
So columns that say nothing are left out, amounts are shown to the cent, and only then
what has no room in a row stands below it, with its title.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

# Prose is broken between words, but not into a column narrower than this.
PROSE = 24
GAP, INDENT = 2, 4

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column as text.

    Attributes:
        head: Its title.
        cells: One for each row.
        is_right: Whether it is set to the right.
    """

    head: str
    cells: Row
    is_right: bool = False

    @property
    def least(self) -> int:
        """Least width at which no word of it is broken, in columns of a terminal."""
        longest = max(map(_longest_word, (self.head, *self.cells)))
        whole = max(map(cell_len, self.cells), default=0)
        return max(longest, min(whole, PROSE))

    @property
    def most(self) -> int:
        """Width at which nothing of it is broken."""
        return max(map(cell_len, (self.head, *self.cells)))


def lines(columns: Sequence[Column], width: int) -> Iterator[str]:
    """Yield the lines of a table, none of them wider than ``width`` if that can be.

    Columns that are empty in every row are left out. Of the others those that find room
    are set side by side, in their order; the rest follows below each row.

    Examples:
        >>> bill = Column("bill", ["acme.2026-01.v1", "acme.2026-02.v1"])
        >>> rows = Column("rows", ["12", "345"], is_right=True)
        >>> for line in lines([bill, rows], 16):
        ...     print(line)
        bill
        ───────────────
        acme.2026-01.v1
            rows 12
        acme.2026-02.v1
            rows 345
    """
    told = [column for column in columns if any(column.cells)]
    beside, below = _divided(told, width)
    widths = _widths(beside, width)
    yield from _row([column.head for column in beside], beside, widths)
    yield "─" * min(width, sum(widths) + GAP * (len(widths) - 1) if below else width)
    for row in range(len(beside[0].cells) if beside else 0):
        yield from _row([column.cells[row] for column in beside], beside, widths)
        yield from textwrap.wrap(
            " · ".join(
                f"{column.head} {column.cells[row]}"
                for column in below
                if column.cells[row]
            ),
            width,
            initial_indent=" " * INDENT,
            subsequent_indent=" " * INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _divided(
    columns: Sequence[Column], width: int
) -> tuple[list[Column], list[Column]]:
    """Divide columns into those that find room side by side, and the others."""
    beside: list[Column] = []
    below: list[Column] = []
    room = width
    for column in columns:
        if not beside or column.least + GAP <= room:
            room -= column.least + (GAP if beside else 0)
            beside.append(column)
        else:
            below.append(column)
    return beside, below


def _widths(columns: Sequence[Column], width: int) -> list[int]:
    """Give the room that is left to those that would be broken, from the left."""
    widths = [column.least for column in columns]
    room = width - sum(widths) - GAP * (len(widths) - 1)
    for place, column in enumerate(columns):
        more = max(0, min(room, column.most - widths[place]))
        widths[place] += more
        room -= more
    return widths


def _row(
    cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]
) -> Iterator[str]:
    broken = [
        [
            line
            for part in cell.split("\n")
            for line in textwrap.wrap(
                part, wide, break_long_words=False, break_on_hyphens=False
            )
            or [""]
        ]
        for cell, wide in zip(cells, widths, strict=True)
    ]
    for number in range(max(map(len, broken), default=0)):
        parts = [part[number] if number < len(part) else "" for part in broken]
        yield (
            (" " * GAP)
            .join(
                " " * (wide - cell_len(part)) + part
                if column.is_right
                else part + " " * (wide - cell_len(part))
                for part, column, wide in zip(parts, columns, widths, strict=True)
            )
            .rstrip()
        )


def _longest_word(text: str) -> int:
    return max(map(cell_len, text.split()), default=0)
