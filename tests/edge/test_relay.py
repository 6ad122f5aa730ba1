"""The relay over its sinks, on a real warehouse and real files."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from tasks.core.errors import SinkUnavailable
from tasks.core.events import event
from tasks.edge.database import warehouse
from tasks.edge.delivery import kinds, ledger, outbox
from tasks.edge.delivery import relay as relaying
from tasks.edge.delivery.contract import EventSink
from tasks.edge.delivery.declaration import Alertmanager, JsonLines
from tasks.edge.delivery.relay import relay
from tasks.edge.settings import Settings
from tests import dying

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)


class World:
    """A warehouse with a file for a sink, and what is in both."""

    def __init__(self, folder):
        """Keep everything in one folder."""
        self.database = str(folder / "w.duckdb")
        self.path = folder / "events.jsonl"
        self.settings = Settings(
            database=self.database, sinks=(JsonLines(name="file", path=str(self.path)),)
        )

    def tell(self, *subjects, revision=1):
        told = [event("anomaly.opened", one, revision, NOW, {}) for one in subjects]
        with warehouse.connect(self.database) as con:
            outbox.add(con, told)
        return [one.event_id for one in told]

    def ask(self, query):
        with warehouse.connect(self.database) as con:
            return con.execute(query).fetchall()

    def lines(self):
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        assert text == "" or text.endswith("\n")
        return [json.loads(line)["subject"] for line in text.splitlines()]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


class Picky(EventSink):
    """A sink that does what a test tells it to."""

    def __init__(self):
        """Take everything, at first."""
        self.got, self.refuses, self.error, self.has_it = [], set(), None, False

    def __enter__(self):
        """Connect, or fail to."""
        if self.error:
            raise self.error
        return self

    def __exit__(self, *_raised):
        """Nothing is held open."""

    def mark(self):
        return ""

    def holds(self, _batch):
        return self.has_it

    def send(self, batch):
        refused = {
            told.event_id: "too large"
            for told in batch.events
            if told.subject in self.refuses
        }
        self.got += [told.subject for told in batch.without(refused)]
        return refused


@pytest.fixture
def picky(monkeypatch):
    made = Picky()
    monkeypatch.setattr(kinds, "make", lambda *_given: made)
    return made


def test_delivered_once_and_in_order(world):
    """A sink gets each event once, in the order in which they were told."""
    world.tell("b", "a")
    assert relay(world.settings).delivered == 2
    world.tell("c")
    assert relay(world.settings).delivered == 1
    assert relay(world.settings).delivered == 0
    assert world.lines() == ["b", "a", "c"]


def test_nothing_to_do_opens_no_sink(world, picky):
    """A sink that is down is no news while there is nothing for it."""
    picky.error = SinkUnavailable("down")
    assert relay(world.settings).problems == []


def test_muted_events_stay(world):
    """Events of a backfill are kept and delivered to nobody."""
    told = [event("anomaly.opened", "a", 1, NOW, {})]
    with warehouse.connect(world.database) as con:
        outbox.add(con, told, is_muted=True)
    assert relay(world.settings).delivered == 0


def test_many_batches(world, monkeypatch):
    """More than one batch holds goes in several, with nothing between them lost."""
    monkeypatch.setattr(ledger, "LARGEST_EVENTS", 3)
    subjects = [f"s{number}" for number in range(10)]
    world.tell(*subjects)
    assert relay(world.settings).delivered == 10
    assert world.lines() == subjects
    assert world.ask("SELECT batches FROM ops.sinks") == [(4,)]
    assert world.ask("FROM ops.batches") == []


def test_a_failed_sink_stops_nobody(world, tmp_path):
    """One sink that cannot be written to is told of; the others get their events."""
    world.tell("a")
    broken = JsonLines(name="broken", path=str(tmp_path))
    settings = Settings(database=world.database, sinks=(broken, *world.settings.sinks))
    done = relay(settings)
    assert (done.delivered, len(done.problems)) == (1, 1)
    assert done.problems[0].startswith("Sink broken took nothing: ")
    assert world.ask("SELECT sink FROM ops.deliveries") == [("file",)]


def test_a_sink_that_hangs_delays_nobody(world, monkeypatch):
    """While one sink waits for its server, the others are brought up to date."""
    world.tell("a")
    go_on, made = threading.Event(), Picky()
    original = kinds.make

    def hang(_batch):
        assert go_on.wait(20)
        return {}

    made.send = hang
    monkeypatch.setattr(
        kinds,
        "make",
        lambda settings, sink, relay_id: (
            made if sink.name == "slow" else original(settings, sink, relay_id)
        ),
    )
    slow = JsonLines(name="slow", path="unused")
    settings = Settings(database=world.database, sinks=(slow, *world.settings.sinks))
    thread = threading.Thread(target=lambda: relay(settings))
    thread.start()
    try:
        # The warehouse is open to others meanwhile.
        for _ in range(100):
            with relaying.TURN:
                under_way = world.ask("SELECT sink FROM ops.batches")
            if world.lines() and under_way == [("slow",)]:
                break
            threading.Event().wait(0.1)
        assert (world.lines(), under_way) == (["a"], [("slow",)])
    finally:
        go_on.set()
        thread.join()


def test_a_sink_that_failed_is_left_alone_for_a_while(world, picky):
    """It is tried again later and later, and at once when somebody asks for it."""
    world.tell("a")
    picky.error = SinkUnavailable("down")
    assert relay(world.settings).problems == ["Sink file took nothing: down"]
    assert relay(world.settings).problems == []
    assert len(relay(world.settings, is_patient=False).problems) == 1
    [(failures, reason, wait)] = world.ask(
        "SELECT failures, reason, next_at - failed_at FROM ops.sinks"
    )
    assert (failures, reason) == (2, "down")
    assert timedelta(seconds=5) <= wait <= timedelta(seconds=10)
    picky.error = None
    assert relay(world.settings, is_patient=False).delivered == 1
    assert world.ask("SELECT failures, reason, next_at FROM ops.sinks") == [
        (0, None, None)
    ]


def test_a_refused_event_holds_back_its_subject_alone(world, picky):
    """It becomes a dead letter; what is told of others goes on, its own waits."""
    [bad, _] = world.tell("a", "b")
    world.tell("a", "c", revision=2)
    picky.refuses = {"a"}
    done = relay(world.settings)
    assert picky.got == ["b", "c"]
    assert (done.delivered, done.refused) == (2, 2)
    picky.refuses = set()
    assert relay(world.settings).delivered == 0
    letters = world.ask(
        "SELECT event_id, reason, attempts, state FROM ops.dead_letters"
    )
    assert (bad, "too large", 1, "dead") in letters


def test_a_batch_that_arrived_is_not_sent_again(world, picky):
    """After a crash the sink is asked first: what it has is ticked off, no more."""
    world.tell("a")
    with warehouse.connect(world.database) as con:
        ledger.standing(con, "file")
        ledger.claim(con, "file", "", NOW)
    picky.has_it = True
    world.tell("b")
    assert relay(world.settings).delivered == 2
    assert picky.got == ["b"]


def test_a_batch_that_did_not_arrive_is_sent_again(world, picky):
    """After a crash what the sink does not have is due again."""
    world.tell("a")
    with warehouse.connect(world.database) as con:
        ledger.standing(con, "file")
        ledger.claim(con, "file", "", NOW)
    world.tell("b")
    assert relay(world.settings).delivered == 2
    assert picky.got == ["a", "b"]


def test_two_relays_leave_a_sink_to_each_other(world):
    """While one is at a sink, another does nothing to it."""
    world.tell("a")
    with relaying.alone(world.settings, "file"):
        assert relay(world.settings).delivered == 0
    assert relay(world.settings).delivered == 1


class Shown:
    """A server that counts how often it was shown the state."""

    times = 0

    def look(self):
        pass

    def load(self, _con, _now):
        return None

    def send(self, _state):
        self.times += 1

    def save(self, _con, _done):
        return 1


def test_a_server_that_was_just_shown_the_state_is_left_alone(world, monkeypatch):
    """A relay that comes again at once reads nothing; a daily run always does."""
    made = Shown()
    monkeypatch.setattr(kinds, "make", lambda *_given: made)
    server = Alertmanager(name="a", kind="alertmanager", url="http://127.0.0.1:1")
    settings = Settings(database=world.database, sinks=(server,))
    assert relay(settings).delivered == 1
    assert relay(settings).delivered == 0
    assert made.times == 1
    assert relay(settings, is_patient=False).delivered == 1
    monkeypatch.setattr(relaying, "_now", lambda: datetime.now(UTC) + timedelta(60))
    assert relay(settings).delivered == 1
    assert made.times == 3


KILLED = """
import sys
from tasks.edge.delivery import jsonl, relay as relaying, ledger
from tasks.edge.delivery.declaration import JsonLines
from tasks.edge.settings import Settings
from tests.dying import after, before, die

