"""Each query of each dashboard is answered by a real VictoriaMetrics."""

import json
import re
import time
from pathlib import Path

import pytest

from tasks.core.figures.health import GAUGES, PREFIX
from tasks.core.figures.series import DAILY

pytestmark = [pytest.mark.service, pytest.mark.timeout(120)]

FOLDER = Path(__file__).parents[2] / "deployments" / "grafana" / "dashboards"
DASHBOARDS = sorted(FOLDER.glob("*.json"))
DAY = 86_400
# Every metric that is written, and its labels.
WRITTEN = DAILY | {f"{PREFIX}{name}": said.labels for name, said in GAUGES.items()}
# What people choose in the dashboard: one currency, and all of everything else.
CHOSEN = {"billing_currency": "USD", "__range": "5d"}
# Of labels by whose value a panel chooses.
VALUES = {"billing_currency": "USD", "level": "total", "period": "month"}


def filled(expression, **chosen):
    """Return a query with what its variables stand for."""
    chosen = CHOSEN | chosen
    return re.sub(r"\$(\w+)", lambda name: chosen.get(name[1], ".*"), expression)


def queries(dashboard):
    """Yield each query of a dashboard, with its panel's title."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["instant"], filled(target["expr"])


def one_series_of_each(days):
    """Return every metric as it is written, each with all of its labels."""
    return "\n".join(
        json.dumps(
            {
                "metric": {"__name__": name}
                | {label: VALUES.get(label, f"some {label}") for label in labels},
                "values": [1.5] * len(days),
                "timestamps": [day * 1000 for day in days],
            }
        )
        for name, labels in WRITTEN.items()
    )


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_every_query_is_answered(path, victoriametrics):
    """Over all that is written, no panel is refused, or empty, or lacks a name."""
    dashboard = json.loads(path.read_text(encoding="utf-8"))
    today = int(time.time()) // DAY * DAY
    days = [today - back * DAY for back in range(5)]
    victoriametrics.post("/api/v1/import", content=one_series_of_each(days))
    # Gauges are of the moment.
    now = int(time.time())
    victoriametrics.post("/api/v1/import", content=one_series_of_each([now]))
    victoriametrics.flush()
    for title, instant, expression in queries(dashboard):
        if instant:
            answer = victoriametrics.query(expression)
        else:
            between = {"start": days[-1], "end": today, "step": "1d"}
            answer = victoriametrics.query_range(expression, **between)
        assert answer, (title, expression)
        for wanted in re.findall(r"by \(([^)]+)\)", expression):
            labels = {label.strip() for label in wanted.split(",")}
            assert labels <= answer[0]["metric"].keys(), (title, expression)


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_variables_have_values(path, victoriametrics):
    """Each variable of a dashboard finds the label that it lists."""
    dashboard = json.loads(path.read_text(encoding="utf-8"))
    today = int(time.time()) // DAY * DAY
    victoriametrics.post("/api/v1/import", content=one_series_of_each([today]))
    victoriametrics.flush()
    for variable in dashboard["templating"]["list"]:
        asked = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
        series, label = filled(asked[1]), asked[2]
        answer = victoriametrics.get(
            f"/api/v1/label/{label}/values",
            # As Grafana does, of the time that is shown.
            **{"match[]": series, "start": today - DAY, "end": today + DAY},
        )
        assert answer.json()["data"] == [VALUES.get(label, f"some {label}")]
