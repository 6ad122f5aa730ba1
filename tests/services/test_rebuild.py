"""Whoever reads the topic from its beginning knows how every anomaly stands."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from tasks.edge.database import warehouse
from tasks.edge.delivery import letters
from tasks.edge.delivery.declaration import Kafka
from tasks.edge.delivery.relay import relay
from tasks.edge.settings import ROOT, Settings
from tests.edge import alert_world
from tests.edge.alert_world import anomaly
from tests.edge.test_findings import DAYS, detect, fill, series_rows

pytestmark = [
    pytest.mark.service,
    pytest.mark.xdist_group("kafka"),
    pytest.mark.timeout(300),
]

# What is told of an anomaly, besides its sentence and what explains it.
TOLD = (
    *("anomaly_id", "revision", "status", "kind", "direction", "severity"),
    *("provider", "billing_account_id", "sub_account_id", "service_name"),
    *("region_id", "charge_kind", "rolled_up", "first_date", "last_date"),
    *("billing_currency", "actual_cost", "expected_cost", "impact", "lasting_cost"),
    "detector",
)
AMOUNTS = ("actual_cost", "expected_cost", "impact", "lasting_cost")


@pytest.fixture
def example(tmp_path):
    """The script of the consumer's guide, as it stands there."""
    text = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    [script] = re.findall(r"```python\n(.*?def rebuild.*?)```", text, re.DOTALL)
    path = tmp_path / "rebuild.py"
    path.write_text(script, encoding="utf-8")
    return path


def declared(kafka):
    return Kafka(
        name="kafka", kind="kafka", bootstrap_servers=kafka.address, topic=kafka.topic
    )


@pytest.fixture
def topic(kafka):
    kafka.topic = kafka.new_topic(partitions=3)
    return kafka


def rebuilt(example, kafka):
    """Return what the script finds, by the anomaly's id."""
    names = {}
    exec(compile(example.read_text(encoding="utf-8"), example, "exec"), names)  # noqa: S102 - our own page
    return names["rebuild"](kafka.address, kafka.topic)


def in_warehouse(settings):
    """Return the same as the warehouse has it."""
    with warehouse.connect(settings.database) as con:
        rows = con.execute(f"SELECT {', '.join(TOLD)} FROM findings.anomalies")
        return {row[0]: dict(zip(TOLD, row, strict=True)) for row in rows.fetchall()}


def agrees(example, kafka, settings):
    """Compare the two, to the last digit; return how each anomaly stands."""
    told, known = rebuilt(example, kafka), in_warehouse(settings)
    assert told.keys() == known.keys()
    for anomaly_id, row in known.items():
        for name, wanted in row.items():
            value, found = wanted, told[anomaly_id][name]
            if name in AMOUNTS:
                found = None if found is None else Decimal(found)
            elif name in {"first_date", "last_date"}:
                value = value.isoformat()
            assert found == value, (anomaly_id, name)
    return [row["status"] for row in known.values()]


def bring(settings):
    assert relay(settings, is_patient=False).problems == []


def test_a_history_of_every_kind(tmp_path, topic, example):
    """Opened, grown, retracted, back again, over, over for good; told twice."""
    world = alert_world.World(tmp_path, declared(topic))
    settings = world.settings
    names = ("grows", "is taken back", "ends", "lasts", "comes back")
    world.find(*(anomaly(service=name) for name in names))
    bring(settings)
    world.find(
        anomaly(
            9_000, days=2, service="grows", region_id=None, rolled_up=("region_id",)
        ),
        anomaly(service="ends", status="resolved"),
        anomaly(service="lasts", status="resolved", lasting_cost=Decimal("80.25")),
        anomaly(service="was over at once", status="resolved"),
    )
    assert "retracted" in in_statuses(settings)
    bring(settings)
    world.find(
        anomaly(9_001, days=3, service="grows", kind="level_shift"),
        anomaly(service="comes back"),
        anomaly(service="ends", status="resolved"),
        anomaly(service="lasts", status="resolved", lasting_cost=Decimal("80.25")),
        anomaly(service="was over at once", status="resolved"),
    )
    bring(settings)
    letters.replay(settings, "kafka", since=datetime(2000, 1, 1, tzinfo=UTC))
    bring(settings)
    [ended] = [
        key
        for key, row in in_warehouse(settings).items()
        if row["service_name"] == "ends"
    ]
    letters.replay(settings, "kafka", subject=ended)
    bring(settings)
    assert sorted(agrees(example, topic, settings)) == [
        *("confirmed", "confirmed", "resolved", "resolved", "resolved", "retracted")
    ]
    lasting = [one["lasting_cost"] for one in rebuilt(example, topic).values()]
    assert [Decimal(one) for one in lasting if one] == [Decimal("80.25")]


def in_statuses(settings):
    return {row["status"] for row in in_warehouse(settings).values()}


def test_bills_that_are_restated(tmp_path, topic, example):
    """Detected day after day, restated three times, relayed between: they agree."""
    settings = Settings(database=str(tmp_path / "w.duckdb"), sinks=(declared(topic),))
    versions = (
        {150: 4.0, 180: 5.0},
        {180: 9.0, 185: 5.0},  # one is gone, one has grown, one is new
        {150: 4.0, 180: 9.0, 185: 5.0, 199: 4.0},  # the first is back
        {199: 0.1},
    )
    known = datetime(2025, 7, 21, tzinfo=UTC)
    for version, spikes in enumerate(versions, start=1):
        rows = series_rows(np.random.default_rng(1), DAYS, service="EC2", spikes=spikes)
        moment = known + timedelta(days=version)
        fill(settings, rows, known_at=moment, version=version)
        detect(settings, as_of=moment)
        bring(settings)
        agrees(example, topic, settings)
    with warehouse.connect(settings.database) as con:
        kinds = con.execute("SELECT DISTINCT event_type FROM ops.events").fetchall()
    assert {kind.split(".")[3] for (kind,) in kinds} >= {"opened", "retracted"}


def test_the_script_runs_by_itself(tmp_path, topic, example):
    """It needs nothing of ours, and prints a line for each anomaly."""
    world = alert_world.World(tmp_path, declared(topic))
    world.find(anomaly(), anomaly(service="Amazon S3"))
    bring(world.settings)
    done = subprocess.run(
        [sys.executable, "-I", str(example), topic.address, topic.topic],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert len(done.stdout.splitlines()) == 2
    assert "Amazon S3" in done.stdout
    assert json.dumps(done.stderr) == '""'
