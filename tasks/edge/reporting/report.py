"""The report: one HTML file that opens without a network.

What comes from a bill is foreign: the templates escape it, and chart texts are escaped
once more for plotly.js.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import jinja2

from tasks.core.reporting import charts, fan, outlook, report, rows, wording
from tasks.edge.database import queries, warehouse
from tasks.edge.people import changes
from tasks.edge.reporting import outlook as newest
from tasks.edge.reporting import overview, pages
from tasks.edge.settings import Settings

INNER_CAPITAL = re.compile(r"\B(?=[A-Z])")

# Kinds of charges as people call them.
CHARGES = {
    "commitment": "commitments",
    "credit": "credits",
    "fee": "fees",
    "refund": "refunds",
}
# Thirteen months and some days: each month beside its namesake of the year before.
SPEND = {"days": 400, "top": charts.COLOURS, "monthly": rows.MONTHLY}
DAYS_BEFORE = 60
DAYS_AFTER = 14

# A table that is longer than this is better read in the warehouse.
MOST_ROWS = 40
# As many anomalies are seen at once; the others wait behind a line that opens.
MOST_CARDS = 10

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Reported:
    """Where the report lies."""

    path: str


def write(settings: Settings) -> Reported:
    """Write the report of a warehouse, replacing the one before it as a whole.

    The same tables give the same bytes.

    Raises:
        NothingThere: There is no warehouse.
        WarehouseBusy: A run kept it for longer than we were told to wait.
    """
    warehouse.require(settings.database)
    # Waits for its turn as a writer does, and finds every table that this version has.
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        facts = replace(load(con), youth=overview.youth(con, settings))
    pages.save(settings.report_path, render(facts))
    return Reported(path=str(settings.report_path))


def load(con: warehouse.Connection) -> rows.Facts:
    """Read all that the report tells; a warehouse without bills gives empty facts."""
    anomalies = _rows(con, "anomalies", rows.Anomaly)
    ids = {"anomaly_ids": [one.anomaly_id for one in report.charted(anomalies)]}
    is_aggregated = _has_series(con)
    return rows.Facts(
        service_days=_rows(con, "service_days", rows.ServiceDay, **SPEND)
        if is_aggregated
        else [],
        spend_kinds=_rows(con, "spend_kinds", rows.SpendKind, days=report.WINDOW.days)
        if is_aggregated
        else [],
        anomalies=anomalies,
        anomaly_days=_rows(con, "anomaly_days", rows.AnomalyDay, **ids),
        scope_days=_scope_days(con, ids["anomaly_ids"]) if is_aggregated else [],
        anomaly_drivers=_rows(con, "anomaly_drivers", rows.Driver, **ids),
        changes=[
            rows.Change(key, **change)
            for key, found in changes.near(con, ids["anomaly_ids"]).items()
            for change in found
        ],
        recommendations=_rows(con, "recommendations", rows.Recommendation),
        abstentions=_rows(con, "abstentions", rows.Abstention),
        bills=_rows(con, "bills", rows.Bill),
        checks=_rows(con, "checks", rows.Check),
        quarantined=_rows(con, "quarantined", rows.Quarantined),
        forecast_days=_rows(con, "forecast_days", rows.ForecastDay),
        outlook=newest.read(con),
    )


def render(facts: rows.Facts) -> str:
    """Return the page of these facts."""
    return pages.render(
        _environment(),
        "report.html.j2",
        _figures(facts),
        facts=facts,
        currencies=report.currencies(facts),
        anomalies=report.charted(facts.anomalies),
        monthly=rows.MONTHLY,
        outlook=facts.outlook,
        ahead=outlook.months(facts.outlook),
        groups=report.by_action(facts.recommendations),
        objections=report.objections(facts.recommendations),
        drivers=_grouped(facts.anomaly_drivers),
        changes=_grouped(facts.changes),
    )


def _scope_days(
    con: warehouse.Connection, anomaly_ids: list[str]
) -> list[rows.ScopeDay]:
    """Return what the scopes of anomalies cost: their own series, or all below."""
    around = {"days_before": DAYS_BEFORE, "days_after": DAYS_AFTER}
    own = _rows(con, "scope_days", rows.ScopeDay, anomaly_ids=anomaly_ids, **around)
    others = list({*anomaly_ids} - {day.anomaly_id for day in own})
    if not others:
        return own
    return own + _rows(con, "wider_days", rows.ScopeDay, anomaly_ids=others, **around)


def _rows(
    con: warehouse.Connection, name: str, row: type[Row], **values: object
) -> list[Row]:
    result = queries.run(con, f"report/{name}", **values)
    columns = [column[0] for column in result.description or []]
    return [row(**dict(zip(columns, one, strict=True))) for one in result.fetchall()]


def _has_series(con: warehouse.Connection) -> bool:
    """Tell whether any bill was normalised: that is what makes the view."""
    found = con.execute(
        "SELECT count(*) FROM duckdb_views()"
        " WHERE schema_name = 'series' AND view_name = 'daily_cost'"
    ).fetchall()
    return bool(found[0][0])


def _figures(facts: rows.Facts) -> dict[str, charts.Figure]:
    """Return every figure under the id of its place in the page."""
    figures = {}
    for one in report.currencies(facts):
        spent = [r for r in facts.service_days if r.billing_currency == one.code]
        advice = [r for r in facts.recommendations if r.billing_currency == one.code]
        names = [
            move.service_name
            for move in one.services
            if move.service_name not in (None, rows.MONTHLY)
        ]
        if spent:
            figures[f"spend-{one.code}"] = charts.spend_by_service(spent, names)
        if any(row.saving for row in advice):
            figures[f"savings-{one.code}"] = charts.savings(advice, one.code)
    return figures | _fans(facts) | _anomaly_figures(facts)


def _fans(facts: rows.Facts) -> dict[str, charts.Figure]:
    figures = {}
    for one in outlook.months(facts.outlook):
        code = one.billing_currency
        figures[f"ahead-{code}"] = fan.fan(
            one,
            [row for row in facts.service_days if row.billing_currency == code],
            [row for row in facts.forecast_days if row.billing_currency == code],
            outlook.limits(facts.outlook, one),
        )
    return figures


def _anomaly_figures(facts: rows.Facts) -> dict[str, charts.Figure]:
    days = _grouped(facts.anomaly_days)
    around = _grouped(facts.scope_days)
    why = _grouped(facts.anomaly_drivers)
    figures = {}
    for one in report.charted(facts.anomalies):
        key = one.anomaly_id
        if key in days:
            figures[f"anomaly-{key}"] = charts.anomaly(one, days[key], around[key])
        if key in why:
            figures[f"drivers-{key}"] = charts.drivers(why[key], one.billing_currency)
    return figures


def _grouped(members: Iterable[Any]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for member in members:
        groups[member.anomaly_id].append(member)
    return groups


def _environment() -> jinja2.Environment:
    environment = pages.environment()
    for function in (
        wording.amount,
        wording.number,
        wording.percent,
        wording.day,
        wording.scope,
        wording.shorten,
    ):
        environment.filters[function.__name__] = function
    environment.filters["words"] = lambda name: name.replace("_", " ")
    environment.filters["phase"] = lambda name: INNER_CAPITAL.sub(" ", name).lower()
    environment.filters["span"] = lambda ends: wording.days(*ends)
    environment.filters["charges"] = lambda kind: CHARGES.get(kind, kind)
    environment.filters["verdict"] = wording.verdict
    environment.filters["count_actions"] = _count_actions
    environment.globals["most_rows"] = MOST_ROWS
    environment.globals["most_cards"] = MOST_CARDS
    environment.globals["colour"] = charts.colour
    environment.globals["interval"] = outlook.interval
    return environment


def _count_actions(groups: Iterable[tuple[str, str]], currency: str) -> int:
    return sum(code == currency for _, code in groups)
