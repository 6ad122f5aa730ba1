"""FOCUS as views: macros, one per rule and format, and views over the lake's files.

Nothing is copied. ``install`` writes the file lists of all bill versions into the
views, so it is run again whenever a bill arrives.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from tasks.core.errors import LakeDamaged
from tasks.core.intake.formats.recognition import BILLS
from tasks.edge import moments, queries, warehouse

# What every format may use, in order of use: each reads the ones before it.
SCALARS = (
    "money",
    "total",
    "direction",
    "off_price",
    "outside_period",
    "instant",
    "after_end",
    "known",
    "spelled",
    "document",
    "object_of",
    "tag_document",
    "pairs",
    "unit",
    "provider_name",
    "third_party",
    "charge_kind",
    "service_category",
    "share",
    "credible_date",
    "tag_map",
    "json_value",
    "json_unquote",
    "json_contains_path",
)

# Names of types in FOCUS's published queries that DuckDB has under another name.
TYPES = {"unsigned": "UBIGINT", "float64": "DOUBLE"}


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill version in the lake.

    Attributes:
        bill_id: Its key.
        source: Where it came from.
        source_format: Format of its files.
        files: Absolute paths of its Parquet files; some may be another version's own.
        is_current: Whether it counts now.
        billing_account_id: Whose bill it is.
        billing_period: Its month.
        version: Its number.
        known_from: When it became known.
        withdrawn_at: From when it counts no more, though nothing replaced it.
        parts: Versions whose own files it consists of.
        is_pruned: Whether its files are no longer kept.
    """

    bill_id: str
    source: str
    source_format: str
    files: tuple[str, ...]
    is_current: bool
    billing_account_id: str | None
    billing_period: str
    version: int
    known_from: datetime
    withdrawn_at: datetime | None
    parts: tuple[str, ...]
    is_pruned: bool

    @property
    def key(self) -> tuple[str, str | None, str]:
        """Which bill it is a version of."""
        return self.source, self.billing_account_id, self.billing_period


def install(con: warehouse.Connection, lake: Path) -> int:
    """Create or refresh the macros and views; return how many bills count now.

    Raises:
        LakeDamaged: A file of a bill is no longer in the lake.
    """
    bills = load_bills(con, lake)
    current = [bill for bill in bills if bill.is_current]
    with warehouse.transaction(con):
        install_macros(con)
        _create_view(con, "focus.cost_and_usage", rows_of(con, current))
        con.execute(_as_of(con, bills))
        _create_view(
            con,
            "focus.cost_and_usage_1_2",
            queries.text("focus/cost_and_usage_1_2"),
        )
        _create_view(
            con, "main.focus_data_table", queries.text("main/focus_data_table")
        )
        _create_view(con, "series.daily_cost", queries.text("series/daily_cost"))
        con.execute(queries.as_macro("series/daily_cost_as_of"))
        _describe(con)
    return len(current)


def install_macros(con: warehouse.Connection) -> None:
    """Create the rules and formats that need no bill."""
    for name, type_ in TYPES.items():
        con.execute(f"CREATE TYPE IF NOT EXISTS main.{name} AS {type_}")
    for name in dict.fromkeys(
        chain(SCALARS, *(kind.scalars for kind in BILLS.values()))
    ):
        con.execute(scalar_macro(name))
    for name in dict.fromkeys(chain(*(kind.tables for kind in BILLS.values()))):
        con.execute(queries.as_macro(name))


def scalar_macro(name: str) -> str:
    """Return the statement that installs ``sql/macros/<name>.sql``.

    Such a file is a SELECT of one expression; its arguments have the order in which
    the head names them.
    """
    head, _, body = queries.as_macro(f"macros/{name}").partition("\nSELECT")
    _, _, line = head.partition("-- params: ")
    arguments = line.partition("\n")[0]
    return f"CREATE OR REPLACE MACRO main.{name}({arguments}) AS ({body})"


def load_bills(con: warehouse.Connection, lake: Path) -> list[Bill]:
    """Return every version that is not quarantined, with the time in which it counts.

    Raises:
        LakeDamaged: A file of a bill is no longer in the lake.
    """
    root = lake.resolve()
    rows = con.execute(queries.text("focus/known_bills")).fetchall()
    return [
        Bill(
            *row[:3],
            _present(root, row[0], row[3]),
            *row[4:10],
            tuple(row[10]),
            row[11],
        )
        for row in rows
    ]


def _present(root: Path, bill_id: str, files: Iterable[str]) -> tuple[str, ...]:
    paths = tuple(root / file for file in files)
    for path in paths:
        if not path.exists():
            raise LakeDamaged(
                f"Bill {bill_id} lacks its file {path}: restore the lake or ingest the"
                " bill again."
            )
    return tuple(str(path) for path in paths)


def rows_of(con: warehouse.Connection, bills: Iterable[Bill]) -> str:
    """Return a query for the FOCUS rows of some bills; no bills give no rows.

    No two of them may share files.
    """
    kept = list(bills)
    borrowed = {
        owner: bill.bill_id
        for bill in kept
        for owner in bill.parts
        if owner != bill.bill_id
    }
    if not borrowed:
        return _rows(con, kept)
    owners = f"MAP {{{_pairs(borrowed)}}}"
    return _rows(con, kept, f"coalesce({owners}[version], version)")


