"""Budgets: how they stand, and what is told of them."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from pydantic import ValidationError
from worlds import book, quiet

from tasks.core.findings.anomalies import Scope
from tasks.core.forecasting import budgets, predictions, scopes
from tasks.core.forecasting.declaration import Budget, Forecasting

SCHEMAS = Path(__file__).parents[2] / "deployments" / "events"
NOW = datetime(2025, 10, 11, tzinfo=UTC)
START = date(2025, 1, 1)
DAYS = (date(2025, 10, 10) - START).days + 1
FEW = Forecasting(rehearsals=10)


def made(asked, *, rows=3, currency="USD"):
    """Predict a quiet company of 100 a day and series, up to 10 October."""
    costs = quiet(rows=rows, days=DAYS, noise=0.02)
    costs = 100 * costs / costs[:, -28:].mean(axis=1, keepdims=True)
    owned = [
        Scope("AWS", "payer", f"a{row}", "EC2", "eu-west-1", "usage", currency)
        for row in range(rows)
    ]
    laid = book(costs, scopes=owned)
    spans = predictions.told_spans(laid.panel.day(DAYS - 1), 10, asked)
    spent = {
        span: {
            scope: sum(
                (
                    laid.amounts(row, column)
                    for column in range(DAYS)
                    if span.first_date <= laid.panel.day(column) <= span.last_date
                ),
                Decimal(0),
            )
            for row, scope in enumerate(owned)
        }
        for span in spans
    }
    return predictions.predict(
        {"effective": laid},
        {"effective": spent},
        asked,
        FEW,
        closed_after=10,
        known_on=laid.panel.day(DAYS - 1),
    )


def standing(amount, **given):
    """Return how a budget of October over everything stands on the tenth."""
    asked = Budget(name="all", amount=amount, currency="USD", **given)
    return made([asked]).standings[-1]


def test_a_budget_with_room_is_ok():
    """Twice what is expected is enough: no risk, no day."""
    found = standing(20_000)
    assert (found.status, found.breach_date, found.forecast_pct) == ("ok", None, None)
    assert found.probability < 0.05
    assert found.amounts.expected_cost == pytest.approx(
        Decimal(9_300), rel=Decimal("0.1")
    )


def test_a_budget_at_risk_names_the_day():
    """Half of what is expected is passed about the middle of the month."""
    found = standing(5_000)
    assert found.status == "at_risk"
    assert found.probability > 0.95
    assert date(2025, 10, 13) <= found.breach_date <= date(2025, 10, 20)


def test_a_breached_budget_names_the_day():
    """A thousand is passed on the fourth day of three hundred each."""
    found = standing(1_000)
    assert (found.status, found.probability) == ("breached", 1.0)
    assert found.breach_date == date(2025, 10, 4)
    assert found.actual_pct == 100.0


def test_the_chance_says_how_sure_a_close_call_is():
    """At what is expected a breach is about as likely as not."""
    expected = standing(20_000).amounts.expected_cost
    found = standing(expected, min_probability=0.1)
    assert 0.05 < found.probability < 0.95
    assert found.status == "at_risk"


def test_other_currencies_are_not_in_it():
    """A budget in euros says that no charge is in its scope where all are dollars."""
    asked = Budget(name="all", amount=1, currency="EUR")
    found = made([asked]).standings[-1]
    assert (found.series, found.status, found.probability) == (0, "ok", 0.0)
    assert "no charge is in its scope" in budgets.sentence(found)


def test_currencies_are_never_added_up():
    """Each currency has sums of its own at every level."""
    owned = [
        Scope("AWS", "p", "a", "EC2", None, "usage", currency)
        for currency in ("USD", "EUR", "USD")
    ]
    found = scopes.summed(owned)
    totals = {one.billing_currency: one.rows.tolist() for one in found[:2]}
    assert totals == {"EUR": [1], "USD": [0, 2]}
    for one in found:
        assert {owned[row].billing_currency for row in one.rows} == {
            one.billing_currency
        }


def test_scopes_narrow():
    """Every column that a budget names must be met."""
    owned = [
        Scope("AWS", "p", account, service, None, "usage", "USD")
        for account in "ab"
        for service in ("EC2", "S3")
    ]
    asked = Budget(
        name="x", amount=1, currency="USD", sub_account_id="b", service_name="S3"
    )
    assert scopes.of_budget(owned, asked).tolist() == [3]


def test_sums_of_a_level_add_up():
    """Accounts, services and providers each add up to everything."""
    found = made([])
    month = [one for one in found.totals if one.span.name == "2025-10"]
    by_level = {}
    for one in month:
        level = one.summed.level
        by_level[level] = by_level.get(level, 0) + one.amounts.expected_cost
    assert set(by_level) == set(scopes.LEVELS)
    for total in by_level.values():
        assert float(total) == pytest.approx(float(by_level["total"]), abs=1e-4)


def test_a_month_is_told_until_it_is_closed():
    """In the first days of a month its predecessor still counts; later it does not."""
    first = predictions.spans(date(2026, 1, 9), 10, ["month", "quarter", "year"])
    assert [span.name for span in first] == [
        *("2025-12", "2026-01", "2025-Q4", "2026-Q1", "2025", "2026")
    ]
    later = predictions.spans(date(2026, 1, 10), 10, ["month"])
    assert [span.name for span in later] == ["2026-01"]


def with_status(status, actual=None, ahead=None, probability=0.0):
    """Return a standing as a run would find it."""
    found = standing(20_000)
    return budgets.Standing(
        budget=found.budget,
        span=found.span,
        made_on=found.made_on,
        series=3,
        amounts=found.amounts,
        probability=probability,
        breach_date=None,
        status=status,
        actual_pct=actual,
        forecast_pct=ahead,
    )


def test_each_change_is_told_once():
    """ok, at risk, a threshold, breached, ok again: one event each, repeats none."""
    told, before = [], None
    course = [
        *(("ok", None, None), ("at_risk", None, 100.0), ("at_risk", None, 100.0)),
        *(("at_risk", 80.0, 100.0), ("breached", 100.0, 100.0), ("ok", 80.0, None)),
        ("ok", None, None),
    ]
    for status in course:
        now = with_status(*status)
        told += budgets.event_of(now, before, NOW)
        before = (budgets.revision(now, before), now.told)
    kinds = [one.event_type.split(".")[3] for one in told]
    assert kinds == ["at_risk", "threshold_reached", "breached", "recovered"]
    assert len({one.event_id for one in told}) == 4
    assert [one.revision for one in told] == [1, 2, 3, 4]


def test_the_event_meets_its_schema():
    """The data of an event of a budget is what the published schema says."""
    [told] = budgets.event_of(standing(5_000), None, NOW)
    payload = json.loads(told.payload)
    schema = json.loads((SCHEMAS / "budget.v1.schema.json").read_text())
    assert payload["dataschema"] == schema["$id"]
    assert payload["type"] == "io.costwarden.budget.at_risk.v1"
    checker = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.FormatChecker()
    )
    assert list(checker.iter_errors(payload["data"])) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"currency": "usd"},
        {"amount": 0},
        {"alert_actual_pct": [0]},
        {"service": "EC2"},
        {"period": "week"},
    ],
)
def test_a_wrong_budget_is_refused(wrong):
    """A budget that could never be met, or that nobody would read, is a mistake."""
    with pytest.raises(ValidationError):
        Budget(**({"name": "x", "amount": 1, "currency": "USD"} | wrong))


def test_amounts_stay_as_they_are_written():
    """1000.1 in the settings is 1000.1, though no binary number is."""
    assert Budget(name="x", amount=1000.1, currency="USD").amount == Decimal("1000.1")


def test_series_and_days_lie_after_the_newest_day():
    """The first day that is forecast is the day after the newest bill's."""
    found = made([])
    assert found.days.first_date == date(2025, 10, 11)
    assert found.days.band.expected.shape == (3, 92)
    assert np.isfinite(found.days.band.low_95).all()
