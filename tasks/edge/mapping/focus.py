"""FOCUS as views over the lake's files, by the macros of each format.

Nothing is copied. ``install`` writes the file lists of all bill versions into the
views, so it is run again whenever a bill arrives.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tasks.core.errors import LakeDamaged
from tasks.core.intake.formats.recognition import BILLS
from tasks.edge.database import definitions, descriptions, queries, schema, warehouse
from tasks.edge.intake.arriving import mirror
from tasks.edge.mapping import macros, moments, spared

UNION = "\nUNION ALL BY NAME\n"

# Macros over daily series; where they are missing, nothing was ever shown.
SERIES = (
    "series/daily_cost_as_of",
    "series/arrival_curves",
)


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
    shown = {
        "focus.cost_and_usage": rows_of(con, current),
        "focus.cost_and_usage_1_2": queries.text("focus/cost_and_usage_1_2"),
        "main.focus_data_table": queries.text("main/focus_data_table"),
        # Examples of the specification call the same table by the data set's name.
        "main.CostAndUsage": "FROM main.focus_data_table",
        "series.daily_cost": queries.text("series/daily_cost"),
    }
    with warehouse.transaction(con):
        macros.install(con)
        made = [view for view, query in shown.items() if _show(con, view, query)]
        _define(con, "focus.as_of", _as_of(con, bills))
        for macro in SERIES:
            _define(con, macro, queries.as_macro(macro))
        descriptions.install(con, made)
    return len(current)


def load_bills(con: warehouse.Connection, lake: Path) -> list[Bill]:
    """Return every version that is not quarantined, with the time in which it counts.

    Raises:
        LakeDamaged: A file of a bill is no longer in the lake.
    """
    root = lake.resolve()
    result = con.execute(queries.text("focus/known_bills"))
    columns = [column[0] for column in result.description or ()]
    rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    for row in rows:
        row["files"] = _present(root, row["bill_id"], row["files"])
        row["parts"] = tuple(row["parts"])
    return [Bill(**row) for row in rows]


def _present(root: Path, bill_id: str, files: Iterable[str]) -> tuple[str, ...]:
    """Return where files lie; what a copy of the lake lacks is fetched."""
    for file in files:
        if not (root / file).exists() and not mirror.fetched(root, file):
            raise LakeDamaged(
                f"Bill {bill_id} lacks its file {root / file}: restore the lake or"
                " ingest the bill again."
            )
    return tuple(str(root / file) for file in files)


@dataclass(frozen=True, slots=True)
class Scan:
    """Files that can be read together.

    Attributes:
        mapping: Macro that makes FOCUS rows of them.
        family: Beginning of the names of the macros that read them.
        files: The files.
        version: SQL for the version that a row belongs to, from the column ``version``;
            null for rows that belong to none. None where the column says it itself.
        spared: SQL for columns that need not be read, each with its name.
        within: Table of the hashes of those rows that are wanted; all if there is none.
    """

    mapping: str
    family: str
    files: tuple[str, ...]
    version: str | None
    spared: tuple[str, ...] = ()
    within: str | None = None

    @property
    def exported(self) -> str:
        """The query for its rows as they lie in the lake."""
        if self.within is None:
            return self._owned
        wanted = f"SELECT row_hash, again FROM {self.within}"
        return (
            f"SELECT * EXCLUDE (row_hash, again) FROM ({self.hashed}) AS hashed"
            f" SEMI JOIN ({wanted}) AS wanted USING (row_hash, again)"
        )

    @property
    def hashed(self) -> str:
        """The query for its rows with two hashes of all that the export says."""
        told = "*COLUMNS(* EXCLUDE (source, version))"
        return (
            f"SELECT *, hash({told}) AS row_hash, hash('again', {told}) AS again"
            f" FROM ({self._owned})"
        )

    @property
    def _owned(self) -> str:
        rows = f"FROM {self.family}_exported({queries.literal(list(self.files))})"
        shown = list(self.spared)
        if self.version is not None:
            shown.append(f"{self.version} AS version")
            rows += f" WHERE {self.version} IS NOT NULL"
        return f"SELECT * REPLACE ({', '.join(shown)}) {rows}" if shown else rows


def rows_of(con: warehouse.Connection, bills: Iterable[Bill]) -> str:
    """Return a query for the FOCUS rows of some bills; no bills give no rows."""
    return mapped(scans(con, bills))


def mapped(scans: Iterable[Scan]) -> str:
    """Return a query for the FOCUS rows of some scans."""
    read = list(scans)
    exported = [
        f"exported_{number} AS NOT MATERIALIZED ({scan.exported})"
        for number, scan in enumerate(read)
    ]
    parts = [
        f"SELECT * EXCLUDE (x_ChargeCount) FROM {scan.mapping}('exported_{number}')"
        for number, scan in enumerate(read)
    ]
    return _united(exported, ["FROM focus.charges", *parts])


def scans(con: warehouse.Connection, bills: Iterable[Bill]) -> list[Scan]:
    """Return which files can be read together; a shared one is read once per bill."""
    return [
        scan
        for layer in moments.layers(bills)
        for scan in _grouped(con, layer, moments.owner_in(layer))
    ]


def _grouped(
    con: warehouse.Connection, bills: Iterable[Bill], version: str | None
) -> list[Scan]:
    kinds = {file: BILLS[bill.source_format] for bill in bills for file in bill.files}
    shapes = _shapes(con, list(kinds))
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for file, kind in kinds.items():
        groups[kind.mapping, kind.family, shapes[file]].append(file)
    return [
        Scan(
            mapping,
            family,
            tuple(files),
            version,
            spared.columns(con, kinds[files[0]], files),
        )
        for (mapping, family, _), files in groups.items()
    ]


def _united(steps: list[str], parts: list[str]) -> str:
    head = "WITH " + ",\n".join(steps) if steps else ""
    return head + "\n" + UNION.join(parts)


def _shapes(con: warehouse.Connection, files: list[str]) -> dict[str, str]:
    """Return for each file what it has in common with those it can be read with."""
    if not files:
        return {}
    rows = queries.run(con, "focus/file_shapes", files=files).fetchall()
    return {file: repr(shape) for file, *shape in rows}


def _as_of(con: warehouse.Connection, bills: Iterable[Bill]) -> str:
    """Return the macro of the rows known at a moment."""
    kept = list(bills)
    times = moments.of(con, kept)
    rows = [mapped(_grouped(con, kept, times.counting)), times.refusal]
    shown = UNION.join(f"FROM (\n{row}\n)" for row in rows if row)
    where = "" if kept else "\nWHERE moment IS NULL"
    return f"CREATE OR REPLACE MACRO focus.as_of(moment) AS TABLE\n{shown}{where}"


def _show(con: warehouse.Connection, view: str, query: str) -> bool:
    return _define(con, view, f"CREATE OR REPLACE VIEW {view} AS\n{query}")


def _define(con: warehouse.Connection, name: str, statement: str) -> bool:
    """Create a view or macro over bills; return False where it is there already.

    A view keeps the columns that it had, so it is made again when what it reads is.
    """
    read = [*macros.statements(), *schema.declared().values()]
    by = definitions.digest(statement, *read)
    if definitions.is_made(con, name, by):
        return False
    con.execute(statement)
    definitions.note(con, name, by)
    return True
