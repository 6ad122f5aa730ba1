"""The ``bills`` commands: versions, what changed, and which of them counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from flows import options
from flows.answers import Answer, Table, answering

# Source, account and version are parts of the bill's id.
NAMES = {
    "billing_period": "month",
    "status": "status",
    "known_at": "known at",
    "row_count": "rows",
    "billed_cost": "billed",
    "effective_cost": "effective",
    "billing_currency": "currency",
    "bill_id": "bill",
    "reason": "reason",
}
# Of bills that have just been loaded, as many as a screen shows.
TOTALS = {name: NAMES[name] for name in NAMES if name not in {"known_at", "reason"}}
MOST = 24
CHANGES = {
    "service_name": "service",
    "rows_added": "added",
    "rows_removed": "removed",
    "rows_altered": "altered",
    "rows_unchanged": "unchanged",
    "billed_change": "billed moved",
    "effective_change": "effective moved",
    "billing_currency": "currency",
}


@click.group(invoke_without_command=True)
@answering
def bills(settings: Any) -> Answer:
    """List bill versions, and how complete the newest days are.

    One line for each currency of a version. The commands below show, compare, withdraw
    and restore versions.
    """
    from tasks.edge.reconciling import bills

    found = bills.listing(settings)
    if not found.versions:
        return Answer(found.versions, ("No bill was loaded yet.",))
    table = Table(
        tuple(NAMES.values()),
        [[_short(row[name]) for name in NAMES] for row in found.versions],
        right=("rows", "billed", "effective"),
    )
    return Answer(found.versions, (table, *_newest(found.newest_days)))


def totals(loaded: Sequence[dict[str, Any]]) -> tuple[str | Table, ...]:
    """Show what bills that have just been loaded come to, the newest months at the end.

    A version that a later one has replaced already is only counted.
    """
    standing = [row for row in loaded if row["status"] != "superseded"]
    left = len(standing) - MOST
    replaced = len({row["bill_id"] for row in loaded if row not in standing})
    said: list[str | Table] = []
    if standing:
        said.append(
            Table(
                tuple(TOTALS.values()),
                [[_short(row[name]) for name in TOTALS] for row in standing[-MOST:]],
                right=("rows", "billed", "effective"),
            )
        )
    if left > 0:
        said.append(f"{left} of earlier months: costwarden bills lists them.")
    if replaced:
        said.append(f"{replaced} replaced by later versions: costwarden bills.")
    return tuple(said)


def _newest(days: tuple[dict[str, Any], ...]) -> tuple[str | Table, ...]:
    """Say how much of the newest days should be there; empty where there are none."""
    if not days:
        return ()
    table = Table(
        ("source", "day", "effective so far", "currency", "hours old", "complete"),
        [
            (
                day["source"],
                day["charge_date"],
                day["effective_cost"],
                day["billing_currency"],
                f"{day['hours']:.0f}" if day["hours"] >= 0 else "not over",
                _share(day),
            )
            for day in days
        ],
        right=("effective so far", "hours old"),
    )
    return (
        "The newest days, and how much of such days had arrived at that age:",
        table,
    )


def _share(day: dict[str, Any]) -> str:
    if day["median_ratio"] is None:
        return "not known yet"
    low, mid, high = (
        round(100 * day[name]) for name in ("low_ratio", "median_ratio", "high_ratio")
    )
    return f"{mid}% ({low} to {high}%, from {day['learned_from_days']} days)"


@bills.command()
@answering
def days(settings: Any) -> Answer:
    """Show how complete the newest days of each source should be by now."""
    from tasks.edge.reconciling import bills

    found = bills.listing(settings).newest_days
    return Answer(found, _newest(found) or ("No day was aggregated yet.",))


@bills.command()
@click.argument("bill", metavar="BILL_ID|PERIOD")
@answering
def show(settings: Any, *, bill: str) -> Answer:
    """Show everything about a bill version, or about all versions of a month."""
    from tasks.edge.reconciling import bills

    found = bills.shown(settings, bill)
    tables = tuple(
        Table(
            ("what", "value"),
            [
                (name, _listed(_short(value)))
                for name, value in row.items()
                if value is not None
            ],
        )
        for row in found
    )
    gaps = [row for row in found if row["missing_files"]]
    hint = (
        "A numbered part seems to be missing: if the export has it, fetch it and ingest"
        " all parts together; the bill then gets a version that is whole."
    )
    return Answer(found, (*tables, hint) if gaps else tables)


@bills.command()
@click.argument("earlier", metavar="EARLIER")
@click.argument("later", metavar="LATER")
@click.option(
    "--top",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Services to show.",
)
@answering
def diff(settings: Any, *, earlier: str, later: str, top: int) -> Answer:
    """Show what LATER has that EARLIER has not: rows and money, by service.

    Both are bill ids. A row is altered where only its amounts differ.
    """
    from tasks.edge.reconciling import comparison

    found = comparison.difference(settings, earlier, later)
    changed = [
        row
        for row in found.services
        if row["rows_added"] or row["rows_removed"] or row["rows_altered"]
    ]
    moved = ("billed moved", "effective moved")
    everything = [{"service_name": "all services", **row} for row in found.totals]
    shown = [*everything, *changed[:top]]
    table = Table(
        tuple(CHANGES.values()),
        [[row[name] for name in CHANGES] for row in shown],
        right=("added", "removed", "altered", "unchanged", *moved),
    )
    if not changed:
        return Answer(found, (f"{earlier} and {later} have the same rows.", table))
    left = len(changed) - top
    more = (f"{left} more services changed: --top shows them.",) if left > 0 else ()
    return Answer(found, (table, *more))


@bills.command()
@click.argument("bill_id", metavar="BILL_ID")
@options.known_at
@answering
def withdraw(settings: Any, *, bill_id: str, known_at: datetime | None) -> Answer:
    """Let a version count no longer: the one before it does. History is kept."""
    from tasks.edge.intake.versions import returns

    done = returns.withdraw(settings, bill_id, known_at)
    if not done.changed:
        return Answer(done, (f"{bill_id} was withdrawn before; nothing changed.",))
    now = f"{done.current} counts now" if done.current else "nothing of its bill counts"
    return Answer(done, (f"{bill_id} is withdrawn: {now}.",))


@bills.command()
@click.argument("bill_id", metavar="BILL_ID")
@options.known_at
@answering
def restore(settings: Any, *, bill_id: str, known_at: datetime | None) -> Answer:
    """Bring an earlier version back, as a new version with its files and its days."""
    from tasks.edge.intake.versions import returns

    done = returns.restore(settings, bill_id, known_at)
    if done.counted_by:
        why = (
            f"{done.current} is the newest, but {done.counted_by} counts in its place:"
            " withdraw that, or name this source first in the setting prefer."
        )
        return Answer(done, (why,))
    if not done.changed:
        return Answer(done, (f"{done.current} counts already; nothing changed.",))
    return Answer(done, (f"{bill_id} is brought back: {done.current} counts now.",))


@bills.command()
@click.option("--apply", is_flag=True, help="Do it; without it only say what would be.")
@answering
def prune(settings: Any, *, apply: bool) -> Answer:
    """Give up lines that the retention setting does not keep; daily series stay."""
    from tasks.edge.intake.versions import pruning

    done = pruning.prune(settings, lambda line: click.echo(line, err=True), apply=apply)
    verb = "Gave up" if done.applied else "Would give up"
    said = (
        f"{verb} the lines of {len(done.bill_ids)} versions: {done.files} files,"
        f" {done.size_bytes / 1e6:.1f} MB."
    )
    table = Table(("bill",), [(bill_id,) for bill_id in done.bill_ids])
    hint = () if done.applied else ("Nothing was changed: --apply does it.",)
    return Answer(done, (*((table,) if done.bill_ids else ()), said, *hint))


def _short(value: object) -> object:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value


def _listed(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


ALL = (bills,)
