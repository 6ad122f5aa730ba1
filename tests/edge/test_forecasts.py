"""Forecasts and budgets on a real warehouse."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import duckdb
import numpy as np
import pytest

from tasks.core.errors import UnknownSetting
from tasks.core.forecasting import predictions
from tasks.core.forecasting.declaration import Budget, Forecasting
from tasks.edge.database import warehouse
from tasks.edge.detection import forecasts
from tasks.edge.reporting import outlook
from tasks.edge.settings import Settings, load
from tests.edge.test_findings import DAYS, START, fill, series_rows, table

NEWEST = START + timedelta(days=DAYS - 1)  # 19 July 2025
MORNING = datetime(2025, 7, 20, 6, tzinfo=UTC)
FEW = Forecasting(rehearsals=8)

TABLES = ("forecasts", "forecast_totals", "budgets")


def budget(amount, name="all", **given):
    return Budget(name=name, amount=amount, currency="USD", **given)


def settings_of(tmp_path, *budgets, **given):
    return Settings(
        database=str(tmp_path / "w.duckdb"), budgets=budgets, forecast=FEW, **given
    )


def company(days=DAYS, **given):
    """Two services that cost about 177 a day each."""
    rng = np.random.default_rng(1)
    rows = series_rows(rng, days, service="EC2", **given)
    return rows + series_rows(rng, days, service="S3", **given)


def forecast(settings, as_of=MORNING, **given):
    from tasks.forecast import forecast_costs

    return forecast_costs.fn(settings, as_of=as_of, **given)


def everything(settings):
    """Return all rows that a forecast writes."""
    found = {name: sorted(table(settings, f"FROM findings.{name}")) for name in TABLES}
    found["events"] = sorted(
        table(settings, "SELECT event_id, revision FROM ops.events")
    )
    return found


def events(settings):
    return [
        kind.split(".")[3]
        for (kind,) in table(
            settings,
            "SELECT event_type FROM ops.events WHERE event_type LIKE '%budget%'"
            " ORDER BY occurred_at, revision",
        )
    ]


@pytest.fixture
def settings(tmp_path):
    made = settings_of(tmp_path, budget(5_000), budget(1_000_000, "roomy"))
    fill(made, company(), known_at=MORNING)
    return made


def test_series_are_forecast_day_by_day(settings):
    """Every series has each of the days to come, about as dear as those before."""
    assert forecast(settings).series == 2
    rows = table(
        settings,
        "SELECT service_name, min(charge_date), max(charge_date), count(*),"
        " avg(expected_cost), bool_and(low_95 <= low_80 AND low_80 <= expected_cost"
        " AND expected_cost <= high_80 AND high_80 <= high_95)"
        " FROM findings.forecasts GROUP BY ALL ORDER BY ALL",
    )
    assert [row[0] for row in rows] == ["EC2", "S3"]
    for _, first, last, count, mean, is_nested in rows:
        assert (first, count, is_nested) == (NEWEST + timedelta(days=1), 92, True)
        assert last >= date(2025, 9, 30)
        assert mean == pytest.approx(177, rel=0.1)


def test_so_far_is_what_bills_show(settings):
    """The cost so far is the exact sum of the month's charges."""
    forecast(settings)
    [(actual,)] = table(
        settings,
        "SELECT actual_cost FROM findings.forecast_totals"
        " WHERE level = 'total' AND period = 'month'",
    )
    assert actual == sum(
        Decimal(row["effective_cost"])
        for row in company()
        if row["charge_date"] >= date(2025, 7, 1)
    )


def test_a_month_is_met(settings):
    """The month's total lies in the interval that was given on the nineteenth."""
    forecast(settings)
    [(low, high)] = table(
        settings,
        "SELECT low_95, high_95 FROM findings.forecast_totals"
        " WHERE level = 'total' AND period = 'month'",
    )
    whole = sum(
        Decimal(row["effective_cost"])
        for row in company(days=212)
        if row["charge_date"] >= date(2025, 7, 1)
    )
    assert low <= whole <= high


def test_running_twice_changes_nothing(settings):
    """The same bills give the same rows, and nobody is told again."""
    forecast(settings)
    before = everything(settings)
    assert before["events"] != []
    forecast(settings, as_of=MORNING + timedelta(hours=5))
    assert everything(settings) == before


