"""Open an export file, whatever it is packed in, and say what it is.

The content decides, not the file's name; yet text under a name that ends in .parquet
is refused, for that is what a failed download looks like.
"""

import gzip
import re
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tasks.core.errors import (
    BillError,
    MissingCurrency,
    OtherTable,
    RepeatedColumn,
    UnknownFormat,
    UnreadableFile,
)
from tasks.core.intake.formats.declaration import Format
from tasks.core.intake.formats.recognition import recognise
from tasks.edge.intake.arriving.sources import Arrived
from tasks.edge.intake.parsing import csv_text, long_numbers, nested, told_structs
from tasks.edge.intake.parsing.nested import Columns

Connection = duckdb.DuckDBPyConnection

# For those whose file is none of them.
KNOWN = "AWS CUR, Azure cost exports, Google Cloud billing, OCI cost reports, FOCUS"

PARQUET = b"PAR1"
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
# An array of objects; a header may begin with a bracket, too.
JSON = re.compile(rb"\s*(?:\{|\[\s*[{\]])")
UTF8_MARK = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
CHUNK_BYTES = 1 << 20

# What a Mac adds to a ZIP file that it packs.
UNWANTED = ("__MACOSX/", ".DS_Store")
# What people and portals lay beside an export; an export may end in .txt itself.
NOTES = (".md", ".pdf", ".html")
README = "readme"


@dataclass(frozen=True, slots=True)
class Export:
    """An export file that can be read as plain CSV, JSON or Parquet.

    Attributes:
        file: The file as it arrived.
        readable: The same content, unpacked.
        columns: How the columns of JSON or Parquet are read; None for CSV.
        format: What it is.
        header: Names of the columns in the file.
        names: Names that they get in the lake.
        preamble: Lines of a CSV before the header.
        delimiter: What separates the values of a CSV.
        is_day_first: Whether days come before months in its dates with slashes; None
            where it seems to have none.
    """

    file: Arrived
    readable: Path
    columns: Columns | None
    format: Format
    header: tuple[str, ...]
    names: tuple[str, ...]
    preamble: int = 0
    delimiter: str = ","
    is_day_first: bool | None = False

    @property
    def types(self) -> tuple[str, ...] | None:
        """DuckDB types of a Parquet file's columns; None for text."""
        return self.columns.types if self.columns else None


def open_export(con: Connection, file: Arrived, scratch: Path) -> Export:
    """Unpack a file if need be and recognise its format.

    Args:
        con: A connection that reads Parquet.
        file: The file as it arrived.
        scratch: Folder for the unpacked copy; the caller removes it.

    Raises:
        UnreadableFile: It is empty, damaged, or neither Parquet nor comma-separated.
        UnknownFormat: No known format has its columns.
        OtherTable: It is a table beside bills.
        MissingColumn: It lacks a column that its format cannot do without.
        RepeatedColumn: It has such a column twice.
    """
    readable = _unpacked(file, scratch)
    start = _start(readable, file.name)
    if start.startswith(UTF16):
        readable = _as_utf8(readable, file.name, scratch)
        start = _start(readable, file.name)
    if start.startswith(PARQUET):
        return _parquet(con, file, readable, scratch)
    _refuse_what_is_no_text(start, file.name)
    if JSON.match(start.removeprefix(UTF8_MARK)):
        readable = long_numbers.as_text(readable, scratch)
        choices = nested.json_columns(con, readable, file.name)
        return _nested(file, readable, choices)
    readable = csv_text.mended(readable, scratch)
    header, preamble, delimiter = csv_text.header_of(readable, file.name)
    if told_structs.are_in(header):
        return _with_structs(con, file, readable, scratch)
    try:
        recognised = recognise(header, has_currency=file.currency is not None)
    except BillError as error:
        raise _refusal(file, error) from error
    form, names = recognised.format, recognised.names
    return Export(file, readable, None, form, header, names, preamble, delimiter)


def _parquet(con: Connection, file: Arrived, readable: Path, scratch: Path) -> Export:
    choices = nested.parquet_columns(con, readable, file.name)
    if nested.has_wide_decimals(con, readable):
        from tasks.edge.intake.parsing import wide_decimals  # noqa: PLC0415 - slow

        readable = wide_decimals.as_text(readable, file.name, scratch)
        choices = nested.parquet_columns(con, readable, file.name)
    return _nested(file, readable, choices)


