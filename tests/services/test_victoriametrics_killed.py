"""A relay that is killed with -9 while it brings figures to VictoriaMetrics."""

import pytest

from tests import dying
from tests.services.figures_world import World, company

pytestmark = pytest.mark.service

KILLED = """
import sys
from tasks.edge.database import snapshot
from tasks.edge.reporting import figures
from tasks.edge.delivery import relay, sent_figures
from tasks.edge.delivery.declaration import VictoriaMetrics
from tasks.edge.delivery.victoriametrics import VictoriaMetricsSink
from tasks.edge.delivery.victoriametrics_api import Client
from tasks.edge.settings import Settings
from tests.dying import after, before

database, url, step = sys.argv[1:]
steps = {
    "before copying": lambda: before(snapshot, "take"),
    "copied": lambda: after(snapshot, "take"),
    "half read": lambda: after(figures, "load"),
    "before announcing": lambda: before(VictoriaMetricsSink, "announce"),
    "in announcing": lambda: after(sent_figures, "remember"),
    "before sending": lambda: before(VictoriaMetricsSink, "send"),
    "before deleting": lambda: before(Client, "delete"),
    "half sent": lambda: after(Client, "write"),
    "sent": lambda: after(VictoriaMetricsSink, "send"),
    "in saving": lambda: after(VictoriaMetricsSink, "save"),
}
steps[step]()
relay.relay(
    Settings(
        database=database,
        sinks=(VictoriaMetrics(name="figures", kind="victoriametrics", url=url),),
    ),
    is_patient=False,
)
"""

STEPS = [
    "before copying",
    "copied",
    "half read",
    "before announcing",
    "in announcing",
    "before sending",
    "before deleting",
    "half sent",
    "sent",
    "in saving",
]


def test_killed_between_any_two_steps(tmp_path, victoriametrics):
    """Whenever it is killed, the next run makes the server right and leaves no copy."""
    world = World(tmp_path, victoriametrics)
    world.relay()
    for number, step in enumerate(STEPS):
        # A service that ends is to be deleted there; then it comes back.
        ended = "S3" if number % 2 == 0 else None
        world.fill(
            [
                one | {"effective_cost": str(number)}
                for one in company()
                if one["service_name"] != ended
            ]
        )
        dying.killed(KILLED, world.settings.database, victoriametrics.url, step)
        world.relay()
        world.reconciles()
        assert list(tmp_path.glob("*.figures-*")) == [], step
    assert world.relay().delivered == 0
