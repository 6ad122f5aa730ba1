"""Each panel of each dashboard over a small company, as our relay sends it."""

import json
import re
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
import yaml

from tasks.core.forecasting.declaration import Budget, Forecasting
from tasks.core.rightsizing.advice import Changes, Recommendation
from tasks.detect import detect_anomalies
from tasks.edge.actions import advice
from tasks.edge.database import journal, warehouse
from tasks.edge.delivery import relay as relaying
from tasks.edge.delivery.declaration import JsonLines
from tasks.forecast import forecast_costs
from tests.services.figures_world import TODAY, World, company
from tests.services.test_grafana import DASHBOARDS, DAY, FOLDER, filled

pytestmark = [pytest.mark.service, pytest.mark.timeout(120)]

(SOURCE,) = (FOLDER.parent / "provisioning" / "datasources").glob("*.yaml")
SECONDS = {"now-90d": 90 * DAY, "1d": DAY, "5m": 300}
PATIENCE = 30.0
# Panels that show nothing where all is well.
EMPTY = {"Stages that failed the last time": "no stage has failed"}

SPIKE = TODAY - timedelta(days=20)
ADVICE = Recommendation(
    recommendation_id="rec-1",
    action="stop_instance",
    provider="AWS",
    sub_account_id="1",
    region_id="eu-west-1",
    resource_id="i-1",
    resource_type="instance",
    environment=None,
    protected_by=None,
    current="m5.large",
    proposed=None,
    billing_currency="USD",
    monthly_cost=Decimal(70),
    monthly_saving=Decimal("61.5"),
    saving_basis="removed",
    risk="low",
    effort="low",
    evidence="It was idle.",
    evidence_from=date(2026, 1, 1),
    evidence_to=date(2026, 1, 30),
    status="open",
    reason=None,
)


def costs():
    """Return the company's rows, with a service that cost too much on one day."""
    rows = company()
    for row in rows:
        if row["service_name"] == "S3" and row["charge_date"] == SPIKE:
            row["effective_cost"] = str(6 * Decimal(row["effective_cost"]))
    return rows


@pytest.fixture
def server(tmp_path, victoriametrics, monkeypatch):
    """A store that a relay came to yesterday and today, after a whole daily run."""
    world = World(tmp_path, victoriametrics, costs())
    settings = world.settings = world.settings.model_copy(
        update={
            "budgets": (Budget(name="all", amount=Decimal(9_000), currency="USD"),),
            "forecast": Forecasting(rehearsals=8),
            "sinks": (
                world.declared,
                JsonLines(name="file", path=str(tmp_path / "events.jsonl")),
            ),
        }
    )
    run = journal.Run("run-1", "daily")
    with journal.turn(settings, run):
        for stage, task in (("detect", detect_anomalies), ("forecast", forecast_costs)):
            journal.recorded(settings, run, stage, partial(task.fn, settings))
    now = datetime.now(UTC)
    with warehouse.connect(settings.database) as con:
        changes = Changes((ADVICE,), (ADVICE,), ())
        advice.save(con, changes, now - timedelta(days=3), is_muted=False)
    with monkeypatch.context() as patch:
        patch.setattr(relaying, "_now", lambda: now - timedelta(days=1))
        world.relay()
    world.relay()
    victoriametrics.flush()
    return victoriametrics


def answer(server, panel, target, shown):
    """Ask as Grafana does: steps lie on whole multiples of their length."""
    query = filled(target["expr"], __range=f"{shown // DAY}d")
    if target["instant"]:
        return server.query(query, time=time.time())
    (source,) = yaml.safe_load(SOURCE.read_text())["datasources"]
    step = SECONDS[panel.get("interval") or source["jsonData"]["timeInterval"]]
    end = int(time.time()) // step * step
    return server.query_range(query, start=end - shown, end=end, step=step)


def empty_panels(server, dashboard):
    """Return the titles of panels of which a query has no data."""
    shown = SECONDS[dashboard["time"]["from"]]
    return {
        panel["title"]
        for panel in dashboard["panels"]
        if panel["type"] != "row"
        for target in panel["targets"]
        if not answer(server, panel, target, shown)
    }


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_each_panel_shows_something(path, server):
    """Over the time that a dashboard opens with, each query of each panel has data."""
    dashboard = json.loads(path.read_text(encoding="utf-8"))
    # The server shows what it took a second ago, or some when it is busy.
    latest = time.monotonic() + PATIENCE
    while (empty := empty_panels(server, dashboard)) != EMPTY.keys():
        assert time.monotonic() < latest, empty
        time.sleep(0.5)
    for variable in dashboard["templating"]["list"]:
        asked = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
        assert server.query(f"count(last_over_time({filled(asked[1])}[7d]))"), asked
