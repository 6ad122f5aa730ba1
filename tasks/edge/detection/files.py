"""Files that hold a table: found out what they are, and read as text.

A name's ending may be wrong, so the first bytes say what a file is. CSV has a line of
names somewhere above its rows, and what stands above that line is no part of it.
"""

import codecs
import csv
import json
from pathlib import Path
from typing import Any, NamedTuple

import fsspec
import pandas as pd
import pyarrow as pa

from tasks.core.errors import NothingThere, UnreadableFile
from tasks.edge.detection import layouts

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# First bytes: of compression that is read, and of what people may try.
COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
PARQUET, ZIP = b"PAR1", b"PK\x03\x04"
OTHERS = {
    ZIP: "a workbook",
    b"\xd0\xcf\x11\xe0": "a workbook",
    b"%PDF": "a PDF file",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"ORC": "an ORC file",
    b"Obj\x01": "an Avro file",
    b"<": "a page of HTML or XML",
}
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
JSON = (".json", ".jsonl", ".ndjson")

# What is looked at to find names and columns.
SAMPLE = 65_536


class Read(NamedTuple):
    """A table as it is written.

    Attributes:
        rows: Texts, or what Parquet and JSON hold; numbered from 0.
        repeated: Names that several columns have.
        notes: What people should know of how the file was read.
    """

    rows: pd.DataFrame
    repeated: frozenset[str]
    notes: tuple[str, ...]


def is_parquet(path: Path) -> bool:
    """Return whether a file's name says that it is Parquet."""
    return path.suffix.lower() in (".parquet", ".pq")


def read(path: Path) -> Read:
    """Read every column as it is; of CSV, as text.

    Raises:
        NothingThere: There is no such file, or nothing in it.
        UnreadableFile: It is neither CSV, JSON nor Parquet.
        WrongArgument: Its columns have no names.
    """
    if not path.is_file():
        raise NothingThere(f"There is no file {path}.")
    if not path.stat().st_size:
        raise NothingThere(f"{path.name} is empty.")
    try:
        found = _read(path)
    except (pa.ArrowException, ValueError, OSError, EOFError, csv.Error) as error:
        # pandas' own errors of parsing are ValueErrors, and so are those of decoding.
        raise UnreadableFile(f"{path.name} cannot be read: {error}") from error
    if found.rows.empty:
        raise NothingThere(f"{path.name} has no rows.")
    return found


def _read(path: Path) -> Read:
    begins = _first(path, None, 8)
    if begins.startswith(PARQUET) or is_parquet(path):
        return Read(_parquet(path), frozenset(), ())
    is_zip = begins.startswith(ZIP) and path.suffix.lower() == ".zip"
    for bytes_, what in OTHERS.items():
        if begins.lstrip().startswith(bytes_) and not is_zip:
            raise _unread(path, what)
    if path.suffix.lower() in WORKBOOKS:
        raise _unread(path, "a workbook")
    packed = next(
        (name for bytes_, name in COMPRESSED.items() if begins.startswith(bytes_)),
        "zip" if is_zip else None,
    )
    sample = _first(path, packed, SAMPLE)
    if sample.lstrip(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"["):
        return Read(_json(path, packed, sample), frozenset(), ())
    return _csv(path, packed, sample)


def _unread(path: Path, what: str) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name} is {what}, which is not read: save the table as CSV in UTF-8."
    )


def _first(path: Path, packed: str | None, count: int) -> bytes:
    with fsspec.open(str(path), "rb", compression=packed) as file:
        return bytes(file.read(count))


def _parquet(path: Path) -> pd.DataFrame:
    """Read a file whose times may have been the index of who wrote it."""
    table = pd.read_parquet(path)
    if isinstance(table.index, pd.DatetimeIndex) and table.index.name is None:
        table = table.rename_axis("time")
    named = [name for name in table.index.names if name is not None]
    return table.reset_index(named).reset_index(drop=True)


def _json(path: Path, packed: str | None, sample: bytes) -> pd.DataFrame:
    """Read a list of flat records, or one record in each line."""
    read: dict[str, Any] = {"compression": packed}
    lines = sample.decode("utf-8-sig", errors="replace").strip().splitlines()
    are_lines = lines[0].startswith("{") and _is_whole(lines[0])
    try:
        table = pd.read_json(path, lines=are_lines, dtype=False, **read)
    except ValueError as error:
        raise UnreadableFile(
            f"{path.name} is JSON, but no list of flat records such as"
            f' {{"date": "2026-03-05", "cost": 12.5}}: {error}.'
        ) from error
    nested = [name for name in table if table[name].map(type).isin([dict, list]).any()]
    if nested:
        raise UnreadableFile(
            f"{path.name} has records within records ({nested[0]}): write a list of"
            ' flat ones such as {"date": "2026-03-05", "cost": 12.5}, or CSV.'
        )
    named: pd.DataFrame = table.rename(columns=str)
    return named.reset_index(drop=True)


def _is_whole(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _csv(path: Path, packed: str | None, sample: bytes) -> Read:
    encoding = "utf-16" if sample[:2] in UTF_16 else "utf-8-sig"
    notes: list[str] = []
    if encoding != "utf-16" and b"\0" in sample:
        raise UnreadableFile(
            f"{path.name} is no text in UTF-8: save the table as CSV in UTF-8."
        )
    try:
        return _in_encoding(path, packed, sample, encoding, notes)
    except UnicodeDecodeError:
        notes.append(
            f"{path.name} is not in UTF-8: its letters were read as Western European"
            " ones (Windows-1252)."
        )
        return _in_encoding(path, packed, sample, "cp1252", notes)


def _in_encoding(
    path: Path, packed: str | None, sample: bytes, encoding: str, notes: list[str]
) -> Read:
    text = sample.decode(encoding, errors="ignore")
    if len(sample) == SAMPLE:
        # The last line may be cut.
        text = text[: text.rfind("\n") + 1] or text
    layout = layouts.find(path, text)
    rows = pd.read_csv(
        path,
        sep=layout.delimiter,
        dtype="str",
        encoding=encoding,
        compression=packed,  # type: ignore[arg-type] # one of those that it knows
        header=None,
        names=layout.names,
        skiprows=layout.lines,
        keep_default_na=False,
        na_values=[""],
        skipinitialspace=True,
    )
    if not isinstance(rows.index, pd.RangeIndex):
        raise UnreadableFile(
            f"{path.name}, line {layout.lines + 1}: it has more cells than there are"
            f" names of columns, {', '.join(layout.names)}."
        )
    empty = [
        name
        for name in layout.names
        if name.startswith("Unnamed") and rows[name].isna().all()
    ]
    return Read(rows.drop(columns=empty), layout.repeated, tuple(notes))
