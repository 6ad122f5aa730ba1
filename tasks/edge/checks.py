"""Promises that the tables keep, each a query that must return no rows.

``sql/checks/<layer>__<table>__<promise>.sql`` returns the rows that break the promise.
Its head says whether that stops a run (``severity: fail``) or is told (``warn``).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tasks.core.errors import CheckFailed
from tasks.edge import queries, warehouse

# Rows that are kept and told; the first are enough to start looking.
SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check found.

    Attributes:
        name: ``layer__table__promise``.
        promise: The first line of the query's head.
        subject: Bill version that was checked; empty for the whole warehouse.
        severity: ``fail`` or ``warn``.
        row_count: Rows that break the promise.
        sample: The first of them, by column.
    """

    name: str
    promise: str
    subject: str
    severity: str
    row_count: int
    sample: tuple[dict[str, str], ...]

    @property
    def is_broken(self) -> bool:
        """Whether it must stop the run."""
        return self.row_count > 0 and self.severity == "fail"


def run(con: warehouse.Connection, layer: str, **values: str) -> list[Checked]:
    """Run the checks of one layer.

    Args:
        con: The warehouse.
        layer: ``bills``, ``focus`` or ``series``.
        **values: Parameters by name; each check takes those that it names. ``charges``
            is the table or view that holds the FOCUS rows, ``bill_id`` whose they are.
    """
    names = (path.stem for path in sorted((queries.SQL / "checks").glob("*.sql")))
    return [
        _run(con, name, values) for name in names if name.startswith(f"{layer}__")
    ]


def store(con: warehouse.Connection, results: Iterable[Checked]) -> None:
    """Keep what was found in ``ops.checks``."""
    now = datetime.now(UTC)
    rows = [
        (now, r.name, r.subject, r.severity, r.row_count, json.dumps(r.sample))
        for r in results
    ]
    if rows:
        con.executemany("INSERT INTO ops.checks VALUES (?, ?, ?, ?, ?, ?)", rows)


def require(results: Iterable[Checked]) -> None:
    """Stop where a promise is broken.

    Raises:
        CheckFailed: It names each broken promise with its first rows.
    """
    broken = [result for result in results if result.is_broken]
    if broken:
        raise CheckFailed("\n".join(sentence(result) for result in broken))


def sentence(result: Checked) -> str:
    """Return what a check found, in words."""
    of = f" of {result.subject}" if result.subject else ""
    rows = "; ".join(
        ", ".join(f"{column} {value}" for column, value in row.items())
        for row in result.sample
    )
    return (
        f"{result.name}{of}: {result.row_count} rows break the promise"
        f" “{result.promise}” First: {rows}."
    )


def _run(con: warehouse.Connection, name: str, values: dict[str, str]) -> Checked:
    query = f"checks/{name}"
    head = queries.text(query).splitlines()
    wanted = {key: values[key] for key in queries.params(query)}
    cursor = con.execute(queries.text(query), wanted or None)
    columns = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchall()
    return Checked(
        name=name,
        promise=head[0].removeprefix("-- "),
        subject=values.get("bill_id", ""),
        severity=_severity(head),
        row_count=len(rows),
        sample=tuple(
            {column: str(value) for column, value in zip(columns, row, strict=True)}
            for row in rows[:SAMPLE]
        ),
    )


def _severity(head: Iterable[str]) -> str:
    lines = (line.partition("-- severity: ")[2] for line in head)
    return next(line for line in lines if line)
