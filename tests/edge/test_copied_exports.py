"""Exports whose files are younger than what they tell: copied or fetched later."""

from datetime import date, timedelta

import pytest

from tasks.detect import detect_anomalies
from tasks.edge.database import warehouse
from tasks.edge.settings import Settings
from tests.edge import open_month
from tests.edge.open_month import ended

DAY = date(2026, 6, 18)
LATER = ended(DAY) + timedelta(days=10)


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "w.duckdb"))


def month(last, known_at, extra=None, share=1.0):
    """Return the version of a month that ends with a day, of which a share is there."""
    return last, known_at, open_month.days_of(last, last, share, extra)


def told(settings, now=LATER, **days):
    """Detect, and return the direction, status and first day of what stands."""
    detect_anomalies.fn(settings, as_of=now, **days)
    with warehouse.read(settings.database) as con:
        return con.execute(
            "SELECT direction, status, first_date FROM findings.anomalies"
            " WHERE status <> 'retracted'"
        ).fetchall()


@pytest.mark.parametrize("late", [timedelta(days=2), timedelta(days=200)])
@pytest.mark.parametrize("before", [1.0, 0.7])
def test_half_a_day_in_a_copied_file_is_no_drop(settings, late, before):
    """Neither the last day nor the one before falls because a file was copied later."""
    known_at = ended(DAY) + late
    half = month(DAY, known_at, {DAY - timedelta(days=1): before}, share=0.35)
    open_month.load(settings, [*open_month.closed(DAY), half])
    assert told(settings, known_at) == []


def test_known_curves_do_not_make_a_copied_file_older(settings):
    """Seven days after it a day is settled, unless only the file is seven days old."""
    early = list(open_month.versions(DAY - timedelta(days=1)))
    open_month.load(settings, [*early, month(DAY, LATER, share=0.5)])
    assert told(settings) == []


def test_a_rise_in_a_copied_file_is_told_at_once(settings):
    """What is dear already will not be cheap: it is provisional, not silent."""
    dear = month(DAY, LATER, {DAY: 3.0})
    open_month.load(settings, [*open_month.closed(DAY), dear])
    assert told(settings) == [("up", "provisional", DAY)]


def test_a_whole_month_that_is_loaded_late_is_judged_to_its_end(settings):
    """A fall on the last day of a month is told, for no more of it will come."""
    last = date(2026, 5, 31)
    open_month.load(
        settings, [*open_month.closed(last), month(last, LATER, {last: 0.3})]
    )
    assert told(settings) == [("down", "confirmed", last)]


def test_a_month_before_another_is_whole(settings):
    """A bill that ends early was not cut off, where a later month has a bill."""
    last = date(2026, 5, 20)
    early = month(last, LATER, {last: 0.3})
    open_month.load(settings, [*open_month.closed(last), early])
    assert told(settings) == []
    open_month.load(settings, [month(DAY, LATER)])
    assert told(settings) == [("down", "resolved", last)]


def test_an_export_that_shows_no_more_bears_a_fall_out(settings):
    """A fall on the last day is told once a later export ends with the same day.

    One that was made within hours proves nothing: both may be of the same day.
    """
    fall = {DAY: 0.3}
    open_month.load(settings, [*open_month.closed(DAY), month(DAY, LATER, fall)])
    seen = [told(settings)]
    for hours in (6, 30):
        now = LATER + timedelta(hours=hours)
        open_month.load(settings, [month(DAY, now, fall)])
        seen.append(told(settings, now))
    assert seen == [[], [], [("down", "confirmed", DAY)]]


def test_a_fall_is_told_once_later_days_are_there(settings):
    """Two more days of a file that is copied each time bear the fall out."""
    fall = dict.fromkeys((DAY + timedelta(days=n) for n in range(5)), 0.3)
    open_month.load(settings, open_month.closed(DAY))
    seen = []
    for back in range(3):
        now = LATER + timedelta(days=back)
        shown = month(DAY + timedelta(days=back), now, fall)
        open_month.load(settings, [shown])
        seen.append([row[2] for row in told(settings, now)])
    assert seen == [[], [], [DAY]]


def test_a_day_cut_off_by_the_run_is_whole(settings):
    """A run up to a day judges it whole where the bill shows later ones."""
    fall = {DAY: 0.3}
    last = DAY + timedelta(days=6)
    open_month.load(settings, [*open_month.closed(DAY), month(last, LATER, fall)])
    assert told(settings, to_date=DAY) == [("down", "confirmed", DAY)]
