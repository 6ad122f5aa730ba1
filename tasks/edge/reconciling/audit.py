"""Audit of bills: every charge is looked at once, and what is odd is kept and told.

The daily series reads sums of lines and stops at what would make it wrong. An audit
reads the charges themselves and only warns: rules of FOCUS, prices, commitments,
invoices. A bill version is audited once, and again when the rules change.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from tasks.edge.costs.daily import batches, nobody
from tasks.edge.database import queries, warehouse
from tasks.edge.mapping import focus, macros
from tasks.edge.mapping.focus import Bill
from tasks.edge.reconciling import checks, conformance
from tasks.edge.reconciling.checks import Checked

# What is kept of each audited bill, and the query that gives it.
KEPT = {
    "bills.commitments": "audit/commitments",
    "bills.invoice_totals": "audit/invoice_totals",
    "ops.broken_rules": "audit/broken_rules",
}

# The view through which the charges of a batch are judged.
JUDGED = "audited_charges"


def audit(
    con: warehouse.Connection,
    lake: Path,
    progress: Callable[[int, int], None] = nobody,
) -> tuple[int, list[Checked]]:
    """Audit every bill version that counts now and was not audited yet.

    A run that is killed goes on with the batch that it was at.

    Args:
        con: The warehouse.
        lake: The folder of raw bill versions.
        progress: Told after each batch how many bills are done, and of how many.

    Returns:
        How many bills were read, and what the checks found.

    Raises:
        LakeDamaged: A file of a bill is no longer in the lake.
    """
    digest = rules_digest()
    pending = queries.run(con, "audit/pending_audits", rules=digest).fetchall()
    results: list[Checked] = []
    if not pending:
        return 0, results
    macros.install(con)
    bills = {bill.bill_id: bill for bill in focus.load_bills(con, lake)}
    done = 0
    for batch in batches(pending):
        results += _audit(con, [bills[bill_id] for bill_id in batch], digest)
        done += len(batch)
        progress(done, len(pending))
    with warehouse.transaction(con):
        checks.store(con, whole := checks.run(con, "bills"))
    return done, results + whole


def rules_digest() -> str:
    """Return what changes when the rules of an audit, or its checks, change."""
    files = sorted(
        [*(queries.SQL / "audit").iterdir(), *(queries.SQL / "checks").glob("audit__*")]
    )
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def judge(con: warehouse.Connection, charges: str) -> None:
    """Count in ``audited_groups`` and ``broken_rules`` what charges break.

    Args:
        con: Where both temporary tables are made.
        charges: Query for FOCUS rows.
    """
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {JUDGED} AS {conformance.judged(charges)}"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE audited_groups AS "
        + queries.text("audit/groups"),
        {"charges": JUDGED},
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE broken_rules AS "
        + queries.text("audit/broken_rules")
    )


def _audit(
    con: warehouse.Connection, bills: Iterable[Bill], digest: str
) -> list[Checked]:
    """Audit some bills in one scan; return what the checks found."""
    batch = list(bills)
    bill_ids = [bill.bill_id for bill in batch]
    with warehouse.transaction(con):
        judge(con, focus.rows_of(con, batch))
        results = checks.run(con, "audit")
        checks.store(con, results, bill_ids)
        for table, query in KEPT.items():
            con.execute(
                f"DELETE FROM {table} WHERE list_contains($ids, bill_id)",
                {"ids": bill_ids},
            )
            warehouse.insert(con, table, query, {})
        con.execute(
            "INSERT OR REPLACE INTO ops.audited_bills BY NAME "
            + queries.text("audit/audited_bills"),
            {"bill_ids": bill_ids, "rules": digest},
        )
    return results
