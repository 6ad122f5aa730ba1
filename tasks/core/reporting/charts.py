"""Figures as plain values, in the form that plotly.js reads.

A colour that starts with ``@`` names a CSS variable of the page, so that one figure
serves light, dark and paper. Every text that comes from a bill is escaped: plotly.js
reads a little HTML in labels. Amounts become floats here and nowhere before.
"""

import html
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tasks.core.attribution.members import TAG, called
from tasks.core.reporting import wording
from tasks.core.reporting.report import DECISIONS
from tasks.core.reporting.rows import (
    MONTHLY,
    ZERO,
    Anomaly,
    AnomalyDay,
    Driver,
    Recommendation,
    ScopeDay,
    ServiceDay,
)

Figure = dict[str, Any]

# Up to this span a bar is a day; beyond it, seven days.
MOST_DAILY_BARS = timedelta(days=62)
WEEK = 7
# Of the place that a horizontal bar has.
BAR = 0.64

DAY_MS = 24 * 60 * 60 * 1000

# Colours of the page's palette; the last is for all other services.
COLOURS = 8

EFFECTS = {
    "usage": "@c1",
    "price": "@c4",
    "new": "@c2",
    "mix": "@c5",
    "commitment": "@c3",
    "credit": "@c6",
}
VERDICTS = {
    "allow": "@good",
    "needs_approval": "@warn",
    "deny": "@bad",
    None: "@muted",
}


def label(text: str, width: int = 44) -> str:
    """Make a foreign text safe and short enough for a chart.

    Examples:
        >>> label("<b>i-1</b>")
        '&lt;b&gt;i-1&lt;/b&gt;'
    """
    return html.escape(" ".join(wording.shorten(text, width).split()), quote=False)


def spend_by_service(days: Sequence[ServiceDay], services: Sequence[str]) -> Figure:
    """Stack the services over time, in days or blocks of seven days.

    Args:
        days: Rows of one currency.
        services: Names in the order of their colours; all others come above them, and
            what comes once a month on top.

    Blocks are counted back from the newest day, so that only the oldest is short.
    """
    last = max(row.charge_date for row in days)
    first = min(row.charge_date for row in days)
    width = 1 if last - first <= MOST_DAILY_BARS else WEEK
    sums: dict[str | None, dict[date, Decimal]] = {}
    for row in days:
        back = (last - row.charge_date).days // width
        blocks = sums.setdefault(row.service_name, defaultdict(Decimal))
        blocks[last - timedelta(back * width)] += row.effective_cost
    order = [name for name in (*services, None, MONTHLY) if name in sums]
    traces = [
        _bar(name, colour(place, name), sums[name], width)
        for place, name in enumerate(order)
    ]
    code = days[0].billing_currency
    unit = "day" if width == 1 else "seven days"
    return _figure(
        traces,
        xaxis=days_axis(),
        yaxis=amounts_axis(f"{code} per {unit}"),
        barmode="relative",
        # The table under the chart names the colours, on paper too.
        showlegend=False,
    )


def anomaly(
    found: Anomaly, days: Sequence[AnomalyDay], around: Sequence[ScopeDay]
) -> Figure:
    """Show what was paid beside what was expected, the anomalous days marked."""
    marked = {row.charge_date: row.actual_cost for row in days}
    paid = _without_gaps(
        {row.charge_date: row.effective_cost for row in around} | marked
    )
    traces = [_band(days), _line(paid), _expected(days), _marks(days)]
    return _figure(
        [trace for trace in traces if trace["x"]],
        xaxis=days_axis(),
        yaxis=amounts_axis(f"{found.billing_currency} per day")
        | {"rangemode": "tozero"},
    )


def drivers(rows: Sequence[Driver], currency: str) -> Figure:
    """Show each contribution to an anomaly as a bar, the largest on top."""
    names = [_driver(row) for row in rows]
    trace = {
        "type": "bar",
        "orientation": "h",
        "width": BAR,
        "x": [float(row.impact) for row in rows],
        "y": [f"{row.rank}" for row in rows],
        "marker": {"color": [EFFECTS.get(row.effect, "@muted") for row in rows]},
        "customdata": names,
        "hovertemplate": "%{customdata}: %{x:,.2f}<extra></extra>",
    }
    ticks = _members() | {"tickvals": trace["y"], "ticktext": names}
    return _figure([trace], xaxis=amounts_axis(currency), yaxis=ticks)


