"""Mutes: found and stored, but told to nobody until the end."""

from datetime import date, timedelta

import pytest

from tasks.core.detection.people import Filter
from tasks.core.errors import BadPeriod, NothingThere
from tasks.detect import detect_anomalies
from tasks.edge.database import warehouse
from tasks.edge.delivery import outbox
from tasks.edge.people import mutes
from tasks.edge.settings import Settings
from tests.edge import open_month
from tests.edge.open_month import ended

DAY = date(2026, 6, 9)
BEFORE = ended(DAY - timedelta(days=1))
LAST = DAY + timedelta(days=6)


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "w.duckdb"))


def fill(settings, days, since=DAY):
    """Load a month that costs three times the usual for some days."""
    extra = {since + timedelta(days=n): 3.0 for n in range(days)}
    open_month.load(settings, open_month.closed(DAY, extra))
    shown = [since + timedelta(days=n) for n in range((LAST - since).days + 1)]
    open_month.load(settings, [open_month.grown(day, extra) for day in shown])


def mute(settings, until, at=BEFORE, **scope):
    return mutes.mute(
        settings, Filter(**scope), until=until, author="ada", reason="noisy", at=at
    )


def look(settings, day):
    """Detect in the morning after a day, and deliver; return what is told then."""
    at = ended(day) + timedelta(hours=6)
    detect_anomalies.fn(settings, as_of=at)
    with warehouse.connect(settings.database) as con:
        waiting = [event_id for event_id, *_ in outbox.undelivered(con, "s", at)]
        names = [
            con.execute(
                "SELECT event_type FROM ops.events WHERE event_id = $1", [event_id]
            ).fetchone()[0]
            for event_id in waiting
        ]
        outbox.acknowledge(con, "s", waiting)
    return [name.split(".")[-2] for name in names]


def count(settings, table):
    with warehouse.read(settings.database) as con:
        return con.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_what_is_still_open_at_the_end_is_told_then(settings):
    """Nothing is told while the mute holds; at its end all that happened is."""
    fill(settings, days=7)
    mute(settings, DAY + timedelta(days=3), service_name="EC2")
    for day in range(3):
        assert look(settings, DAY + timedelta(days=day)) == []
    assert count(settings, "findings.anomalies") == 1
    first, *rest = look(settings, DAY + timedelta(days=4))
    assert (first, set(rest)) == ("opened", {"updated"})


def test_what_ended_meanwhile_is_never_told(settings):
    """An anomaly that began and ended in a mute is kept, and told to nobody."""
    fill(settings, days=1)
    mute(settings, DAY + timedelta(days=5))
    heard = [look(settings, DAY + timedelta(days=day)) for day in range(7)]
    assert heard == [[]] * 7
    assert count(settings, "ops.events") >= 2


def test_the_end_of_what_was_told_before_is_told_after(settings):
    """Who heard of the beginning hears of the end, once the mute is over."""
    fill(settings, days=1)
    assert look(settings, DAY) == ["opened"]
    mute(settings, DAY + timedelta(days=5), at=ended(DAY) + timedelta(hours=7))
    assert look(settings, DAY + timedelta(days=5) - timedelta(days=1)) == []
    assert look(settings, DAY + timedelta(days=6))[-1] == "resolved"


def test_unmute_ends_it_at_once(settings):
    """What was held back is told as soon as somebody ends the mute."""
    fill(settings, days=7)
    mute_id = mute(settings, DAY + timedelta(days=30))
    assert look(settings, DAY) == []
    mutes.unmute(settings, mute_id[:5], "bob", at=ended(DAY) + timedelta(hours=7))
    assert look(settings, DAY + timedelta(days=1))[0] == "opened"
    with pytest.raises(NothingThere, match="0 mutes"):
        mutes.unmute(settings, mute_id, "bob", at=ended(LAST))


def test_another_scope_is_told(settings):
    """A mute is about its own scope."""
    fill(settings, days=1)
    mute(settings, DAY + timedelta(days=30), service_name="S3")
    mute(settings, DAY + timedelta(days=30), region_id="us-east-1")
    assert look(settings, DAY) == ["opened"]


def test_a_mute_that_is_over_already_is_refused(settings):
    """A mute needs a day that is still to end."""
    with pytest.raises(BadPeriod, match="is over"):
        mute(settings, DAY - timedelta(days=1))
    assert mutes.listing(settings, BEFORE).mutes == ()
