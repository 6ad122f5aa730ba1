"""Comma-separated text: its header, and the table function that reads its rows."""

import csv
import os
import shutil
from pathlib import Path

from tasks.core.errors import (
    BillError,
    MissingColumn,
    OtherTable,
    RepeatedColumn,
    UnreadableFile,
)
from tasks.core.intake.formats.recognition import recognise
from tasks.edge.database import queries

CHUNK_BYTES = 1 << 20

# What a portal may write about an export before its header.
PREAMBLE_LINES = 20

# What people call comma-separated.
DELIMITERS = (",", ";", "\t", "|")


def table(count: int, delimiter: str, preamble: int) -> str:
    """Return the SQL that reads ``$path`` as text, empty where it is one of ``$nulls``.

    Args:
        count: How many columns there are. They are called c0, c1 and so on: a file's
            own names never enter SQL.
        delimiter: What separates the values.
        preamble: Lines before the header.
    """
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(count))
    return (
        f"read_csv($path, columns = {{{columns}}}, header = TRUE,"
        f" auto_detect = FALSE, delim = {queries.literal(delimiter)},"
        " quote = '\"', escape = '\"',"
        f" nullstr = $nulls, skip = {preamble},"
        " max_line_size = 16777216)"
    )


def mended(path: Path, scratch: Path) -> Path:
    """Return the file with a last line that ends like the first.

    Some tools end all lines of a CSV as Windows does but the last.
    """
    with path.open("rb") as stream:
        if not stream.readline(CHUNK_BYTES).endswith(b"\r\n"):
            return path
        stream.seek(-2, os.SEEK_END)
        end = stream.read()
    if end == b"\r\n" or not end.endswith(b"\n"):
        return path
    target = scratch / "mended"
    shutil.copyfile(path, target)
    with target.open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"\r\n")
    return target


def header_of(path: Path, name: str) -> tuple[tuple[str, ...], int, str]:
    """Return the header, how many other lines stand before it, and its delimiter.

    Args:
        path: A plain CSV.
        name: What the file is called in messages.

    Raises:
        UnreadableFile: The first line is no text.
    """
    with path.open("rb") as stream:
        lines = [stream.readline(CHUNK_BYTES) for _ in range(PREAMBLE_LINES + 1)]
    first = _columns(lines[0], name, ","), 0, ","
    for delimiter in DELIMITERS:
        for number, line in enumerate(lines):
            try:
                header = _columns(line, name, delimiter)
                recognise(header)
            except (RepeatedColumn, MissingColumn, OtherTable) as error:
                if isinstance(error, RepeatedColumn):
                    return header, number, delimiter
                first = header, number, delimiter
            except BillError:
                continue
            else:
                return header, number, delimiter
    return first


def _columns(line: bytes, name: str, delimiter: str) -> tuple[str, ...]:
    try:
        text = line.decode("utf-8-sig")
        return tuple(next(csv.reader([text], delimiter=delimiter)))
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{name}, line 1: not UTF-8 text; export it as UTF-8."
        ) from error
    except (csv.Error, StopIteration) as error:
        raise UnreadableFile(f"{name} has no header line: export it again.") from error
