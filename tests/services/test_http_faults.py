"""State sinks whose server fails in every way that HTTP knows."""

import time

import pytest

from tasks.edge.delivery import http, relay
from tests.edge.alert_world import anomaly
from tests.services.alerting import sink, world_of
from tests.services.faulty import Faulty
from tests.services.figures_world import World, company

pytestmark = [pytest.mark.service, pytest.mark.timeout(120)]

WAYS = {
    "500": {"how": "status", "status": 500, "says": "inner error"},
    "429": {"how": "status", "status": 429, "says": "too many requests"},
    "502 late": {"how": "status", "status": 502, "late": True},
    "hangs": {"how": "hangs"},
    "hangs late": {"how": "hangs", "late": True},
    "drips": {"how": "drips"},
    "cut": {"how": "cut", "late": True},
    "garbage": {"how": "garbage"},
}
FEW = ("500", "429", "hangs late", "drips", "cut")
ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


@pytest.fixture
def before(monkeypatch):
    """Put a server that fails before a real one; the client has no patience."""
    monkeypatch.setattr(http, "PAUSES", (0.05, 0.05))
    made = []

    def make(behind, **how):
        made.append(Faulty(behind, **how))
        return made[-1]

    yield make
    for one in made:
        one.shutdown()
        one.server_close()


def brought(settings):
    """Relay once; return what failed, and within which time."""
    began = time.monotonic()
    done = relay.relay(settings, is_patient=False)
    assert time.monotonic() - began < 30
    return done


@ways
def test_alertmanager(tmp_path, alertmanager, before, way):
    """The run ends with a sentence; a file has its events; the next run mends it."""
    world = world_of(tmp_path, alertmanager)
    world.find(anomaly(), anomaly(service="Amazon S3"))
    ill = before(alertmanager, failures=99, **way)
    sinks = (sink(ill.url, timeout_seconds=0.5), world.settings.sinks[1])
    settings = world.settings.model_copy(update={"sinks": sinks})
    done = brought(settings)
    assert done.by_sink == {"alerts": 0, "file": 2}
    [problem] = done.problems
    assert "does not work" in problem
    ill.failures = 0
    done = relay.bring(settings, sink(ill.url), is_patient=False)
    assert (done.delivered, done.problems) == (2, [])
    assert len(alertmanager.alerts()) == 2


@pytest.mark.parametrize("way", [WAYS[name] for name in FEW], ids=FEW)
def test_victoriametrics(tmp_path, victoriametrics, before, way):
    """The same of figures; whatever arrived unanswered, no sample is there twice."""
    world = World(tmp_path, victoriametrics, company(9))
    ill = before(victoriametrics, failures=99, **way)
    settings = behind(world, ill, timeout_seconds=0.5)
    [problem] = brought(settings).problems
    assert "does not work" in problem
    ill.failures = 0
    assert brought(behind(world, ill)).problems == []
    world.reconciles()


def test_a_fault_at_every_step(tmp_path, victoriametrics, before):
    """Wherever a run ends, half deleted or half sent, the next makes it whole."""
    world = World(tmp_path, victoriametrics, company(9))
    ill = before(victoriametrics, **WAYS["502 late"])
    settings = behind(world, ill)
    assert brought(settings).problems == []
    steps = [
        ("/api/v1/query", 0),
        ("/internal/force_flush", 0),
        ("/api/v1/query", 9),
        ("/admin/tsdb/delete_series", 0),
        ("/api/v1/import", 1),
        ("/internal/force_flush", 1),
    ]
    for number, (ill.only, ill.after) in enumerate(steps):
        ill.failures = 3
        world.fill([one | {"effective_cost": str(number)} for one in company(9)])
        assert len(brought(settings).problems) == 1
    assert brought(settings).problems == []
    world.reconciles()


def behind(world, ill, **more):
    """Return the world's settings with the server that fails."""
    declared = world.declared.model_copy(update={"url": ill.url, **more})
    return world.settings.model_copy(update={"sinks": (declared,)})
