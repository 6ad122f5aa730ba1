"""Detection on a real warehouse."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from tasks.core.detection import Detection
from tasks.edge import warehouse
from tasks.edge.settings import Settings

START = date(2025, 1, 1)
DAYS = 200


def series_rows(rng, days, *, service, account="1", spikes=None, kind="usage"):
    """Return the rows of one series; spikes are factors by day number."""
    weekend = [
        0.6 if (START + timedelta(days=d)).weekday() > 4 else 1 for d in range(days)
    ]
    costs = 200 * np.array(weekend) * np.exp(0.03 * rng.standard_normal(days))
    for day, factor in (spikes or {}).items():
        if day < days:
            costs[day] *= factor
    return [
        {
            "charge_date": START + timedelta(days=day),
            "provider": "AWS",
            "billing_account_id": "payer",
            "sub_account_id": account,
            "service_name": service,
            "region_id": "eu-west-1",
            "charge_kind": kind,
            "billing_currency": "USD",
            "billed_cost": f"{cost:.6f}",
            "effective_cost": f"{cost:.6f}",
            "bill_id": f"b.{(START + timedelta(days=day)):%Y-%m}",
        }
        for day, cost in enumerate(costs)
    ]


def fill(settings, rows, known_at=None):
    """Replace all series and bills of the warehouse by these rows."""
    with warehouse.connect(settings.database) as con:
        install_series(con)
        con.execute("DELETE FROM series.daily_cost_versions")
        con.execute("DELETE FROM bills.versions")
        con.register("given", pa.Table.from_pylist(rows))
        con.execute("INSERT INTO series.daily_cost_versions BY NAME FROM given")
        con.execute(
            "INSERT INTO bills.versions (bill_id, source, source_format, status,"
            " digest, known_at, loaded_at) SELECT DISTINCT bill_id, 's', 'focus',"
            " 'current', bill_id, $known_at::TIMESTAMPTZ, $known_at::TIMESTAMPTZ"
            " FROM given",
            {"known_at": known_at or datetime(2025, 12, 1, tzinfo=UTC)},
        )


def install_series(con):
    """Install what the detectors read, as ``normalise`` does."""
    con.execute(
        "CREATE OR REPLACE VIEW series.daily_cost AS FROM series.daily_cost_versions"
    )
    con.execute(
        "CREATE OR REPLACE MACRO series.daily_cost_as_of(known) AS TABLE"
        " SELECT costs.* FROM series.daily_cost_versions AS costs"
        " JOIN bills.versions AS bills USING (bill_id) WHERE bills.known_at <= known"
    )


def table(settings, query):
    with warehouse.read(settings.database) as con:
        return con.execute(query).fetchall()


@pytest.fixture
def settings(tmp_path):
    params = Detection()
    return Settings(database=str(tmp_path / "w.duckdb"), detect=params)


NOW = datetime(2025, 12, 2, tzinfo=UTC)


def detect(settings, **given):
    from tasks.detect import detect_anomalies

    return detect_anomalies.fn(settings, **({"as_of": NOW} | given))


def test_spike_is_found_once(settings):
    """A spike is one anomaly with exact amounts, and a second run changes nothing."""
    rng = np.random.default_rng(1)
    rows = series_rows(rng, DAYS, service="EC2", spikes={150: 4.0})
    rows += series_rows(rng, DAYS, service="S3")
    fill(settings, rows)
    first = detect(settings)
    everything = (
        "SELECT * FROM findings.anomalies ORDER BY ALL",
        "SELECT * FROM findings.anomaly_days ORDER BY ALL",
        "SELECT * FROM ops.events ORDER BY ALL",
        "SELECT * FROM findings.scored_days ORDER BY ALL",
    )
    before = [table(settings, query) for query in everything]
    again = detect(settings, as_of=NOW + timedelta(hours=1))
    assert (first.series, first.opened) == (2, 1)
    assert (again.opened, again.updated, again.resolved, again.retracted) == (0,) * 4
    assert [table(settings, query) for query in everything] == before
    [found] = table(
        settings,
        "SELECT kind, direction, status, first_date, last_date, service_name,"
        " actual_cost = (SELECT effective_cost FROM series.daily_cost AS costs WHERE"
        " costs.charge_date = first_date AND costs.service_name = 'EC2'),"
        " impact = actual_cost - expected_cost FROM findings.anomalies",
    )
    day = START + timedelta(days=150)
    assert found == ("spike", "up", "resolved", day, day, "EC2", True, True)
