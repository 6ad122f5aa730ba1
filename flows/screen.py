"""Writes lines and tables to the terminal."""

import sys
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from flows.answers import Table

# A pipe has no width; a row must stay one line there.
WIDE = 400


def show(said: Iterable[str | Table]) -> None:
    """Print lines and tables from top to bottom.

    Nothing that comes from a bill is read as markup or as a terminal's command.
    """
    wraps = sys.stdout.isatty()
    console = Console(
        file=sys.stdout,
        width=None if wraps else WIDE,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in said:
        if isinstance(part, Table):
            console.print(_ruled(part))
        elif wraps:
            console.print(_indented(_tame(part)))
        else:
            console.print(Text(_tame(part)), soft_wrap=True)


def _indented(line: str) -> Padding:
    """A long line goes on under its own beginning."""
    text = line.lstrip(" ")
    return Padding(Text(text), (0, 0, 0, len(line) - len(text)))


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


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return _amount(value)
    return _tame(str(value))


def _amount(value: Decimal) -> str:
    """Write all digits that say something, and at least two: bills are compared."""
    whole, _, rest = f"{value:,f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"


def _tame(text: str) -> str:
    """Drop control characters: a tag must not move the cursor."""
    return "".join(
        character
        for character in text
        if character == "\n" or not unicodedata.category(character).startswith("C")
    )