def test_what_is_not_known_yet_does_not_count(settings):
    """A bill that arrives later changes nothing of what was forecast before."""
    forecast(settings)
    before = everything(settings)
    later = company(days=DAYS + 10, spikes={DAYS + 2: 50.0})
    fill(settings, later, known_at=MORNING + timedelta(days=10), version=2)
    forecast(settings)
    assert everything(settings) == before


def test_all_or_nothing(settings):
    """When events cannot be written, no forecast and no standing is either."""
    with warehouse.connect(settings.database) as con:
        known = forecasts.load(con, settings, MORNING)
        made = predictions.predict(
            known.books,
            known.spent,
            settings.budgets,
            settings.forecast,
            closed_after=10,
            known_on=known.known_at.date(),
        )
        con.execute("DROP TABLE ops.events")
        with pytest.raises(duckdb.CatalogException):
            forecasts.save(con, made, known, FEW, as_of=MORNING, is_muted=False)
        for name in TABLES:
            assert con.execute(f"SELECT * FROM findings.{name}").fetchall() == []


def test_a_budget_is_told_when_it_changes(tmp_path):
    """At risk, then a threshold, then breached: each is told once, on its day."""
    asked = budget(9_000, alert_actual_pct=(50.0,))
    settings = settings_of(tmp_path, asked)
    for version, days in enumerate((191, 192, 199, 200, 211, 212), start=1):
        known_at = datetime.combine(
            START + timedelta(days=days), datetime.min.time(), UTC
        )
        fill(settings, company(days=days), known_at=known_at, version=version)
        forecast(settings, as_of=known_at)
    assert events(settings) == ["at_risk", "threshold_reached", "breached"]
    statuses = table(
        settings, "SELECT status, revision FROM findings.budgets ORDER BY made_on"
    )
    assert statuses == [
        *(("at_risk", 1), ("at_risk", 1), ("at_risk", 2)),
        *(("at_risk", 2), ("breached", 3), ("breached", 3)),
    ]


def test_a_budget_that_recovers_is_told(tmp_path):
    """A bill that takes cost back on the same day ends a breach, and says so."""
    settings = settings_of(tmp_path, budget(9_000))
    dear = company(spikes={190: 40.0})
    fill(settings, dear, known_at=MORNING)
    forecast(settings)
    fill(settings, company(days=DAYS), known_at=MORNING + timedelta(hours=1), version=2)
    roomy = settings.model_copy(update={"budgets": (budget(20_000),)})
    forecast(roomy, as_of=MORNING + timedelta(hours=2))
    assert events(settings) == ["breached", "recovered"]


def test_a_look_back_tells_nobody(settings):
    """Events of a backfill are kept, but delivered to no sink."""
    forecast(settings, is_muted=True)
    muted = table(settings, "SELECT DISTINCT is_muted FROM ops.events")
    assert muted == [(True,)]


def test_an_incomplete_day_is_no_cheap_day(tmp_path):
    """What a day lacks that is still arriving is expected, not missed."""
    settings = settings_of(tmp_path)
    rows = company()
    for row in rows:
        if row["charge_date"] >= NEWEST - timedelta(days=1):
            row["effective_cost"] = row["billed_cost"] = "1"
    fill(settings, rows, known_at=datetime(2025, 7, 19, 20, tzinfo=UTC))
    forecast(settings)
    query = (
        "SELECT expected_cost FROM findings.forecast_totals"
        " WHERE level = 'total' AND period = 'month'"
    )
    [(low,)] = table(settings, query)
    assert float(low) == pytest.approx(31 * 2 * 177, rel=0.05)


def test_billed_cost_is_forecast_where_a_budget_asks(tmp_path):
    """A budget of billed cost counts billed cost."""
    settings = settings_of(tmp_path, budget(5_000, cost="billed"))
    rows = [row | {"billed_cost": "10"} for row in company()]
    fill(settings, rows, known_at=MORNING)
    forecast(settings)
    [(actual, expected)] = table(
        settings, "SELECT actual_cost, expected_cost FROM findings.budgets"
    )
    assert actual == 19 * 2 * 10
    assert float(expected) == pytest.approx(31 * 2 * 10, rel=0.01)


