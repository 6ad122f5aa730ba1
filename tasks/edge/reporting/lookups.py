"""What people ask the warehouse for: bill versions, and one anomaly in full."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.core.errors import NothingThere
from tasks.edge.database import queries, warehouse
from tasks.edge.people import changes, mutes
from tasks.edge.reconciling import audit, conformance, invoices
from tasks.edge.reconciling.bills import reading
from tasks.edge.settings import Settings

# Enough to see how an id that was cut too short goes on.
SHOWN = 5

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One anomaly, what drove it, and its life; rows by column name.

    Attributes:
        anomaly: Its newest revision.
        drivers: What drove it, the largest part first.
        revisions: As they were told, oldest first.
        feedback: What people said of it, oldest first.
        planned: Planned events whose scope and dates meet its own.
        mutes: Mutes that cover it, past ones too.
        changes: Changes in the clouds where and when it began, likeliest first.
    """

    anomaly: Row
    drivers: tuple[Row, ...]
    revisions: tuple[Row, ...] = ()
    feedback: tuple[Row, ...] = ()
    planned: tuple[Row, ...] = ()
    mutes: tuple[Row, ...] = ()
    changes: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Bills beside what was made of them, and what was found in them.

    Attributes:
        bills: Their totals, and how far the daily series is off.
        checks: The newest result of each check.
        rules: Rules of FOCUS that charges of these bills break, by provider.
        unaudited: Bills that count and were not audited by the rules of today.
        invoices: Invoices that were loaded, beside the bills.
    """

    bills: tuple[Row, ...]
    checks: tuple[Row, ...]
    rules: tuple[Row, ...]
    unaudited: int
    invoices: tuple[Row, ...]

    @property
    def holds(self) -> bool:
        """Whether every cent is accounted for and no promise is broken."""
        return not any(
            bill["billed_difference"] or bill["effective_difference"]
            for bill in self.bills
        ) and not any(
            check["row_count"] and check["severity"] == "fail" for check in self.checks
        )

    @property
    def invoices_differ(self) -> bool:
        """Whether an invoice and the bills differ, or one of them is missing."""
        return not all(
            invoice["verdict"].startswith("equal") for invoice in self.invoices
        )


def anomalies(settings: Settings) -> list[Row]:
    """Return the anomalies that stand, the weightiest of each currency first.

    Raises:
        NothingThere: There is no warehouse.
        WarehouseBusy: A run kept it for longer than we were told to wait.
    """
    with reading(settings) as con:
        return queries.rows(con, "ops/anomalies")


def has_done(settings: Settings, stage: str) -> bool:
    """Return whether a stage ever came to its end: else finding nothing says nothing.

    Raises:
        NothingThere: There is no warehouse.
        WarehouseBusy: A run kept it for longer than we were told to wait.
    """
    with reading(settings) as con:
        found = con.execute(
            "SELECT count(*) FROM ops.runs"
            " WHERE starts_with(stage, $stage) AND outcome IN ('done', 'nothing_new')",
            {"stage": stage},
        ).fetchone()
    return bool(found and found[0])


def recommendations(settings: Settings) -> list[Row]:
    """Return open recommendations with their newest verdict, largest saving first.

    Raises:
        NothingThere: There is no warehouse.
        WarehouseBusy: A run kept it for longer than we were told to wait.
    """
    with reading(settings) as con:
        return queries.rows(con, "report/recommendations")


def reconciliation(
    settings: Settings, *, is_audited: bool = True, invoice: str | None = None
) -> Reconciliation:
    """Return whether the daily series adds up to the bills, and what checks found.

    Args:
        settings: Name the warehouse and the lake.
        is_audited: Audit first what was not audited yet.
        invoice: Invoice file to load first.

    Raises:
        BillError: The invoice file cannot be read.
        LakeDamaged: A file of a bill is no longer in the lake.
        NothingThere: There is no warehouse.
        WarehouseBusy: A run kept it for longer than we were told to wait.
    """
    with waiting(settings) as con:
        if invoice is not None:
            invoices.load(con, Path(invoice))
        if is_audited:
            audit.audit(con, settings.lake_path)
        pending = queries.run(con, "audit/pending_audits", rules=audit.rules_digest())
        unaudited = len(pending.fetchall())
        return Reconciliation(
            bills=tuple(queries.rows(con, "report/bills")),
            checks=tuple(queries.rows(con, "ops/checks")),
            rules=tuple(
                row | {"says": conformance.rules()[row["rule"]].says}
                for row in queries.rows(con, "ops/broken_rules")
            ),
            unaudited=unaudited,
            invoices=tuple(queries.named(invoices.compared(con))),
        )


def anomaly(settings: Settings, anomaly_id: str) -> Anomaly:
    """Return one anomaly by its id or the beginning of it.

    Raises:
        NothingThere: No anomaly, or more than one, has an id that starts so.
        WarehouseBusy: A run kept the warehouse for longer than we were told to wait.
    """
    with waiting(settings) as con:
        found = one_anomaly(con, anomaly_id)
        return Anomaly(found, *_life(con, found["anomaly_id"]))


def _life(con: warehouse.Connection, full_id: str) -> Iterator[tuple[Row, ...]]:
    """Yield all else that is known of an anomaly, in the order of ``Anomaly``."""
    for name in ("drivers", "life", "statements", "planned_around"):
        yield tuple(queries.rows(con, f"ops/{name}", id=full_id))
    mutes.refresh(con)
    muted = con.execute(
        "SELECT author, reason, created_at, until_date, ends_at, ended_by"
        " FROM muted_anomalies WHERE anomaly_id = $id ORDER BY created_at",
        {"id": full_id},
    )
    yield tuple(queries.named(muted))
    yield tuple(changes.near(con, [full_id]).get(full_id, ()))


def responses(settings: Settings, subject: str = "") -> tuple[Row, ...]:
    """Return what came of anomalies and alerts whose id starts so, newest first.

    Raises:
        NothingThere: There is no warehouse.
        WarehouseBusy: A run kept it for longer than we were told to wait.
    """
    with waiting(settings) as con:
        return tuple(queries.rows(con, "ops/responses", subject=subject))


def one_anomaly(con: warehouse.Connection, anomaly_id: str) -> Row:
    """Return the anomaly whose id starts so.

    Raises:
        NothingThere: No anomaly, or more than one, has an id that starts so.
    """
    found = queries.rows(con, "ops/anomaly", id=anomaly_id)
    if not found:
        raise NothingThere(f"There is no anomaly {anomaly_id!r}.")
    if len(found) > 1:
        some = ", ".join(row["anomaly_id"] for row in found[:SHOWN])
        raise NothingThere(
            f"{len(found)} anomalies start with {anomaly_id!r}: {some} …"
        )
    return found[0]


@contextmanager
def waiting(settings: Settings) -> Iterator[warehouse.Connection]:
    """Open an existing warehouse once the stage that writes to it is through."""
    warehouse.require(settings.database)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        yield con
