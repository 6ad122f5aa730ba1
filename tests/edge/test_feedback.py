"""What people say of anomalies changes what they hear later, and nothing they heard."""

from datetime import date, timedelta

import pytest

from tasks.core.detection.people import Rules
from tasks.core.errors import NothingThere
from tasks.detect import detect_anomalies
from tasks.edge.database import warehouse
from tasks.edge.people import feedback
from tasks.edge.settings import Settings
from tests.edge import open_month
from tests.edge.open_month import ended

DAY = date(2026, 6, 9)
HOURS = timedelta(hours=6)


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "w.duckdb"))


def fill(settings, until, extra):
    """Load the bills up to a day, a version for each day from ``DAY`` on."""
    open_month.load(settings, open_month.closed(DAY, extra))
    days = [DAY + timedelta(days=n) for n in range((until - DAY).days + 1)]
    open_month.load(settings, [open_month.grown(day, extra) for day in days])


def look(settings, day):
    """Detect as of the morning after a day."""
    return detect_anomalies.fn(settings, as_of=ended(day) + HOURS)


def say(settings, verdict, anomaly_id="", day=DAY):
    return feedback.give(
        settings,
        anomaly_id,
        verdict=verdict,
        author="ada",
        reason="quarterly load",
        at=ended(day) + 2 * HOURS,
    )


def table(settings, query):
    with warehouse.read(settings.database) as con:
        return con.execute(query).fetchall()


def told(settings):
    return table(
        settings,
        "SELECT first_date, status FROM findings.anomalies ORDER BY first_date, status",
    )


def events(settings):
    rows = table(settings, "SELECT event_type FROM ops.events ORDER BY rowid")
    return [name.split(".")[-2] for (name,) in rows]


def test_expected_is_resolved_at_once_and_stays(settings):
    """What was called expected is resolved with an event, and no run opens it again."""
    fill(settings, DAY + timedelta(days=5), {DAY: 3.0})
    look(settings, DAY)
    said = say(settings, "expected")
    assert (said.status, events(settings)) == ("resolved", ["opened", "resolved"])
    for day in range(1, 6):
        look(settings, DAY + timedelta(days=day))
    assert told(settings) == [(DAY, "resolved")]
    assert events(settings) == ["opened", "resolved"]


REPEATS = {
    "the same weekday": (7, 3.0, 0),
    "much more on that weekday": (7, 6.0, 1),
    "another weekday": (9, 3.0, 1),
    "much less on that weekday": (7, 0.2, 1),
}


@pytest.mark.parametrize("name", REPEATS)
def test_a_repeat_of_what_is_expected_is_not_told(settings, name):
    """The same again on the same weekday is normal; more, less or elsewhen is not."""
    later, factor, new = REPEATS[name]
    again = DAY + timedelta(days=later)
    fill(settings, again + timedelta(days=4), {DAY: 3.0, again: factor})
    look(settings, DAY)
    say(settings, "expected")
    look(settings, again + timedelta(days=4))
    assert len(told(settings)) == 1 + new


def test_what_exceeds_the_expected_says_how_much_was_expected(settings):
    """The sentence names what was called expected, and only the rest is the impact."""
    again = DAY + timedelta(days=7)
    fill(settings, again, {DAY: 3.0, again: 7.0})
    look(settings, DAY)
    say(settings, "expected")
    look(settings, again)
    [(sentence, impact)] = table(
        settings,
        "SELECT explanation, impact FROM findings.anomalies"
        f" WHERE first_date = DATE '{again}'",
    )
    assert "what was called expected (quarterly load) explains USD 6" in sentence
    assert float(impact) == pytest.approx(open_month.USUAL * 3, rel=0.2)


def test_feedback_does_not_change_what_was_told_before_it(settings):
    """The same pattern on an earlier day stays as it was told."""
    before = DAY + timedelta(days=7)
    fill(settings, before + timedelta(days=5), {DAY: 3.0, before: 3.0})
    look(settings, before + timedelta(days=2))
    first, second = told(settings)
    [(anomaly_id,)] = table(
        settings,
        f"SELECT anomaly_id FROM findings.anomalies WHERE first_date = DATE '{DAY}'",
    )
    say(settings, "expected", anomaly_id, day=before + timedelta(days=2))
    look(settings, before + timedelta(days=3))
    assert told(settings) == [first, second]


