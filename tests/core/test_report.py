"""The numbers and figures of the report, from rows made up here."""

from datetime import date, timedelta
from decimal import Decimal

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.core.reporting import charts, report
from tasks.core.reporting.rows import (
    MONTHLY,
    Anomaly,
    AnomalyDay,
    Driver,
    Facts,
    Recommendation,
    ScopeDay,
    ServiceDay,
)

LAST = date(2026, 3, 31)


def spent(
    back: int, cost: str, service: str | None = "Storage", **others
) -> ServiceDay:
    values = {"billing_currency": "USD", "has_usage": True} | others
    return ServiceDay(
        charge_date=LAST - timedelta(back),
        service_name=service,
        effective_cost=Decimal(cost),
        **values,
    )


def found(anomaly_id: str = "a", **others) -> Anomaly:
    values = {
        "status": "confirmed",
        "kind": "spike",
        "direction": "up",
        "severity": "high",
        "provider": "AWS",
        "billing_account_id": "1",
        "sub_account_id": "2",
        "service_name": "Storage",
        "region_id": None,
        "resource_id": None,
        "charge_kind": "usage",
        "first_date": LAST,
        "last_date": LAST,
        "billing_currency": "USD",
        "actual_cost": Decimal(30),
        "expected_cost": Decimal(10),
        "impact": Decimal(20),
        "impact_pct": 200.0,
        "lasting_cost": None,
        "detector": "seasonal",
        "explanation": None,
    }
    return Anomaly(anomaly_id=anomaly_id, **(values | others))


def advised(number: int, saving: str | None, **others) -> Recommendation:
    values = {
        "action": "stop_instance",
        "provider": "AWS",
        "sub_account_id": None,
        "region_id": None,
        "resource_id": f"i-{number}",
        "environment": None,
        "current": None,
        "proposed": None,
        "billing_currency": "USD",
        "monthly_cost": Decimal(100),
        "risk": "low",
        "evidence": None,
        "decision": None,
        "reasons": [],
        "phase": None,
        "workflow_name": None,
    }
    amount = None if saving is None else Decimal(saving)
    return Recommendation(
        recommendation_id=f"r{number}", monthly_saving=amount, **(values | others)
    )


def drawn(figure: charts.Figure) -> go.Figure:
    """Let plotly check a figure; colours of the page stand in for real ones."""

    def coloured(value):
        if isinstance(value, dict):
            return {key: coloured(one) for key, one in value.items()}
        if isinstance(value, list):
            return [coloured(one) for one in value]
        return "#123456" if isinstance(value, str) and value[:1] == "@" else value

    return go.Figure(coloured(figure))


def test_headline_compares_thirty_days_with_the_thirty_before():
    """Day 30 back belongs to the earlier window, and day 60 back to none."""
    rows = [spent(0, "1"), spent(29, "2"), spent(30, "4"), spent(59, "8")]
    [usd] = report.currencies(Facts(service_days=[*rows, spent(60, "16")]))
    assert (usd.until, usd.total.spend, usd.total.earlier) == (LAST, 3, 12)
    assert (usd.total.change, usd.total.change_pct) == (-9, -75)


def test_headline_compares_only_whole_windows():
    """A bill of forty days has no thirty days before the newest thirty."""
    [usd] = report.currencies(Facts(service_days=[spent(0, "1"), spent(40, "5")]))
    assert (usd.total.earlier, usd.total.change, usd.total.change_pct) == (None,) * 3


def test_new_service_grew_from_nothing():
    """A service that was not there before has an earlier spend of zero."""
    rows = [spent(0, "7", "New"), spent(0, "1"), spent(59, "1")]
    [usd] = report.currencies(Facts(service_days=rows))
    new = usd.services[0]
    assert (new.service_name, new.earlier, new.change) == ("New", 0, 7)
    assert new.change_pct is None


def test_monthly_charges_stand_apart():
    """Tax and fees are told after all services, whatever they cost."""
    rows = [spent(0, "900", MONTHLY), spent(0, "5", None), spent(0, "1", "Small")]
    [usd] = report.currencies(Facts(service_days=rows))
    assert [one.service_name for one in usd.services] == ["Small", None, MONTHLY]
    figure = charts.spend_by_service(rows, ["Small"])
    assert [trace["marker"]["color"] for trace in figure["data"]] == [
        "@c1",
        "@other",
        "@monthly",
    ]


def test_fee_of_a_day_to_come_does_not_move_the_window():
    """The newest window ends with the newest usage, not with a fee dated later."""
    rows = [spent(5, "1"), spent(-9, "50", has_usage=False)]
    [usd] = report.currencies(Facts(service_days=rows))
    assert (usd.until, usd.total.spend) == (LAST - timedelta(5), 1)


