"""Writes lines and tables to the terminal."""

import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from flows import narrow
from flows.answers import Table, Verbatim

# A pipe has no width; a row must stay one line there.
WIDE = 400
# Wider than any table: rich never measures a table wider than it is allowed to be.
BOUNDLESS = 1_000_000
# Longer lines of prose are hard to read, however wide the terminal is.
READABLE = 100
CENT = Decimal("0.01")


def show(said: Iterable[str | Table]) -> None:
    """Print lines and tables from top to bottom.

    Nothing that comes from a bill is read as markup or as a terminal's command.
    """
    console = Console(
        file=sys.stdout,
        width=None if sys.stdout.isatty() else WIDE,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in said:
        if isinstance(part, Table):
            _print_table(console, part)
        else:
            line = _tame(part)
            if not isinstance(part, Verbatim):
                line = _wrapped(line, min(console.width, READABLE))
            console.print(Text(line), soft_wrap=True)


def _print_table(console: Console, table: Table) -> None:
    """Print a table as it is where it finds room, else as `flows.narrow` sets it."""
    ruled = _ruled(table)
    boundless = console.options.update(max_width=BOUNDLESS)
    if console.measure(ruled, options=boundless).maximum <= console.width:
        console.print(ruled)
        return
    console.print()
    for line in _narrowed(table, console.width):
        console.print(Text(line), soft_wrap=True)
    console.print()


def _narrowed(table: Table, width: int) -> Iterator[str]:
    columns = [
        narrow.Column(
            head,
            [_cell(row[place], cents=True) for row in table.rows],
            is_right=head in table.right,
        )
        for place, head in enumerate(table.heads)
    ]
    return narrow.lines(columns, width)


def _wrapped(line: str, width: int) -> str:
    """Break a long line between words; it goes on under its own beginning."""
    text = line.lstrip(" -")
    indent = len(line) - len(text)
    if not text or width <= 2 * indent:
        return line
    return textwrap.fill(
        text,
        width,
        initial_indent=line[:indent],
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _ruled(table: Table) -> RichTable:
    ruled = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in table.heads:
        ruled.add_column(
            head,
            justify="right" if head in table.right else "left",
            overflow="fold",
        )
    for row in table.rows:
        ruled.add_row(*(Text(_cell(value)) for value in row))
    return ruled


def _cell(value: object, *, cents: bool = False) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return _amount(value, cents=cents)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC) if value.tzinfo else value:%Y-%m-%d %H:%M}"
    return _tame(str(value))


def _amount(value: Decimal, *, cents: bool) -> str:
    """Write all digits that say something, and at least two: bills are compared.

    Where there is little room the cents are enough, unless they would be zero.
    """
    if cents and abs(value) >= CENT:
        value = round(value, 2)
    whole, _, rest = f"{value:,f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"


def _tame(text: str) -> str:
    """Drop control characters: a tag must not move the cursor."""
    return "".join(
        character
        for character in text
        if character == "\n" or not unicodedata.category(character).startswith("C")
    )
