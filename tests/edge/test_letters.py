"""Looking at the outbox, and sending some of it again."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from flows import cli
from tasks.core.errors import NothingThere, SinkUnavailable
from tasks.core.events import event
from tasks.edge.database import warehouse
from tasks.edge.delivery import letters, outbox
from tasks.edge.delivery import relay as relaying
from tasks.edge.delivery.declaration import JsonLines
from tasks.edge.delivery.following import follow
from tasks.edge.delivery.relay import relay
from tasks.edge.settings import Settings

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)


class World:
    """A warehouse of three events on two days, with one sink."""

    def __init__(self, folder):
        """Tell of them."""
        self.path = folder / "events.jsonl"
        self.settings = Settings(
            database=str(folder / "w.duckdb"),
            sinks=(JsonLines(name="file", path=str(self.path)),),
        )
        days = [("a", 1, 0), ("b", 1, 1), ("a", 2, 2)]
        self.told = [
            event("anomaly.opened", subject, number, NOW + timedelta(days=day), {})
            for subject, number, day in days
        ]
        with warehouse.connect(self.settings.database) as con:
            outbox.add(con, self.told)

    def got(self):
        lines = self.path.read_text().splitlines()
        read = [json.loads(line) for line in lines]
        return [one["id"] for one in read]

    def bury(self, told):
        with warehouse.connect(self.settings.database) as con:
            con.execute(
                "INSERT INTO ops.dead_letters VALUES ($1, 'file', 'bad', 1, $2, $2,"
                " 'dead')",
                [told.event_id, NOW],
            )


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_what_is_in_the_outbox(world):
    """Events are listed in their order, with who has them and who waits."""
    found = letters.listing(world.settings)
    assert [row["event_id"] for row in found] == [one.event_id for one in world.told]
    assert {tuple(row["waiting_for"]) for row in found} == {("file",)}
    relay(world.settings)
    [last] = letters.listing(world.settings, most=1)
    assert (last["revision"], last["delivered_to"], last["waiting_for"]) == (
        *(2, ["file"]),
        [],
    )
    assert len(letters.listing(world.settings, subject="a")) == 2
    assert len(letters.listing(world.settings, since=NOW + timedelta(days=1))) == 2
    assert letters.listing(world.settings, event_type="budget") == []


def test_one_event_by_a_part_of_its_id(world):
    """An id may be shortened as long as it is clear."""
    wanted = world.told[1].event_id
    assert letters.one(world.settings, wanted[:8])["subject"] == "b"
    with pytest.raises(NothingThere, match="More than one"):
        letters.one(world.settings, "")
    with pytest.raises(NothingThere, match="No event"):
        letters.one(world.settings, "xyz")


def test_replay(world):
    """A sink gets again what is asked for, in its order and under the same ids."""
    ids = [one.event_id for one in world.told]
    relay(world.settings)
    assert letters.replay(world.settings, "file", since=NOW + timedelta(days=1)) == 2
    assert relay(world.settings).delivered == 2
    assert letters.replay(world.settings, "file", subject="a") == 2
    assert relay(world.settings).delivered == 2
    assert world.got() == [*ids, *ids[1:], ids[0], ids[2]]
    with pytest.raises(NothingThere, match="no sink 'other'"):
        letters.replay(world.settings, "other")


def test_nothing_is_replayed_under_a_relay(world):
    """While a relay is at the sink, it is not told that it lacks something."""
    with (
        relaying.alone(world.settings, "file"),
        pytest.raises(SinkUnavailable, match="try it again"),
    ):
        letters.replay(world.settings, "file")


def test_a_dead_letter_is_tried_again(world):
    """What waits behind it comes after it, as if it had not been refused."""
    first, other, second = world.told
    world.bury(first)
    assert relay(world.settings).delivered == 1
    [dead] = letters.listing(world.settings, is_dead=True)
    assert (dead["event_id"], dead["reasons"]) == (first.event_id, ["file: bad"])
    assert letters.decide(world.settings, "due", "file", []) == 1
    relay(world.settings)
    assert world.got() == [other.event_id, first.event_id, second.event_id]
    assert letters.listing(world.settings, is_dead=True) == []


def test_a_dead_letter_is_given_up(world):
    """It is never sent; what waits behind it goes on."""
    first, other, second = world.told
    world.bury(first)
    assert letters.decide(world.settings, "dropped", None, [first.event_id[:9]]) == 1
    relay(world.settings)
    assert world.got() == [other.event_id, second.event_id]


def test_following(world):
    """It delivers what comes until it is stopped, and says what is wrong once."""
    broken = JsonLines(name="broken", path=str(world.path.parent))
    settings = world.settings.model_copy(
        update={"sinks": (broken, *world.settings.sinks)}
    )
    stop, lines = threading.Event(), []
    thread = threading.Thread(
        target=follow, args=(settings, stop, lines.append), kwargs={"seconds": 0.05}
    )
    thread.start()
    try:
        for _ in range(200):
            if len(lines) >= 2:
                break
            stop.wait(0.05)
    finally:
        stop.set()
        thread.join()
    assert len(world.got()) == 3
    assert sorted(line.split()[0] for line in lines) == ["Sink", "file:"]


def test_the_commands(world, tmp_path, capsys):
    """What people type does the same."""
    config = tmp_path / "costwarden.toml"
    config.write_text(
        f"[[sinks]]\nname = 'file'\npath = {json.dumps(str(world.path))}\n"
    )
    here = ["--database", world.settings.database, "--config", str(config), "--json"]

    def answer(*words):
        capsys.readouterr()
        assert cli.execute([*words, *here]) == 0, words
        return json.loads(capsys.readouterr().out)["answer"]

    assert answer("relay")["delivered"] == 3
    assert len(answer("events")) == 3
    shown = answer("events", "show", world.told[0].event_id[:10])
    assert shown["event"]["subject"] == "a"
    assert answer("events", "replay", "file", "--subject", "b") == {"events": 1}
    world.bury(world.told[1])
    assert len(answer("events", "--dead")) == 1
    assert answer("events", "redeliver") == {"events": 1}
    assert answer("events", "drop", world.told[1].event_id) == {"events": 1}
