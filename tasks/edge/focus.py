"""FOCUS as views: macros, one per rule and format, and views over the lake's files.

Nothing is copied. ``install`` writes the file lists of all bill versions into the
views, so it is run again whenever a bill arrives.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from tasks.core.errors import LakeDamaged
from tasks.core.intake.formats.recognition import BILLS
from tasks.edge import queries, warehouse

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
        source_format: Format of its files.
        files: Absolute paths of its Parquet files.
        is_current: Whether it counts now.
        known_from: When it began to count.
        known_to: When a later version took its place; None while none has.
    """

    bill_id: str
    source_format: str
    files: tuple[str, ...]
    is_current: bool
    known_from: datetime
    known_to: datetime | None


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
        Bill(row[0], row[1], _present(root, row[0], row[2]), *row[3:]) for row in rows
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
    """Return a query for the FOCUS rows of some bills; no bills give no rows."""
    scans = _scans(con, bills)
    exported = [
        f"exported_{number} AS NOT MATERIALIZED ({_exported(family, files)})"
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
    """Return which files can be read together, and by which macros."""
    kept = list(bills)
    shapes = _shapes(con, [file for bill in kept for file in bill.files])
    scans: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for bill in kept:
        for file in bill.files:
            kind = BILLS[bill.source_format]
            scans[kind.mapping, kind.family, shapes[file]].append(file)
    return [(macro, family, files) for (macro, family, _), files in scans.items()]


def _exported(family: str, files: list[str]) -> str:
    return f"FROM {family}_exported({queries.literal(files)})"


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
    """Return the macro of the rows known at a moment.

    The times stand in it as literals: DuckDB then works out before it reads anything
    which files count, and opens no other.
    """
    kept = list(bills)
    versions = ",\n".join(
        f"{{'bill_id': {queries.literal(bill.bill_id)},"
        f" 'known_from': TIMESTAMPTZ '{bill.known_from.isoformat()}',"
        f" 'known_to': {_moment(bill.known_to)}}}"
        for bill in kept
    )
    counts = f"""list_contains([
    version.bill_id FOR version IN [{versions}]
    IF version.known_from <= moment::TIMESTAMPTZ
    AND moment::TIMESTAMPTZ < version.known_to
], x_BillId)"""
    return (
        "CREATE OR REPLACE MACRO focus.as_of(moment) AS TABLE\n"
        f"SELECT * FROM (\n{rows_of(con, kept)}\n)\n"
        f"WHERE {counts if kept else 'moment IS NULL'}"
    )


def _moment(at: datetime | None) -> str:
    return f"TIMESTAMPTZ '{at.isoformat() if at else 'infinity'}'"


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