def test_currencies_are_never_added():
    """Each currency has its own spend, anomalies and savings."""
    facts = Facts(
        service_days=[spent(0, "5"), spent(0, "70", billing_currency="EUR")],
        anomalies=[found(), found("b", billing_currency="EUR", impact=Decimal(-3))],
        recommendations=[advised(1, "9"), advised(2, "4", billing_currency="EUR")],
    )
    told = [
        (one.code, one.total.spend, one.open_impact, one.saving)
        for one in report.currencies(facts)
    ]
    assert told == [("EUR", 70, -3, 4), ("USD", 5, 20, 9)]


def test_only_open_anomalies_count():
    """Resolved and retracted anomalies ask nobody for anything."""
    states = ["provisional", "confirmed", "resolved", "retracted"]
    facts = Facts(anomalies=[found(state, status=state) for state in states])
    [usd] = report.currencies(facts)
    assert (usd.open_anomalies, usd.open_impact) == (2, 40)


def test_most_urgent_anomaly_comes_first():
    """Open before closed, grave before slight, dear before cheap; retracted never."""
    anomalies = [
        found("closed", status="resolved", severity="critical"),
        found("cheap", impact=Decimal(1)),
        found("saving", impact=Decimal(-900)),
        found("odd", severity="unheard of"),
        found("gone", status="retracted"),
        found("grave", severity="critical"),
    ]
    order = [one.anomaly_id for one in report.charted(anomalies)]
    assert order == ["grave", "saving", "cheap", "odd", "closed"]


def test_every_recommendation_is_in_one_verdict():
    """What the policy said splits all savings, also those not yet judged."""
    rows = [
        advised(1, "5", decision="allow"),
        advised(2, "7", decision="deny"),
        advised(3, None, decision="deny"),
        advised(4, "1"),
    ]
    [usd] = report.currencies(Facts(recommendations=rows))
    told = [(one.decision, one.count, one.saving) for one in usd.verdicts]
    assert told == [("allow", 1, 5), ("deny", 2, 7), (None, 1, 1)]


def test_objections_are_counted():
    """The objection met most often stands first."""
    rows = [advised(1, "1", reasons=["b", "a"]), advised(2, "1", reasons=["b"])]
    assert report.objections(rows) == [("b", 2), ("a", 1)]


amounts = st.decimals(-9999, 9999, places=4)
days = st.builds(
    spent,
    back=st.integers(0, 500),
    cost=amounts.map(str),
    service=st.sampled_from(["EC2", "Storage", None]),
)


@given(st.lists(days, min_size=1, max_size=60))
def test_bars_add_up_to_the_bill(rows):
    """However the days are grouped, the bars sum to what the days sum to."""
    figure = charts.spend_by_service(rows, ["EC2", "Storage"])
    bars = sum(sum(trace["y"]) for trace in figure["data"])
    assert bars == pytest.approx(float(sum(row.effective_cost for row in rows)))


def test_a_month_has_a_bar_a_day_and_a_year_a_bar_a_week():
    """Bars are days while they can be told apart, then seven days each."""
    month = charts.spend_by_service([spent(n, "1") for n in range(31)], ["Storage"])
    year = charts.spend_by_service([spent(n, "1") for n in range(364)], ["Storage"])
    assert [len(one["data"][0]["x"]) for one in (month, year)] == [31, 52]
    assert set(year["data"][0]["y"]) == {7.0}


def test_figures_are_what_plotly_expects():
    """Plotly accepts every figure, credits and all else included."""
    day = AnomalyDay("a", LAST, *(Decimal(n) for n in (30, 10, 8, 12)))
    why = [
        Driver("a", 1, "resource", "i-1", "usage", Decimal(25)),
        Driver("a", 2, "other", None, "credit", Decimal(-5)),
    ]
    around = [ScopeDay("a", LAST - timedelta(3), Decimal(9))]
    rows = [advised(1, "5", decision="allow"), advised(2, None)]
    for figure in (
        charts.spend_by_service([spent(0, "-5"), spent(0, "1", None)], ["Storage"]),
        charts.anomaly(found(), [day], around),
        charts.anomaly(found(), [day], []),
        charts.drivers(why, "USD"),
        charts.savings(rows, "USD"),
    ):
        assert drawn(figure).data


def test_days_without_a_charge_cost_nothing():
    """The line of what was paid falls to zero on days that the series lacks."""
    day = AnomalyDay("a", LAST, *(Decimal(n) for n in (30, 10, 8, 12)))
    around = [ScopeDay("a", LAST - timedelta(3), Decimal(9))]
    figure = charts.anomaly(found(), [day], around)
    [paid] = [trace for trace in figure["data"] if trace["name"] == "paid"]
    assert paid["y"] == [9.0, 0.0, 0.0, 30.0]


@given(st.text(max_size=80))
def test_no_markup_reaches_a_chart(text):
    """A label never opens a tag, whatever a bill calls its resources."""
    assert "<" not in charts.label(text)
