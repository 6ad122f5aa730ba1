"""Promises that the tables keep, each a query that must return no rows.

``sql/checks/<layer>__<table>__<promise>.sql`` returns the rows that break the promise.
Its head says whether that stops a run (``severity: fail``) or is told (``warn``).
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tasks.core.errors import CheckFailed
from tasks.edge.database import queries, warehouse

# Rows that are kept and told; the first are enough to start looking.
SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check found out about one subject.

    Attributes:
        name: ``layer__table__promise``.
        promise: The first line of the query's head.
        severity: ``fail`` or ``warn``.
        subject: Bill version that breaks the promise; empty when nothing does, or when
            the check is not about bills.
        row_count: Rows that break the promise.
        sample: The first of them, by column.
    """

    name: str
    promise: str
    severity: str
    subject: str
    row_count: int
    sample: tuple[dict[str, str], ...]

    @property
    def is_broken(self) -> bool:
        """Whether it must stop the run."""
        return self.row_count > 0 and self.severity == "fail"


def run(con: warehouse.Connection, layer: str) -> list[Checked]:
    """Run the checks of one layer.

    Args:
        con: The warehouse.
        layer: ``bills``; ``focus`` and ``series`` read the bills being loaded from the
            table ``charge_groups`` (see ``tasks.edge.costs.daily``).

    Returns:
        For each check one result per bill that breaks the promise, or a single one
        without rows.
    """
    names = (path.stem for path in sorted((queries.SQL / "checks").glob("*.sql")))
    return [
        result
        for name in names
        if name.startswith(f"{layer}__")
        for result in _run(con, name)
    ]


def store(
    con: warehouse.Connection, results: Iterable[Checked], bill_ids: Iterable[str] = ()
) -> None:
    """Keep what was found in ``ops.checks``, instead of what was found before.

    Belongs into the transaction that keeps what was checked: a run that is killed in
    between would never check it again.

    Args:
        con: The warehouse.
        results: What the checks of a layer found.
        bill_ids: The bills that were checked; of others, earlier findings stay.
    """
    found = list(results)
    con.execute(
        "DELETE FROM ops.checks WHERE list_contains($names, name)"
        " AND (subject = '' OR list_contains($bill_ids, subject))",
        {"names": [result.name for result in found], "bill_ids": list(bill_ids)},
    )
    now = datetime.now(UTC)
    rows = [
        (now, r.name, r.subject, r.severity, r.row_count, json.dumps(r.sample))
        for r in found
    ]
    if rows:
        con.executemany(
            "INSERT INTO ops.checks"
            " (checked_at, name, subject, severity, row_count, sample)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )


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
    rows = "; ".join(
        ", ".join(f"{column} {value}" for column, value in row.items())
        for row in result.sample
    )
    return f"Broken promise: {result.promise} ({result.name}): {rows}."


def _run(con: warehouse.Connection, name: str) -> list[Checked]:
    text = queries.text(f"checks/{name}")
    head = text.splitlines()
    cursor = con.execute(text)
    columns = [column[0] for column in cursor.description or ()]
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in cursor.fetchall():
        told = {column: str(value) for column, value in zip(columns, row, strict=True)}
        found[told.get("bill_id", "")].append(told)
    return [
        Checked(
            name=name,
            promise=head[0].removeprefix("-- "),
            severity=_severity(head),
            subject=subject,
            row_count=len(rows),
            sample=tuple(rows[:SAMPLE]),
        )
        for subject, rows in (found or {"": []}).items()
    ]


def _severity(head: Iterable[str]) -> str:
    lines = (line.partition("-- severity: ")[2] for line in head)
    return next(line for line in lines if line)
