"""The commands of ``costwarden`` that look ahead: forecast, budgets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from flows import options
from flows.answers import Answer, Table, answering
from tasks.core.reporting.wording import amount

# Of each currency: a screen is read from the top.
SHOWN = 20


@click.command()
@click.option(
    "--by",
    type=click.Choice(["service", "account", "provider"]),
    default="service",
    show_default=True,
    help="What to show below the total.",
)
@click.option(
    "--to",
    "period",
    type=click.Choice(["month", "quarter"]),
    default="month",
    show_default=True,
    help="To the end of which period.",
)
@click.option("--all", "is_all", is_flag=True, help=f"Show more than {SHOWN} rows.")
@options.as_of
@options.is_muted
@answering
def forecast(
    settings: Any,
    *,
    by: str,
    period: str,
    is_all: bool,
    as_of: datetime | None,
    is_muted: bool,
) -> Answer:
    """Forecast what the month or quarter will cost, with intervals, and budgets."""
    from flows.alone import alone
    from tasks.aggregate import aggregate_costs
    from tasks.core.reporting import outlook as core
    from tasks.edge.reporting import outlook
    from tasks.forecast import forecast_costs
    from tasks.normalise import normalise_bills

    with alone(settings, "forecast") as stage:
        stage(normalise_bills)
        stage(aggregate_costs)
        made = stage(forecast_costs, as_of=as_of, is_muted=is_muted)
    totals = outlook.load(settings, made.made_on).totals if made.made_on else ()
    told = [one for one in core.now(totals, period) if one.level in (by, "total")]
    if not told:
        return Answer([], ("There are too few days of bills to forecast anything.",))
    return Answer(told, tuple(_tables(told, None if is_all else SHOWN)))


@click.command()
@answering
def budgets(settings: Any) -> Answer:
    """Say how the budgets of the settings stand, as the last forecast saw them."""
    from tasks.core.reporting import outlook as core
    from tasks.edge.reporting import outlook

    if not settings.budgets:
        said = "The settings name no budgets: add [[budgets]] to the settings file."
        return Answer([], (said,))
    found = outlook.load(settings).budgets
    if not found:
        return Answer([], ("No budget was looked at yet: run costwarden forecast.",))
    table = Table(
        (
            *("budget", "status", "from", "to", "currency", "amount", "so far"),
            *("expected", "80% interval", "breach", "on", "scope"),
        ),
        [
            (
                one.name,
                core.WORDS[one.status] if one.series else "no such charges",
                one.first_date,
                one.last_date,
                one.billing_currency,
                amount(one.amount),
                amount(one.actual_cost),
                amount(one.expected_cost),
                core.interval(one.low_80, one.high_80),
                f"{100 * one.probability_of_breach:.0f}%",
                one.breach_date,
                one.scope,
            )
            for one in found
        ],
        right=("amount", "so far", "expected", "80% interval", "breach"),
    )
    return Answer(found, (table,))


def _tables(told: Sequence[Any], shown: int | None) -> list[str | Table]:
    from tasks.core.reporting.outlook import interval

    said: list[str | Table] = []
    for currency in dict.fromkeys(one.billing_currency for one in told):
        rows = [one for one in told if one.billing_currency == currency]
        rows.sort(key=_total_first)
        first = rows[0]
        said.append(
            f"{currency}, {first.first_date} to {first.last_date}, with bills up to"
            f" {first.made_on}:"
        )
        heads = ("what", "so far", "expected", "80% interval", "95% interval")
        cells = [
            (
                "everything" if one.level == "total" else one.scope,
                amount(one.actual_cost),
                amount(one.expected_cost),
                interval(one.low_80, one.high_80),
                interval(one.low_95, one.high_95),
            )
            for one in rows[:shown]
        ]
        said.append(Table(heads, cells, right=heads[1:]))
        if len(rows) > len(cells):
            said.append(f"{len(rows) - len(cells)} more: --all shows them.")
    return said


def _total_first(one: Any) -> tuple[bool, Any]:
    return one.level != "total", -abs(one.expected_cost)


ALL = (forecast, budgets)