def _pairs(words: Mapping[str, str]) -> str:
    return ", ".join(
        f"{queries.literal(key)}: {queries.literal(value)}"
        for key, value in words.items()
    )


def _rows(
    con: warehouse.Connection, bills: Iterable[Bill], version: str | None = None
) -> str:
    """Return the query for rows whose version is what an expression of it says."""
    scans = _scans(con, bills)
    exported = [
        f"exported_{number} AS NOT MATERIALIZED ({_exported(family, files, version)})"
        for number, (_, family, files) in enumerate(scans)
    ]
    parts = [
        f"SELECT * EXCLUDE (x_ChargeCount) FROM {macro}('exported_{number}')"
        for number, (macro, *_) in enumerate(scans)
    ]
    return _united(exported, ["FROM focus.charges", *parts])


def sums_of(con: warehouse.Connection, bills: Iterable[Bill]) -> str:
    """Return a query for the FOCUS rows of some bills, summed as far as days need.

    Each row stands for ``x_ChargeCount`` charges, and only columns that
    ``series/charge_groups`` reads are filled. It is many times faster than ``rows_of``,
    because sums are mapped instead of rows.
    """
    scans = _scans(con, bills)
    summed = [
        f"exported_{number} AS NOT MATERIALIZED ({_exported(family, files)}),\n"
        f"summed_{number} AS MATERIALIZED"
        f" (FROM {family}_summed('exported_{number}'))"
        for number, (_, family, files) in enumerate(scans)
    ]
    parts = [
        f"FROM {macro}('summed_{number}')" for number, (macro, *_) in enumerate(scans)
    ]
    return _united(summed, parts)


def _scans(
    con: warehouse.Connection, bills: Iterable[Bill]
) -> list[tuple[str, str, list[str]]]:
    """Return which files can be read together, and by which macros; each file once."""
    kinds = {
        file: BILLS[bill.source_format] for bill in bills for file in bill.files
    }
    shapes = _shapes(con, list(kinds))
    scans: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for file, kind in kinds.items():
        scans[kind.mapping, kind.family, shapes[file]].append(file)
    return [(macro, family, files) for (macro, family, _), files in scans.items()]


def _exported(family: str, files: list[str], version: str | None = None) -> str:
    rows = f"FROM {family}_exported({queries.literal(files)})"
    if version is None:
        return rows
    return (
        f"SELECT * REPLACE ({version} AS version) {rows} WHERE {version} IS NOT NULL"
    )


def _united(steps: list[str], parts: list[str]) -> str:
    head = "WITH " + ",\n".join(steps) if steps else ""
    return head + "\n" + "\nUNION ALL BY NAME\n".join(parts)


def _shapes(con: warehouse.Connection, files: list[str]) -> dict[str, str]:
    """Return for each file what it has in common with those it can be read with."""
    if not files:
        return {}
    rows = queries.run(con, "focus/file_shapes", files=files).fetchall()
    return {file: repr(shape) for file, *shape in rows}


def _as_of(con: warehouse.Connection, bills: Iterable[Bill]) -> str:
    """Return the macro of the rows known at a moment."""
    kept = list(bills)
    times = moments.Moments(kept)
    rows = [_rows(con, kept, times.counting), times.refusal]
    shown = "\nUNION ALL BY NAME\n".join(f"FROM (\n{row}\n)" for row in rows if row)
    where = "" if kept else "\nWHERE moment IS NULL"
    return f"CREATE OR REPLACE MACRO focus.as_of(moment) AS TABLE\n{shown}{where}"


def _create_view(con: warehouse.Connection, name: str, query: str) -> None:
    con.execute(f"CREATE OR REPLACE VIEW {name} AS\n{query}")


# What a view shows is described where the rows are declared.
DESCRIBED = {
    "focus.cost_and_usage": "focus.charges",
    "focus.cost_and_usage_1_2": "focus.charges",
    "main.focus_data_table": "focus.charges",
    "series.daily_cost": "series.daily_cost_versions",
}
VIEW_COMMENTS = {
    "focus.cost_and_usage": "FOCUS 1.4 rows of the bills that count now.",
    "focus.cost_and_usage_1_2": "The same rows under the column names of FOCUS 1.2.",
    "main.focus_data_table": "The same under all names that published queries use.",
    "series.daily_cost": "Daily cost of the bills that count now.",
}
RENAMED_COMMENTS = {
    "ProviderName": "FOCUS 1.2: who offers the service.",
    "PublisherName": "FOCUS 1.2: who made what was sold.",
    "InvoiceIssuer": "InvoiceIssuerName, as some published queries call it.",
}


def _describe(con: warehouse.Connection) -> None:
    """Give the views and their columns the comments of what they show."""
    for view, declared in DESCRIBED.items():
        comments = RENAMED_COMMENTS | _comments(con, declared)
        con.execute(f"COMMENT ON VIEW {view} IS {queries.literal(VIEW_COMMENTS[view])}")
        for column in _comments(con, view):
            con.execute(
                f"COMMENT ON COLUMN {view}.{column}"
                f" IS {queries.literal(comments[column])}"
            )


def _comments(con: warehouse.Connection, table: str) -> dict[str, str]:
    rows = con.execute(
        "SELECT column_name, comment FROM duckdb_columns()"
        " WHERE database_name = current_database()"
        " AND schema_name || '.' || table_name = $table",
        {"table": table},
    ).fetchall()
    return dict(rows)
