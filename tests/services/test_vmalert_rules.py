"""The rules that are generated for vmalert, on real servers."""

import subprocess
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock

import httpx
import numpy as np
import pytest
import yaml

from tasks.core.detection.declaration import Detection, Threshold
from tasks.core.detectors.thresholds import Thresholds
from tasks.core.figures import health, rules
from tasks.core.figures.health import Gauge
from tasks.edge.costs import series
from tasks.edge.database import warehouse
from tasks.edge.settings import DEPLOYMENTS
from tests.services.figures_world import DAYS, START, World, row
from tests.services.servers.server import program

pytestmark = pytest.mark.service

RULES = (
    Threshold(absolute=150.0, percent=40.0),
    Threshold(absolute=60.0, weeks=2),
    Threshold(percent=30.0, weeks=1),
    Threshold(absolute=0.0, provider="Microsoft"),
    Threshold(percent=10.0, charge_kind="credit"),
    Threshold(percent=25.0, provider="nobody's"),
)


def restless():
    """Return series that are dense, sparse, young, gone, below zero or spiky."""
    rng = np.random.default_rng(5)
    rows = []
    for day in range(DAYS):
        if 40 <= day < 43:
            continue  # nobody has any usage
        rows.append(row("steady", day, 100))
        rows.append(row("noisy", day, round(300 * float(rng.lognormal(0, 0.4)), 6)))
        if rng.random() < 0.3:
            rows.append(row("sparse", day, round(float(rng.lognormal(4, 1)), 6)))
        if day > 70:
            rows.append(row("young", day, 50 * (day - 69)))
        if day < 30:
            rows.append(row("gone", day, 20 + day))
        rows.append(row("Credit", day, -float(day % 13), charge_kind="credit"))
        azure = {"provider": "Microsoft", "billing_currency": "EUR"}
        rows.append(row("vm", day, 70 + 300 * (day == 80) + day % 4, **azure))
    return rows


def detected(world, rule):
    """Return the series and days that the detector says exceed a threshold."""
    with warehouse.connect(world.settings.database) as con:
        book = series.load(con, Detection(), as_of=datetime.now(UTC)).book
    told = Thresholds((rule,)).score(book.panel).score >= 1
    return {
        (book.scopes[place].service_name, book.panel.day(int(column)))
        for place, column in zip(*np.nonzero(told), strict=True)
    }


def alerted(server, rule):
    """Return the same as the store answers, asked for each day by itself."""
    told = set()
    with httpx.Client(timeout=30) as http:
        for day in (START + timedelta(days=number) for number in range(DAYS)):
            asked = {
                "query": rules.expression(rule),
                "time": datetime.combine(day, clock(13), UTC).timestamp(),
                "nocache": "1",
            }
            answer = http.get(f"{server.url}/api/v1/query", params=asked)
            found = answer.raise_for_status().json()["data"]["result"]
            told |= {(one["metric"]["service_name"], day) for one in found}
    return told


def test_rules_agree_with_the_detector(tmp_path, victoriametrics):
    """Day by day, a rule says of the pushed series what detection says of them."""
    world = World(tmp_path, victoriametrics, restless())
    world.relay()
    for rule in RULES:
        wanted = detected(world, rule)
        assert bool(wanted) == (rule.provider != "nobody's"), rule
        assert alerted(victoriametrics, rule) == wanted, rule


def test_vmalert_accepts_every_file(tmp_path):
    """All rules that are in the repository, and odd names of providers, are valid."""
    detect = Detection(
        thresholds=(
            *RULES,
            Threshold(provider='odd "{{name}}" \\ {x}\n- alert: y', percent=1.0),
            Threshold(),
        )
    )
    (tmp_path / "odd.yml").write_text(rules.thresholds(detect), encoding="utf-8")
    for pattern in ("deployments/victoriametrics/rules/*.yml", f"{tmp_path}/*.yml"):
        done = subprocess.run(
            [
                program("vmalert", "vmalert-prod", package="victoria-metrics"),
                "-dryRun",
                f"-rule={pattern}",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_a_threshold_reaches_alertmanager(tmp_path, vmalert):
    """A day that exceeds a threshold becomes an alert with the labels of its series."""
    usual = [row("EC2", day, 100) for day in range(DAYS - 1)]
    world = World(tmp_path, vmalert.metrics, [*usual, row("EC2", DAYS - 1, 5_000)])
    world.relay()
    vmalert.write_rules(
        rules.thresholds(Detection()).replace("interval: 5m", "interval: 1s")
    )
    deadline = time.monotonic() + 30
    while not (alerts := vmalert.alerts.alerts()):
        assert time.monotonic() < deadline, "no alert came"
        time.sleep(0.5)
    [alert] = alerts
    told = alert["labels"]
    assert told["alertname"] == "CostThreshold"
    assert (told["severity"], told["generator"]) == ("high", "vmalert")
    assert (told["service_name"], told["provider"]) == ("EC2", "AWS")
    assert "cost USD 4900.00 more" in alert["annotations"]["summary"]


FLOW = {"flow": "daily"}
HEALTH = {
    # Gauge: its labels, a value when all is well, and one when it is not.
    "last_success_timestamp_seconds": (FLOW, time.time() - 3600, time.time() - 97_200),
    "stage_failed": (FLOW | {"stage": "detect"}, 0, 1),
    "source_lag_days": ({"source": "aws"}, 2, 4),
    "undelivered_oldest_seconds": ({"sink": "kafka"}, 60, 3_700),
    "dead_letters": ({"sink": "kafka"}, 0, 1),
    "quarantined_versions": ({"source": "aws"}, 0, 2),
    "disk_free_bytes": ({}, 50 * 1024**3, 1024**3),
}


def test_health_alerts_fire_when_they_should(victoriametrics):
    """Each health alert stays quiet while all is well, and fires when it is not."""
    path = DEPLOYMENTS / "victoriametrics" / "rules" / "health.yml"
    [group] = yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]

    def firing(place, at):
        lines = [
            health.line(Gauge(name, tuple(told[0].items()), told[place]), at, {})
            for name, told in HEALTH.items()
        ]
        victoriametrics.post("/api/v1/import", content="\n".join(lines))
        victoriametrics.flush()
        return [
            rule["alert"]
            for rule in group["rules"]
            if victoriametrics.query(rule["expr"], time=at.timestamp(), nocache="1")
        ]

    now = datetime.now(UTC)
    assert firing(1, now - timedelta(minutes=1)) == []
    assert firing(2, now) == [rule["alert"] for rule in group["rules"]]
    assert len(group["rules"]) == len(HEALTH)