def test_an_expected_level_is_normal_from_then_on(settings):
    """A new level that was called expected is not told again while it is learned."""
    extra = {DAY + timedelta(days=n): 2.0 for n in range(60)}
    fill(settings, DAY + timedelta(days=20), extra)
    for day in range(8):
        look(settings, DAY + timedelta(days=day))
    say(settings, "expected", day=DAY + timedelta(days=7))
    for day in range(8, 21, 3):
        look(settings, DAY + timedelta(days=day))
    assert told(settings) == [(DAY, "resolved")]


def test_a_false_alarm_is_retracted_at_once(settings):
    """A false alarm is taken back with an event, and no run tells it again."""
    fill(settings, DAY + timedelta(days=2), {DAY: 3.0})
    look(settings, DAY)
    assert say(settings, "false").status == "retracted"
    look(settings, DAY + timedelta(days=2))
    assert told(settings) == [(DAY, "retracted")]
    assert events(settings) == ["opened", "retracted"]


@pytest.mark.parametrize(("stricter", "new"), [(1.0, 1), (3.0, 0)])
def test_a_false_alarm_raises_the_bound(settings, stricter, new):
    """A later day that stands out by little is told only where nobody complained."""
    again = DAY + timedelta(days=6)
    extra = {DAY: 3.0, again: 1.4}
    settings = settings.model_copy(
        update={"feedback": Rules(stricter=stricter, strictest=3.0)}
    )
    fill(settings, again + timedelta(days=3), extra)
    look(settings, DAY)
    say(settings, "false")
    look(settings, again + timedelta(days=3))
    assert len(told(settings)) == 1 + new


def test_what_is_true_is_left_out_of_what_is_normal(settings, tmp_path):
    """Days after a confirmed anomaly are still compared with the level before it.

    Without the word of somebody the new level would have become the normal one.
    """
    other = settings.model_copy(update={"database": str(tmp_path / "o.duckdb")})
    last = DAY + timedelta(days=16)
    extra = {DAY + timedelta(days=n): 2.0 for n in range(60)}
    lasts = []
    for each in (settings, other):
        fill(each, last, extra)
        for day in range(0, 9, 4):
            look(each, DAY + timedelta(days=day))
        if each is settings:
            say(each, "true", day=DAY + timedelta(days=8))
        look(each, last)
        lasts += table(each, "SELECT last_date FROM findings.anomalies")
    assert lasts[0] == (last,)
    assert lasts[1] < (last,)


def test_true_changes_nothing_at_once(settings):
    """To confirm an anomaly tells nobody anything new."""
    fill(settings, DAY, {DAY: 3.0})
    look(settings, DAY)
    assert say(settings, "true").status == "provisional"
    assert events(settings) == ["opened"]


def test_the_last_word_counts_and_all_are_kept(settings):
    """Who changes their mind is followed, and what was said before is still there."""
    fill(settings, DAY + timedelta(days=1), {DAY: 3.0})
    look(settings, DAY)
    say(settings, "false")
    [(anomaly_id,)] = table(settings, "SELECT anomaly_id FROM findings.anomalies")
    say(settings, "true", anomaly_id, day=DAY + timedelta(days=1))
    look(settings, DAY + timedelta(days=1))
    assert told(settings) == [(DAY, "retracted")]
    detect_anomalies.fn(settings, as_of=ended(DAY + timedelta(days=1)) + 3 * HOURS)
    assert told(settings) == [(DAY, "provisional")]
    said = table(settings, "SELECT verdict, author FROM ops.feedback ORDER BY given_at")
    assert said == [("false", "ada"), ("true", "ada")]


def test_an_unknown_anomaly_is_said(settings):
    """Nobody can judge what was never found."""
    fill(settings, DAY, {DAY: 3.0})
    with pytest.raises(NothingThere, match="no anomaly 'abc'"):
        say(settings, "true", "abc")
