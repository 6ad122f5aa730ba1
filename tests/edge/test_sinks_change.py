"""Sinks that leave the settings, come back, or get another name; clocks that jump."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from flows import cli
from tasks.core.errors import NothingThere, SinkUnavailable
from tasks.core.figures.health import Gauge
from tasks.edge.database import warehouse
from tasks.edge.delivery import kinds, ledger, letters, renaming
from tasks.edge.delivery import relay as relaying
from tasks.edge.delivery.declaration import JsonLines
from tasks.edge.delivery.relay import relay
from tasks.edge.reporting import health
from tests.edge.test_letters import World


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def named(world, *names):
    """Return settings whose sinks have these names, and all write to one file."""
    sinks = tuple(JsonLines(name=name, path=str(world.path)) for name in names)
    return world.settings.model_copy(update={"sinks": sinks})


def test_a_sink_that_comes_back_gets_what_it_missed(world):
    """Taken out of the settings it gets nothing; back in them, what it lacks."""
    relay(world.settings)
    again = letters.replay(world.settings, "file", subject="a")
    assert relay(named(world)).delivered == 0
    assert relay(world.settings).delivered == again == 2


def test_a_sink_that_is_gone_troubles_nobody(world):
    """Its dead letters and failures are no gauges while the settings lack it."""
    world.bury(world.told[0])
    relay(world.settings)

    def dead(settings):
        return [one for one in health.read(settings) if one.name == "dead_letters"]

    assert dead(world.settings) == [Gauge("dead_letters", (("sink", "file"),), 1.0)]
    assert dead(named(world)) == []


def test_a_renamed_sink_goes_on_where_it_was(world):
    """It gets what is new, and neither the rest again nor less of what it lacks."""
    world.bury(world.told[0])
    relay(world.settings)
    later = named(world, "archive")
    assert renaming.rename(later, "file", "archive") == 1
    assert relay(later).remarks == []
    assert letters.decide(later, "due", "archive", []) == 1
    assert relay(later).delivered == 2
    assert sorted(world.got()) == sorted(one.event_id for one in world.told)


def test_a_batch_under_way_is_renamed_too(world):
    """What was written before a crash is not written again under the new name."""
    sink = kinds.make(world.settings, world.settings.sinks[0], "relay")
    with warehouse.connect(world.settings.database) as con:
        ledger.standing(con, "file")
        batch = ledger.claim(con, "file", sink.mark(), datetime.now(UTC))
    sink.send(batch)
    later = named(world, "archive")
    renaming.rename(later, "file", "archive")
    assert relay(later).delivered == 3
    assert len(world.got()) == 3


def test_a_new_name_without_a_word_is_told_of(world):
    """Everything is sent again under the same ids, and the run says so once."""
    assert relay(world.settings).remarks == []
    later = named(world, "archive")
    done = relay(later)
    assert done.delivered == 3
    [remark] = done.remarks
    assert "called file" in remark
    assert "rename-sink" in remark
    assert relay(later).remarks == []
    with pytest.raises(NothingThere, match="'archive' has got something"):
        renaming.rename(later, "file", "archive")


def test_only_what_was_renamed_in_the_settings_is_renamed(world):
    """Names that the settings do not bear out are refused, and nothing changes."""
    relay(world.settings)
    with pytest.raises(NothingThere, match="Rename the sink in the settings first"):
        renaming.rename(world.settings, "file", "archive")
    later = named(world, "archive")
    with pytest.raises(NothingThere, match="ever brought anything to a sink 'x'"):
        renaming.rename(later, "x", "archive")
    with (
        relaying.alone(later, "archive"),
        pytest.raises(SinkUnavailable, match="try it again"),
    ):
        renaming.rename(later, "file", "archive")
    assert relay(world.settings).delivered == 0


def test_the_command(world, tmp_path, capsys):
    """``costwarden events rename-sink`` does it."""
    relay(world.settings)
    config = tmp_path / "costwarden.toml"
    config.write_text(
        f"[[sinks]]\nname = 'archive'\npath = {json.dumps(str(world.path))}\n"
    )
    where = ["--database", world.settings.database, "--config", str(config), "--json"]
    assert cli.execute(["events", "rename-sink", "file", "archive", *where]) == 0
    assert json.loads(capsys.readouterr().out)["answer"] == {"events": 3}


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(hours=2)])
def test_a_clock_that_was_set_back_stops_nothing(world, monkeypatch, jump):
    """A sink that failed while the clock was ahead is tried again, not days later."""
    broken = named(world, "file").model_copy(
        update={"sinks": (JsonLines(name="file", path=str(world.path.parent)),)}
    )
    with monkeypatch.context() as ahead:
        ahead.setattr(relaying, "_now", lambda: datetime.now(UTC) + jump)
        assert len(relay(broken).problems) == 1
    assert relay(world.settings).delivered == 3
    assert world.got() == [one.event_id for one in world.told]
