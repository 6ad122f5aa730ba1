"""The chart of a month: what it cost so far, what it will cost, and its budgets."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

from tasks.core.reporting import charts
from tasks.core.reporting.outlook import Standing, Total
from tasks.core.reporting.rows import ForecastDay, ServiceDay


def fan(
    total: Total,
    spent: Sequence[ServiceDay],
    ahead: Sequence[ForecastDay],
    budgets: Sequence[Standing],
) -> charts.Figure:
    """Show the running total of a month, with the intervals of its end.

    Between today and the last day the intervals are drawn as they open: what is
    calibrated is their end.

    Args:
        total: Everything of one currency in the month.
        spent: What services cost by day, in that currency.
        ahead: What is expected by day, in that currency.
        budgets: Those for everything in the month, as lines.
    """
    paid = _running(spent, total)
    last_paid = paid[-1][1] if paid else Decimal(0)
    days = [
        one.charge_date
        for one in ahead
        if total.made_on < one.charge_date <= total.last_date
    ]
    expected = [one.expected_cost for one in ahead if one.charge_date in set(days)]
    path = _up_to(expected, last_paid, total.expected_cost)
    x = [total.made_on, *days]
    traces = [
        _band(x, path, (total.low_95, total.high_95), 95),
        _band(x, path, (total.low_80, total.high_80), 80),
        _line("paid so far", paid, "@paid", "solid"),
        _line("expected", list(zip(x, path, strict=True)), "@expected", "dot"),
        *(_limit(one, total) for one in budgets),
    ]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": {
            "xaxis": charts.days_axis(),
            "yaxis": charts.amounts_axis(f"{total.billing_currency} since the first")
            | {"rangemode": "tozero"},
            "showlegend": True,
        },
    }


def _running(spent: Sequence[ServiceDay], total: Total) -> list[tuple[date, Decimal]]:
    sums: dict[date, Decimal] = {}
    for row in spent:
        if total.first_date <= row.charge_date <= total.made_on:
            so_far = sums.get(row.charge_date, Decimal(0))
            sums[row.charge_date] = so_far + row.effective_cost
    days = sorted(sums)
    return list(zip(days, accumulate(sums[day] for day in days), strict=True))


def _up_to(expected: Sequence[Decimal], start: Decimal, end: Decimal) -> list[Decimal]:
    """Return running totals that end where the month is expected to.

    What days that have passed are still to bring is spread over those to come.
    """
    steps = list(accumulate(expected, initial=Decimal(0)))
    missing = end - start - steps[-1]
    count = max(len(expected), 1)
    return [start + step + missing * place / count for place, step in enumerate(steps)]


def _band(
    x: Sequence[date],
    path: Sequence[Decimal],
    ends: tuple[Decimal, Decimal],
    percent: int,
) -> dict[str, Any]:
    below, above = (end - path[-1] for end in ends)
    count = max(len(x) - 1, 1)
    low = [at + below * place / count for place, at in enumerate(path)]
    high = [at + above * place / count for place, at in enumerate(path)]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{percent}% interval",
        "x": [day.isoformat() for day in (*x, *reversed(x))],
        "y": [float(value) for value in (*high, *reversed(low))],
        "fill": "toself",
        "fillcolor": "@band",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _line(
    name: str, points: Sequence[tuple[date, Decimal]], color: str, dash: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [day.isoformat() for day, _ in points],
        "y": [float(value) for _, value in points],
        "line": {"color": color, "width": 1.8, "dash": dash},
        "hovertemplate": f"%{{x|%-d %b %Y}}: %{{y:,.2f}}<extra>{name}</extra>",
    }


def _limit(budget: Standing, total: Total) -> dict[str, Any]:
    name = charts.label(f"budget {budget.name}", 36)
    ends = [(total.first_date, budget.amount), (total.last_date, budget.amount)]
    return _line(name, ends, "@bad", "dash")
