"""What only a sum shows, from the daily series to the events."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tasks.edge.settings import Settings
from tests.edge.test_findings import START, detect, fill, series_rows, table

DAYS = 200
FIRST, LAST = 180, 184
ACCOUNTS = 12


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "w.duckdb"))


def bills(days, by=1.25):
    """Two services in twelve accounts; one of them is a little dearer on five days."""
    rng = np.random.default_rng(1)
    rows = []
    for account in range(ACCOUNTS):
        for service in ("EC2", "S3"):
            noise = np.exp(0.12 * rng.standard_normal(DAYS))
            spikes = dict(enumerate(noise))
            if service == "EC2":
                for day in range(FIRST, LAST + 1):
                    spikes[day] *= by
            rows += series_rows(
                rng, DAYS, service=service, account=str(account), spikes=spikes
            )
    last = START + timedelta(days=days)
    return [row for row in rows if row["charge_date"] < last]


def known(day):
    return datetime.combine(START + timedelta(days=day), datetime.min.time(), UTC)


def spread(settings):
    return table(
        settings,
        "SELECT anomaly_id, revision, status, sub_account_id, service_name, rolled_up,"
        " spread_over, explanation FROM findings.anomalies WHERE spread_over > 0",
    )


def events(settings, anomaly_id):
    return table(
        settings,
        "SELECT event_type, (payload ->> '$.data.spread_over')::INTEGER FROM ops.events"
        f" WHERE subject = '{anomaly_id}' ORDER BY revision, occurred_at",
    )


def test_a_sum_lives_as_any_anomaly_does(settings):
    """It is opened, resolved and, when a newer bill takes it back, retracted."""
    fill(settings, bills(LAST + 1), known_at=known(LAST + 4))
    detect(settings, as_of=known(LAST + 4))
    [(one, revision, status, account, service, over, number, words)] = spread(settings)
    assert (revision, status, account, service) == (1, "confirmed", None, "EC2")
    assert over == ["sub_account_id"]
    assert f"spread over {number} series" in words
    assert words.startswith("EC2 in eu-west-1 (several accounts, AWS) cost")

    fill(settings, bills(DAYS), known_at=known(DAYS + 3), version=2)
    detect(settings, as_of=known(DAYS + 3))
    assert [row[0::2][:2] for row in spread(settings)] == [(one, "resolved")]

    fill(settings, bills(DAYS, by=1.0), known_at=known(DAYS + 4), version=3)
    detect(settings, as_of=known(DAYS + 4))
    assert [row[0::2][:2] for row in spread(settings)] == [(one, "retracted")]
    told = events(settings, one)
    assert [name for name, _ in told] == [
        f"io.costwarden.anomaly.{name}.v1"
        for name in ("opened", "resolved", "retracted")
    ]
    assert {number for _, number in told} == {number}


def test_money_of_a_sum_is_exact(settings):
    """Its cost is that of all series of its scope, to the last digit."""
    fill(settings, bills(DAYS))
    detect(settings)
    [(is_exact, is_difference)] = table(
        settings,
        "SELECT actual_cost = (SELECT sum(effective_cost) FROM series.daily_cost AS"
        " costs INNER JOIN findings.anomaly_days AS days USING (charge_date)"
        " WHERE days.anomaly_id = found.anomaly_id AND costs.service_name = 'EC2'),"
        " impact = actual_cost - expected_cost"
        " FROM findings.anomalies AS found WHERE spread_over > 0",
    )
    assert (is_exact, is_difference) == (True, True)