def test_currencies_stay_apart(tmp_path):
    """Two currencies have two totals, and a budget counts its own alone."""
    settings = settings_of(tmp_path, budget(50_000))
    rows = company() + [
        row | {"billing_currency": "EUR", "sub_account_id": "2"} for row in company()
    ]
    fill(settings, rows, known_at=MORNING)
    forecast(settings)
    totals = table(
        settings,
        "SELECT billing_currency, actual_cost FROM findings.forecast_totals"
        " WHERE level = 'total' AND period = 'month' ORDER BY ALL",
    )
    assert [code for code, _ in totals] == ["EUR", "USD"]
    assert totals[0][1] == totals[1][1]
    [(actual,)] = table(settings, "SELECT actual_cost FROM findings.budgets")
    assert actual == totals[1][1]


def test_a_few_days_give_no_forecast(tmp_path):
    """With less than two weeks of bills nothing is claimed."""
    settings = settings_of(tmp_path, budget(5_000))
    fill(settings, company(days=10), known_at=MORNING)
    assert forecast(settings).series == 0
    assert everything(settings) == {
        **{name: [] for name in TABLES},
        "events": [],
    }


def test_old_daily_forecasts_are_dropped(tmp_path):
    """Daily rows are kept for so many days; totals are kept for good."""
    settings = settings_of(tmp_path)
    settings = settings.model_copy(
        update={"forecast": FEW.model_copy(update={"keep_days": 5})}
    )
    for version, days in enumerate((180, 183, 190), start=1):
        known_at = datetime.combine(
            START + timedelta(days=days), datetime.min.time(), UTC
        )
        fill(settings, company(days=days), known_at=known_at, version=version)
        forecast(settings, as_of=known_at)
    count = "SELECT count(DISTINCT made_on) FROM findings."
    assert table(settings, f"{count}forecasts") == [(1,)]
    assert table(settings, f"{count}forecast_totals") == [(3,)]


def test_people_read_the_newest(settings):
    """What is shown is the newest forecast, the current month after an open one."""
    forecast(settings)
    found = outlook.load(settings)
    assert {one.made_on for one in found.totals} == {NEWEST}
    assert [one.name for one in found.budgets] == ["all", "roomy"]


def test_two_budgets_of_a_name_are_refused(tmp_path):
    """A name that is there twice is a mistake in the settings file."""
    one = "[[budgets]]\nname = 'x'\namount = '5'\ncurrency = 'USD'\n"
    path = tmp_path / "settings.toml"
    path.write_text(one)
    assert load(path).budgets[0].amount == 5
    path.write_text(one + one)
    with pytest.raises(UnknownSetting, match="two budgets are called 'x'"):
        load(path)


def test_a_float_in_the_settings_is_exact(tmp_path):
    """An amount that is written as a number is that number."""
    path = tmp_path / "settings.toml"
    path.write_text("[[budgets]]\nname = 'x'\namount = 0.1\ncurrency = 'USD'\n")
    assert load(path).budgets[0].amount == Decimal("0.1")


def test_budgets_answer_people_and_machines(settings, tmp_path, capsys):
    """The command shows how budgets stand; --json gives amounts as text."""
    from flows.cli import execute

    forecast(settings)
    config = tmp_path / "settings.toml"
    config.write_text("[[budgets]]\nname = 'all'\namount = 5000\ncurrency = 'USD'\n")
    given = ["--database", settings.database, "--config", str(config)]
    assert execute(["budgets", *given]) == 0
    assert "breached" in capsys.readouterr().out
    assert execute(["budgets", *given, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)["answer"][0]
    assert (answer["name"], answer["status"]) == ("all", "breached")
    assert answer["amount"].startswith("5000")


def test_the_report_shows_what_is_to_come(settings):
    """The page has the month's chart with both intervals, and the budgets."""
    from tasks.edge.reporting import report

    forecast(settings)
    with warehouse.connect(settings.database) as con:
        page = report.render(report.load(con))
    assert "What is to come" in page
    assert 'id="ahead-USD"' in page
    figures = json.loads(page.partition('id="figures">')[2].partition("</script>")[0])
    names = [trace["name"] for trace in figures["ahead-USD"]["data"]]
    assert names == [
        *("95% interval", "80% interval", "paid so far", "expected"),
        *("budget all", "budget roomy"),
    ]
    paid, ahead = figures["ahead-USD"]["data"][2:4]
    assert paid["x"][-1] == ahead["x"][0] == NEWEST.isoformat()
    assert ahead["x"][-1] == "2025-07-31"