def savings(rows: Sequence[Recommendation], currency: str) -> Figure:
    """Show the monthly saving of each action, split by what the policy said."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    parts: dict[tuple[str | None, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        totals[row.action] += row.saving
        parts[row.decision, row.action] += row.saving
    actions = sorted(totals, key=lambda action: (-totals[action], action))
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "width": BAR,
            "name": wording.verdict(decision),
            "x": [float(parts[decision, action]) for action in actions],
            "y": [_words(action) for action in actions],
            "marker": {"color": VERDICTS[decision]},
            "hovertemplate": "%{y}: %{x:,.2f}<extra>%{fullData.name}</extra>",
        }
        for decision in (*DECISIONS, None)
        if any(part == decision for part, _ in parts)
    ]
    return _figure(
        traces,
        xaxis=amounts_axis(currency),
        yaxis=_members(),
        barmode="stack",
        # Above the bars: below them stands the axis title.
        legend={"y": 1.02, "yanchor": "bottom"},
        showlegend=True,
    )


def _figure(traces: list[dict[str, Any]], **layout: object) -> Figure:
    return {"data": traces, "layout": layout}


def amounts_axis(title: str) -> dict[str, Any]:
    """Return an axis of money: 0.5, 500, 5k, 5M, 5B."""
    return {"title": {"text": label(title)}, "exponentformat": "B"}


def days_axis() -> dict[str, Any]:
    """Return an axis of days."""
    return {"type": "date", "tickformat": "%-d %b\n%Y", "nticks": 8, "showgrid": False}


def _members() -> dict[str, Any]:
    return {"type": "category", "autorange": "reversed", "showgrid": False}


def _words(name: str) -> str:
    return label(name.replace("_", " "))


def colour(place: int, name: str | None) -> str:
    """Return the colour of a service by its place among those that have a name."""
    if name == MONTHLY:
        return "@monthly"
    return "@other" if name is None or place >= COLOURS else f"@c{place + 1}"


def _bar(
    name: str | None, colour: str, sums: dict[date, Decimal], width: int
) -> dict[str, Any]:
    ends = sorted(sums)
    until = "" if width == 1 else "the seven days to "
    return {
        "type": "bar",
        "name": "all other services" if name is None else label(name, 36),
        "x": [end.isoformat() for end in ends],
        "y": [float(sums[end]) for end in ends],
        "marker": {"color": colour},
        "hovertemplate": f"{until}%{{x|%-d %b %Y}}: %{{y:,.2f}}"
        "<extra>%{fullData.name}</extra>",
    }


def _band(rows: Sequence[AnomalyDay]) -> dict[str, Any]:
    """Draw the expected range as bars: gaps between days stay gaps, one day is seen."""
    return {
        "type": "bar",
        "name": "expected range",
        "x": [row.charge_date.isoformat() for row in rows],
        "base": [float(row.expected_low) for row in rows],
        "y": [float(row.expected_high - row.expected_low) for row in rows],
        "width": DAY_MS,
        "marker": {"color": "@band"},
        "hoverinfo": "skip",
    }


def _without_gaps(paid: dict[date, Decimal]) -> dict[date, Decimal]:
    """Set days without a charge to zero, as detection does."""
    if not paid:
        return paid
    length = (max(paid) - min(paid)).days + 1
    span = (min(paid) + timedelta(number) for number in range(length))
    return {on: paid.get(on, ZERO) for on in span}


def _line(paid: dict[date, Decimal]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "paid",
        "x": [on.isoformat() for on in sorted(paid)],
        "y": [float(paid[on]) for on in sorted(paid)],
        "line": {"color": "@paid", "width": 1.6},
        "hovertemplate": "%{x|%-d %b %Y}: %{y:,.2f}<extra>paid</extra>",
    }


def _expected(rows: Sequence[AnomalyDay]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(rows) == 1 else "lines",
        "name": "expected",
        "x": [row.charge_date.isoformat() for row in rows],
        "y": [float(row.expected_cost) for row in rows],
        "line": {"color": "@expected", "width": 1.6, "dash": "dot"},
        "marker": {"color": "@expected", "symbol": "line-ew-open", "size": 10},
        "hovertemplate": "%{x|%-d %b %Y}: %{y:,.2f}<extra>expected</extra>",
    }


def _marks(rows: Sequence[AnomalyDay]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "out of line",
        "x": [row.charge_date.isoformat() for row in rows],
        "y": [float(row.actual_cost) for row in rows],
        "marker": {"color": "@bad", "size": 6},
        "hovertemplate": "%{x|%-d %b %Y}: %{y:,.2f}<extra>out of line</extra>",
    }


def _driver(row: Driver) -> str:
    if row.member is None:
        return "all else"
    is_tag = row.dimension.startswith(TAG)
    name = called(row.dimension, row.member) if is_tag else row.member
    return f"{label(name, 30)} ({_words(row.effect)})"
