"""Detection on a real warehouse."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from tasks.core.detection.declaration import Detection
from tasks.edge.database import warehouse
from tasks.edge.mapping import focus
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
            "bill_id": f"b.payer.{(START + timedelta(days=day)):%Y-%m}",
        }
        for day, cost in enumerate(costs)
    ]


def fill(settings, rows, known_at=None, version=1):
    """Give the warehouse these rows as the bills of their months.

    A later version takes the place of the earlier ones.
    """
    known_at = known_at or datetime(2025, 12, 1, tzinfo=UTC)
    rows = [row | {"bill_id": f"{row['bill_id']}.v{version}"} for row in rows]
    with warehouse.connect(settings.database) as con:
        con.register("given", pa.Table.from_pylist(rows))
        con.execute("INSERT INTO series.daily_cost_versions BY NAME FROM given")
        con.execute("UPDATE bills.versions SET status = 'superseded'")
        con.execute(
            "INSERT INTO bills.versions (bill_id, source, source_format,"
            " billing_account_id, billing_period, version, status, digest, known_at,"
            " loaded_at, files) SELECT DISTINCT bill_id, 's', 'focus', 'payer',"
            " strftime(charge_date, '%Y-%m'), $version::INTEGER, 'current', bill_id,"
            " $known_at::TIMESTAMPTZ, $known_at::TIMESTAMPTZ, []::VARCHAR[] FROM given",
            {"known_at": known_at, "version": version},
        )
        con.unregister("given")
        focus.install(con, settings.lake_path)


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


def anomalies(settings, columns="kind, status, revision, first_date, last_date"):
    return table(
        settings, f"SELECT {columns} FROM findings.anomalies ORDER BY first_date"
    )


def events(settings):
    return [
        (name.split(".")[-2], revision)
        for name, revision in table(
            settings, "SELECT event_type, revision FROM ops.events ORDER BY rowid"
        )
    ]


def test_schedule_and_backfill_agree(settings, tmp_path):
    """A run a day tells of the same anomalies, under the same ids, as one backfill."""
    rng = np.random.default_rng(2)
    spikes = {150: 4.0} | dict.fromkeys(range(160, 200), 1.9)
    rows = series_rows(rng, DAYS, service="EC2", spikes=spikes)
    other = settings.model_copy(update={"database": str(tmp_path / "other.duckdb")})
    for each in (settings, other):
        fill(each, rows)
    for day in range(148, DAYS, 2):
        detect(settings, to_date=START + timedelta(days=day))
    detect(settings)
    detect(other)
    same = "anomaly_id, kind, status, first_date, last_date, actual_cost, impact"
    assert anomalies(settings, same) == anomalies(other, same)
    assert len(anomalies(other)) == 2
    assert events(other) == [("opened", 1), ("resolved", 1)] * 2
    assert events(settings)[:3] == [("opened", 1), ("resolved", 2), ("opened", 1)]


def test_old_days_as_known_today_know_how_they_ended(settings):
    """What was still open at the end of a look back is over if later days say so."""
    rng = np.random.default_rng(2)
    rows = series_rows(
        rng, DAYS, service="EC2", spikes=dict.fromkeys(range(150, 153), 4.0)
    )
    fill(settings, rows)
    looked_at = {"from_date": START, "to_date": START + timedelta(days=152)}
    detect(settings, **looked_at)
    assert anomalies(settings, "status") == [("confirmed",)]
    detect(settings, **looked_at, as_of=None)
    assert anomalies(settings, "status") == [("resolved",)]


def test_provisional_until_the_bill_settles(settings):
    """A rise on an unfinished day is provisional, and confirmed by the next export."""
    rng = np.random.default_rng(3)
    rows = series_rows(rng, DAYS, service="EC2", spikes={199: 5.0})
    newest = START + timedelta(days=DAYS - 1)
    known = datetime.combine(newest, datetime.min.time(), UTC) + timedelta(hours=30)
    fill(settings, rows, known_at=known)
    detect(settings, as_of=known + timedelta(hours=1))
    fill(settings, rows, known_at=known + timedelta(days=3), version=2)
    detect(settings, as_of=known + timedelta(days=3))
    assert events(settings) == [("opened", 1), ("updated", 2)]
    assert anomalies(settings) == [("spike", "confirmed", 2, newest, newest)]


def test_missing_rows_of_the_newest_day_are_no_drop(settings):
    """A day of which half the rows have not arrived is not told as a drop."""
    rng = np.random.default_rng(4)
    rows = series_rows(rng, DAYS, service="EC2", spikes={199: 0.2})
    rows += series_rows(rng, DAYS - 1, service="S3")
    newest = START + timedelta(days=DAYS - 1)
    known = datetime.combine(newest, datetime.min.time(), UTC) + timedelta(hours=20)
    fill(settings, rows, known_at=known)
    assert detect(settings, as_of=known).opened == 0


def test_a_restated_bill_retracts(settings):
    """What a later version of the bill takes back is retracted, and told."""
    rows = series_rows(np.random.default_rng(5), DAYS, service="EC2", spikes={150: 4.0})
    fill(settings, rows)
    detect(settings)
    rows[150] |= {"effective_cost": rows[143]["effective_cost"]}
    fill(settings, rows, known_at=datetime(2025, 12, 3, tzinfo=UTC), version=2)
    first, last = START, START + timedelta(days=DAYS)
    detect(
        settings,
        as_of=NOW + timedelta(days=2),
        from_date=first,
        to_date=last,
    )
    assert [row[1] for row in anomalies(settings)] == ["retracted"]
    assert events(settings)[-1] == ("retracted", 2)


def test_as_of_does_not_know_later_bills(settings):
    """A run as of an earlier time sees the bills of that time."""
    rows = series_rows(np.random.default_rng(6), DAYS, service="EC2", spikes={150: 4.0})
    fill(settings, rows)
    assert detect(settings, as_of=datetime(2025, 11, 30, tzinfo=UTC)).series == 0
    assert detect(settings).opened == 1


def test_missing_month_is_unknown_not_free(settings):
    """A month whose bill is missing is neither a drop nor a rise afterwards."""
    rows = series_rows(np.random.default_rng(7), DAYS, service="EC2")
    rows = [row for row in rows if row["charge_date"].month != 5]
    fill(settings, rows)
    assert detect(settings).opened == 0


def test_a_series_that_ends_is_a_drop(settings):
    """A service that is switched off costs nothing, which is a drop."""
    rng = np.random.default_rng(8)
    rows = series_rows(rng, 150, service="EC2") + series_rows(rng, DAYS, service="S3")
    fill(settings, rows)
    detect(settings)
    [(kind, *_, first, _)] = anomalies(settings)
    assert (kind, first) == ("level_shift", START + timedelta(days=150))


def test_muted_events_are_marked(settings):
    """A muted run keeps its events from being delivered."""
    rows = series_rows(np.random.default_rng(9), DAYS, service="EC2", spikes={150: 4.0})
    fill(settings, rows)
    detect(settings, is_muted=True)
    assert table(settings, "SELECT DISTINCT is_muted FROM ops.events") == [(True,)]


def test_no_bills_no_findings(settings):
    """A warehouse without bills is judged without complaint."""
    with warehouse.connect(settings.database) as con:
        focus.install(con, settings.lake_path)
    assert detect(settings).series == 0


def test_before_normalise_the_command_says_what_to_do(settings):
    """Without the daily series, one sentence says what is missing."""
    from tasks.core.errors import NothingThere

    with pytest.raises(NothingThere, match="no daily series"):
        detect(settings)


def test_explain_without_lines_names_the_service(settings):
    """Where the bill's lines are gone, one driver carries the whole impact."""
    from tasks.explain import explain_anomalies

    rows = series_rows(
        np.random.default_rng(10), DAYS, service="EC2", spikes={150: 4.0}
    )
    fill(settings, rows)
    detect(settings)
    assert explain_anomalies.fn(settings).anomalies == 1
    assert explain_anomalies.fn(settings).anomalies == 0
    [driver] = table(
        settings,
        "SELECT dimension, member, effect, drivers.impact = anomalies.impact"
        " FROM findings.anomaly_drivers AS drivers JOIN findings.anomalies"
        " USING (anomaly_id, revision)",
    )
    assert driver == ("service", "EC2", "usage", True)


def test_settings_file_shows_the_defaults():
    """What the settings file says of detection is what holds without it."""
    from tasks.edge import settings

    assert settings.load().detect == Detection()
