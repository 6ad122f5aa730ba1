"""Daily figures as they are read from a real warehouse."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from tasks.core.errors import UnknownSetting
from tasks.core.events import event
from tasks.core.figures.series import DAILY, SCOPE
from tasks.edge.database import warehouse
from tasks.edge.delivery import kinds, outbox
from tasks.edge.delivery.declaration import VictoriaMetrics
from tasks.edge.reporting import figures
from tasks.edge.settings import Settings
from tests.edge.test_findings import DAYS, START, detect, fill, series_rows, table
from tests.edge.test_forecasts import FEW, budget, forecast

NOW = datetime(2025, 12, 2, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    made = Settings(
        database=str(tmp_path / "w.duckdb"), budgets=(budget(5_000),), forecast=FEW
    )
    rng = np.random.default_rng(1)
    rows = series_rows(rng, DAYS, service="EC2", spikes={150: 4.0, 180: 5.0})
    rows += series_rows(rng, DAYS, service="S3")
    rows += series_rows(rng, 20, service="Gone")
    fill(made, rows)
    return made


def load(settings, max_series=10_000, now=NOW):
    """Return the figures by metric."""
    with warehouse.connect(settings.database) as con:
        loaded = figures.load(con, settings.detect, now, max_series)
    found = {}
    for one in (*loaded.figures, *figures.expected(loaded, settings.detect)):
        found.setdefault(one.metric, []).append(one)
    return found


def total(found):
    return sum(float(one.values.sum()) for one in found)


def test_costs_are_those_of_the_bills(settings):
    """Sums are equal, and a series that ended costs nothing on later days."""
    costs = load(settings)["cost_daily"]
    [(wanted,)] = table(settings, "SELECT sum(effective_cost) FROM series.daily_cost")
    assert total(costs) == pytest.approx(float(wanted), rel=1e-12)
    billed = load(settings)["cost_daily_billed"]
    [(wanted,)] = table(settings, "SELECT sum(billed_cost) FROM series.daily_cost")
    assert total(billed) == pytest.approx(float(wanted), rel=1e-12)
    [gone] = [one for one in costs if ("service_name", "Gone") in one.labels]
    assert len(gone) == DAYS
    assert set(gone.values[20:]) == {0.0}


def test_anomalies_add_up_to_their_impact(settings):
    """The days of an anomaly add up to its impact; what is too much is summed."""
    detect(settings)
    impacts = dict(table(settings, "SELECT anomaly_id, impact FROM findings.anomalies"))
    assert len(impacts) > 1
    found = load(settings)["cost_anomaly_impact"]
    assert {
        dict(one.labels)["anomaly_id"]: round(total([one]), 4) for one in found
    } == {name: round(float(impact), 4) for name, impact in impacts.items()}
    few = load(settings, max_series=10)["cost_anomaly_impact"]
    assert {dict(one.labels)["anomaly_id"] for one in few} >= {"other"}
    assert len(few) == 2
    assert total(few) == pytest.approx(float(sum(impacts.values(), Decimal(0))))


def test_forecasts_and_budgets_are_there(settings):
    """Forecasts lie on the days that they are about, budgets on those they knew."""
    forecast(settings, as_of=NOW)
    later = datetime(2025, 7, 30, 6, tzinfo=UTC)
    found = load(settings, now=later)
    [ahead, *_] = found["cost_forecast"]
    newest = (START + timedelta(days=DAYS - 1) - figures.EPOCH).days
    assert list(ahead.days) == [newest + n for n in range(1, len(ahead) + 1)]
    assert newest + len(ahead) == (later.date() - figures.EPOCH).days + 1
    low, high = found["cost_forecast_low"][0], found["cost_forecast_high"][0]
    assert (low.values <= ahead.values).all()
    assert (ahead.values <= high.values).all()
    amounts = {tuple(one.values) for one in found["cost_budget_amount"]}
    assert amounts == {(5_000.0,)}
    assert {tuple(one.days) for one in found["cost_budget_actual"]} == {(newest,)}
    assert found["cost_forecast_total"]


def test_days_to_come_are_summed(settings):
    """A store learns what the next week and months cost, at the newest day of bills."""
    forecast(settings, as_of=NOW)
    found = {
        dict(one.labels)["days"]: one for one in load(settings)["cost_forecast_next"]
    }
    newest = START + timedelta(days=DAYS - 1)
    assert {tuple(one.days) for one in found.values()} == {
        ((newest - figures.EPOCH).days,)
    }
    for days, one in found.items():
        [(wanted,)] = table(
            settings,
            "SELECT sum(expected_cost) FROM findings.forecasts"
            f" WHERE charge_date <= made_on + {days}",
        )
        assert total([one]) == pytest.approx(float(wanted), rel=1e-12)
    assert total([found["7"]]) < total([found["30"]])


def advise(settings, what, number, day, saving="10.5"):
    told = event(
        f"recommendation.{what}",
        f"rec-{number}",
        day,
        datetime(2025, 11, day, 6, tzinfo=UTC),
        {
            "provider": "AWS",
            "action": "stop_instance",
            "billing_currency": "USD",
            "monthly_saving": saving and Decimal(saving),
        },
    )
    with warehouse.connect(settings.database) as con:
        outbox.add(con, [told])


def test_savings_are_those_of_what_was_open(settings):
    """Each day has what was open at its end, since the advice was given."""
    advise(settings, "opened", 1, 20)
    advise(settings, "opened", 2, 22, saving="4.25")
    advise(settings, "opened", 3, 22, saving=None)
    advise(settings, "withdrawn", 1, 24)
    advise(settings, "opened", 1, 26, saving="3")
    [saving] = load(settings)["cost_saving_predicted"]
    first = (datetime(2025, 11, 20, tzinfo=UTC).date() - figures.EPOCH).days
    assert list(saving.days) == list(range(first, first + 13))
    wanted = [10.5, 10.5, 14.75, 14.75, 4.25, 4.25, *[7.25] * 7]
    assert list(saving.values) == wanted


def test_labels_are_those_that_are_promised(settings):
    """No figure has a label that its metric does not have, or an empty one."""
    detect(settings)
    for metric, found in load(settings).items():
        for one in found:
            assert {name for name, _ in one.labels} <= set(DAILY[metric])
            assert all(text for _, text in one.labels)
    assert {"cost_daily", "cost_daily_expected"} <= load(settings).keys()


def test_the_dearest_have_names(settings):
    """With little room the dearest series is named, and sums stay the same."""
    room = 4 + 8  # one for the rest of the only currency, and one scope
    costs = load(settings, max_series=room)["cost_daily"]
    names = {dict(one.labels)["service_name"] for one in costs}
    assert names == {"EC2", "other"}
    assert total(costs) == pytest.approx(total(load(settings)["cost_daily"]))
    [other] = [one for one in costs if ("service_name", "other") in one.labels]
    kept = {"provider": "AWS", "billing_currency": "USD"}
    assert dict(other.labels) == dict.fromkeys(SCOPE, "other") | kept


def test_an_empty_warehouse_has_no_figures(tmp_path):
    """Before the first bill there is nothing to send, and no error."""
    assert load(Settings(database=str(tmp_path / "new.duckdb"))) == {}


def test_a_sink_takes_no_label_from_the_figures():
    """A label of the settings that figures have themselves is refused by name."""
    declared = VictoriaMetrics(
        name="vm",
        kind="victoriametrics",
        url="http://localhost:1",
        labels={"provider": "x"},
    )
    with pytest.raises(UnknownSetting, match="label provider"):
        kinds.make(Settings(), declared, "relay")
