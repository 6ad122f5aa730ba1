"""What only a tag shows, from its daily costs to drivers, events and feedback."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from tasks.core.detection.declaration import Detection
from tasks.edge.database import warehouse
from tasks.edge.people import feedback
from tasks.edge.settings import DEPLOYMENTS, Settings
from tasks.explain import explain_anomalies
from tests.edge.test_findings import detect, fill, series_rows, table

DAYS, FIRST, LAST = 140, 120, 124
KNOWN = datetime(2025, 12, 1, tzinfo=UTC)
SCHEMA = DEPLOYMENTS / "events/anomaly.v1.schema.json"


@pytest.fixture
def settings(tmp_path):
    return Settings(
        database=str(tmp_path / "w.duckdb"), detect=Detection(tags=("team", "env"))
    )


def parts(by):
    """Twelve accounts; a fourth of them has a part that team ml owns."""
    rng = np.random.default_rng(2)
    rows = []
    for account in range(8):
        for service in ("EC2", "S3"):
            for team in ("web", "ml") if account % 4 == 0 else ("web",):
                spikes = dict(enumerate(np.exp(0.12 * rng.standard_normal(DAYS))))
                for day in range(FIRST, LAST + 1) if team == "ml" else ():
                    spikes[day] *= by
                own = series_rows(
                    rng, DAYS, service=service, account=str(account), spikes=spikes
                )
                rows += [row | {"tag_key": "team", "tag_value": team} for row in own]
    return rows


def give(settings, by):
    """Give the warehouse the series that these parts make up, and the parts."""
    divided = parts(by)
    whole = {}
    for row in divided:
        key = (row["charge_date"], row["sub_account_id"], row["service_name"])
        one = whole.setdefault(key, row | {"billed_cost": 0, "effective_cost": 0})
        for name in ("billed_cost", "effective_cost"):
            one[name] = str(Decimal(one[name]) + Decimal(row[name]))
    drop = ("tag_key", "tag_value")
    series = [{k: v for k, v in row.items() if k not in drop} for row in whole.values()]
    fill(settings, series, known_at=KNOWN)
    with warehouse.connect(settings.database) as con:
        rows = [row | {"bill_id": f"{row['bill_id']}.v1"} for row in divided]
        con.register("given", pa.Table.from_pylist(rows))
        con.execute("INSERT INTO series.daily_tag_cost_versions BY NAME FROM given")
        con.unregister("given")


def told(settings):
    return table(
        settings,
        "SELECT anomaly_id, status, tag_value, explanation FROM findings.anomalies"
        " WHERE tag_key = 'team'",
    )


def test_a_tag_lives_as_any_anomaly_does(settings):
    """It is told and explained; what somebody calls false is not told again."""
    give(settings, by=1.5)
    detect(settings, as_of=KNOWN + timedelta(hours=1))
    explain_anomalies.fn(settings)
    [(one, status, team, words)] = told(settings)
    assert (status, team) == ("resolved", "ml")
    assert "All services with tag team=ml in eu-west-1 (several accounts, AWS)" in words
    [(parts, impact)] = table(
        settings,
        "SELECT sum(drivers.impact), any_value(anomalies.impact)"
        " FROM findings.anomaly_drivers AS drivers"
        " JOIN findings.anomalies AS anomalies USING (anomaly_id)"
        f" WHERE anomaly_id = '{one}'",
    )
    assert parts == impact > 0
    [(payload,)] = table(
        settings,
        "SELECT payload -> '$.data' FROM ops.events"
        f" WHERE subject = '{one}' AND event_type LIKE '%opened%'",
    )
    data = json.loads(payload)
    assert (data["tag_key"], data["tag_value"]) == ("team", "ml")
    assert set(data) <= set(json.loads(SCHEMA.read_text("utf-8"))["properties"])

    said = {"verdict": "false", "author": "me", "reason": "a load test"}
    feedback.give(settings, one, **said, at=KNOWN + timedelta(hours=2))
    again = detect(settings, as_of=KNOWN + timedelta(hours=3))
    assert (again.opened, again.updated) == (0, 0)
    assert [row[:3] for row in told(settings)] == [(one, "retracted", "ml")]