def _with_structs(
    con: Connection, file: Arrived, readable: Path, scratch: Path
) -> Export:
    """Read a CSV that has structs as text."""
    header, preamble, delimiter = csv_text.header_of(readable, file.name)
    table, target = (
        csv_text.table(len(header), delimiter, preamble),
        scratch / "structs",
    )
    try:
        told_structs.opened(con, readable, header, table, target)
    except BillError as error:
        raise type(error)(f"{file.name}: {error}") from error
    return _nested(file, target, nested.parquet_columns(con, target, file.name))


def _nested(file: Arrived, readable: Path, choices: Sequence[Columns]) -> Export:
    """Recognise a file that may nest, by its columns as they are or else opened."""
    problem: BillError | None = None
    told = file.currency is not None
    for columns in choices:
        try:
            form = recognise(columns.header, has_currency=told).format
        except BillError as error:
            problem = error
            continue
        whole = columns.having(form.columns)
        names = recognise(whole.header, has_currency=told).names
        return Export(file, readable, whole, form, whole.header, names)
    raise _refusal(file, problem or UnknownFormat("it has no columns"))


def _refusal(file: Arrived, error: BillError) -> BillError:
    if isinstance(error, OtherTable):
        return OtherTable(f"{file.name}: {error}.")
    remedy = f"export all columns of a format that is known ({KNOWN})"
    if isinstance(error, RepeatedColumn):
        remedy = "export it once"
    if isinstance(error, MissingCurrency):
        remedy = (
            "name its currency in [[sources]] of the settings, as"
            ' billing_currency = "EUR" beside the path that is ingested, or export it'
            " with this column"
        )
    return type(error)(f"{file.name}: {error}; {remedy}.")


def _unpacked(file: Arrived, scratch: Path) -> Path:
    start = _start(file.path, file.name)
    if start.startswith(GZIP):
        return _gunzip(file, file.path, scratch)
    if not start.startswith(ZIP):
        return file.path
    inside = _unzip(file, scratch)
    packed = _start(inside, file.name)
    if packed.startswith(ZIP):
        raise UnreadableFile(
            f"{file.name} holds a ZIP file in a ZIP file: unpack the outer one first."
        )
    return _gunzip(file, inside, scratch) if packed.startswith(GZIP) else inside


def _start(path: Path, name: str) -> bytes:
    with path.open("rb") as stream:
        start = stream.read(4096)
    if not start.strip():
        raise UnreadableFile(f"{name} is empty: export it again.")
    return start


def _gunzip(file: Arrived, path: Path, scratch: Path) -> Path:
    """Unpack to the end: DuckDB would silently read a cut file up to the cut."""
    target = scratch / "unpacked"
    try:
        with gzip.open(path) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, CHUNK_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(
            f"{file.name} is a damaged gzip file ({error}): fetch it again."
        ) from error
    return target


def _unzip(file: Arrived, scratch: Path) -> Path:
    target = scratch / "unzipped"
    try:
        with zipfile.ZipFile(file.path) as archive:
            members = [
                item
                for item in archive.infolist()
                if not item.is_dir() and not _is_unwanted(item.filename)
            ]
            # A read-me beside the export is no second one.
            exports = [one for one in members if not _is_note(one.filename)]
            members = exports or members
            if len(members) != 1:
                raise UnreadableFile(
                    f"{file.name} holds {len(members)} files: unpack it first."
                )
            with archive.open(members[0]) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain, CHUNK_BYTES)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        raise UnreadableFile(
            f"{file.name} is a damaged or locked ZIP file ({error}): fetch it again."
        ) from error
    return target


def _is_unwanted(name: str) -> bool:
    return name.startswith(UNWANTED[0]) or name.endswith(UNWANTED[1])


def _is_note(name: str) -> bool:
    base = name.rpartition("/")[2].lower()
    return base.startswith(README) or base.endswith(NOTES)


def _as_utf8(path: Path, name: str, scratch: Path) -> Path:
    """Write text that spreadsheets call Unicode as UTF-8, line ends as they are."""
    target = scratch / "as_utf8"
    try:
        with (
            path.open(encoding="utf-16", newline="") as wide,
            target.open("w", encoding="utf-8", newline="") as plain,
        ):
            shutil.copyfileobj(wide, plain, CHUNK_BYTES)
    except UnicodeError as error:
        raise UnreadableFile(
            f"{name} is damaged UTF-16 text ({error}): fetch it again."
        ) from error
    return target


def _refuse_what_is_no_text(start: bytes, name: str) -> None:
    if b"\x00" in start:
        raise UnreadableFile(f"{name} is neither Parquet nor CSV: export it again.")
    if name.lower().endswith(".parquet"):
        raise UnreadableFile(
            f"{name} is called Parquet, but holds text: fetch it again."
        )