database, path, step = sys.argv[1:]
ledger.LARGEST_EVENTS = 2

def torn(path, lines, *, goes_on):
    with path.open("ab") as file:
        file.write(lines[: len(lines) * 2 // 3])
    die()

steps = {
    "before claim": lambda: before(ledger, "claim"),
    "in claim": lambda: after(ledger, "claim"),
    "before send": lambda: before(jsonl.JsonLinesSink, "send"),
    "half sent": lambda: setattr(jsonl, "_append", torn),
    "sent": lambda: after(jsonl.JsonLinesSink, "send"),
    "in settle": lambda: after(ledger, "settle"),
    "settled": lambda: after(relaying, "_next"),
}
steps[step]()
relaying.relay(
    Settings(database=database, sinks=(JsonLines(name="file", path=path),)),
    is_patient=False,
)
"""

STEPS = [
    "before claim",
    "in claim",
    "before send",
    "half sent",
    "sent",
    "in settle",
    "settled",
]


def killed_at(world, step):
    dying.killed(KILLED, world.database, str(world.path), step)


@pytest.mark.parametrize("step", ["half sent", "sent"])
def test_a_file_that_is_rotated_has_each_event_once(world, step):
    """Renamed before, after or within a batch: no line is there twice."""
    names = [f"s{number}" for number in range(6)]
    world.tell("a")
    relay(world.settings)
    old, older = world.path.with_suffix(".1"), world.path.with_suffix(".2")
    world.path.rename(older)
    world.tell(*names)
    killed_at(world, step)
    world.path.rename(old)
    world.path.touch()
    relay(world.settings)
    told = [
        json.loads(line)["subject"]
        for path in (older, old, world.path)
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert told == ["a", *names]
    assert old.read_text(encoding="utf-8").endswith("\n")


def test_a_file_that_is_rotated_before_a_batch_is_written(world):
    """What was written to the new file is found there after a crash."""
    world.tell("a")
    relay(world.settings)
    world.tell("b", "c")
    sink = kinds.make(world.settings, world.settings.sinks[0], "relay")
    with warehouse.connect(world.database) as con:
        batch = ledger.claim(con, "file", sink.mark(), NOW)
    world.path.rename(world.path.with_suffix(".1"))
    sink.send(batch)
    relay(world.settings)
    assert world.lines() == ["b", "c"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_between_any_two_steps(world, step):
    """Whenever it is killed, each line is there once, whole and in order."""
    subjects = [f"s{number}" for number in range(6)]
    world.tell(*subjects)
    killed_at(world, step)
    relay(world.settings)
    assert world.lines() == subjects


def test_killed_again_and_again(world):
    """Neither kills in a row nor what was replayed confuse it about what is there."""
    world.tell("a", "b")
    relay(world.settings)
    world.ask("DELETE FROM ops.deliveries")
    for step in STEPS[:4]:
        killed_at(world, step)
    relay(world.settings)
    assert world.lines() == ["a", "b", "a", "b"]


def test_half_a_line_of_somebody_else_harms_no_other(world):
    """Events begin on a line of their own, whatever lay there before."""
    world.path.write_text('{"subject": "torn', encoding="utf-8")
    world.tell("a")
    relay(world.settings)
    assert json.loads(world.path.read_text().splitlines()[-1])["subject"] == "a"
