"""``costwarden reconcile``: whether every cent is accounted for, and what is odd."""

from typing import Any

import click

from flows.answers import DONE, FAILED, QUARANTINED, Answer, Table, answering

BILLS = {
    "billing_period": "month",
    "bill_id": "bill",
    "row_count": "rows",
    "billed_cost": "billed",
    "billed_difference": "billed off by",
    "effective_cost": "effective",
    "effective_difference": "effective off by",
    "billing_currency": "currency",
}
CHECKS = {
    "name": "check",
    "severity": "severity",
    "subject": "bill",
    "row_count": "rows",
    "sample": "first of them",
}
INVOICES = {
    "billing_period": "month",
    "invoice_id": "invoice",
    "charge_category": "category",
    "billing_currency": "currency",
    "invoiced": "invoiced",
    "billed": "billed",
    "difference": "difference",
    "verdict": "verdict",
}
RULES = {
    "rule": "rule",
    "says": "what it asks",
    "provider": "provider",
    "source": "source",
    "charges": "charges",
    "of_charges": "of",
    "mostly_in": "mostly in",
}
NO_BILL = "No bill was loaded yet: costwarden ingest PATH does."
# An invoice and the bills differ: done, but somebody has to look.
DIFFERS = QUARANTINED
# What it finds is told rule by rule, on request.
FOLLOW_FOCUS = "audit__charges__follow_focus"
# Amounts and counts; they are set to the right.
RIGHT = (
    "rows",
    "billed",
    "billed off by",
    "effective",
    "effective off by",
    "charges",
    "of",
    "invoiced",
    "difference",
)


@click.command()
@click.option("--focus", "with_rules", is_flag=True, help="Show each rule of FOCUS.")
@click.option(
    "--no-audit", is_flag=True, help="Do not look at bills that were not audited yet."
)
@click.option(
    "--invoice", metavar="FILE", help="Load invoices, and compare them with the bills."
)
@answering
def reconcile(
    settings: Any, *, with_rules: bool, no_audit: bool, invoice: str | None
) -> Answer:
    """Show that the daily series adds up to the bills, and what checks found.

    An invoice file is a CSV or Parquet table with the columns invoice_id,
    billing_period, currency and amount, or FOCUS's Invoice Detail. Exit status 3 says
    that an invoice and the bills differ.
    """
    from tasks.edge.reporting import lookups

    found = lookups.reconciliation(settings, is_audited=not no_audit, invoice=invoice)
    odd = [check for check in found.checks if check["row_count"]]
    said: list[str | Table] = [_table(BILLS, found.bills)]
    if others := [check for check in odd if check["name"] != FOLLOW_FOCUS]:
        said.append(_table(CHECKS, others))
    if with_rules and found.rules:
        said.append(_table(RULES, found.rules))
    if found.invoices:
        said.append(_table(INVOICES, found.invoices))
    said.append(_verdict(found, len(odd)))
    if not found.bills and not found.invoices:
        said = [NO_BILL]
    facts = {
        "holds": found.holds,
        "bills": found.bills,
        "checks": found.checks,
        "rules": found.rules,
        "unaudited": found.unaudited,
        "invoices": found.invoices,
    }
    return Answer(facts, tuple(said), status=_status(found))


def _status(found: Any) -> int:
    if not found.holds:
        return FAILED
    return DIFFERS if found.invoices_differ else DONE


def _table(names: dict[str, str], rows: Any) -> Table:
    cells = [[row[name] for name in names] for row in rows]
    return Table(tuple(names.values()), cells, right=RIGHT)


def _verdict(found: Any, odd: int) -> str:
    waiting = sum(bill["billed_difference"] is None for bill in found.bills)
    sums = "Every cent is accounted for."
    if waiting:
        sums = f"{waiting} bills have no daily series yet: costwarden run writes it."
    if not found.holds:
        sums = "It does not add up."
    broken = len({row["rule"] for row in found.rules})
    rules = f"{broken} rules of FOCUS are not kept (--focus)." if broken else ""
    left = f"{found.unaudited} bills were not audited." if found.unaudited else ""
    quiet = f"{len(found.checks) - odd} checks found nothing."
    invoices = "Invoices and bills differ." if found.invoices_differ else ""
    return " ".join(part for part in (sums, quiet, rules, invoices, left) if part)


ALL = (reconcile,)
