"""A warehouse whose sinks are an Alertmanager and a file, and a relay between."""

from tasks.edge.delivery import relay
from tasks.edge.delivery.declaration import Alertmanager, JsonLines
from tests.edge.alert_world import World


def sink(url, **more):
    return Alertmanager(
        kind="alertmanager", name="alerts", url=url, digest=False, **more
    )


def world_of(folder, server):
    """Return such a warehouse."""
    file = JsonLines(name="file", path=str(folder / "events.jsonl"))
    return World(folder, sink(server.url), file)


def bring(world, declared=None):
    """Let a relay run bring Alertmanager up to date."""
    declared = declared or world.settings.sinks[0]
    done = relay.bring(world.settings, declared, is_patient=False)
    assert done.problems == []
    return done


def firing(server, *names):
    """Return these labels of all alerts that fire."""
    alerts = server.alerts()
    return sorted(tuple(one["labels"].get(n, "") for n in names) for one in alerts)
