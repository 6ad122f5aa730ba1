"""The newest days: told early, never mistaken for a drop, one id all along."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tasks.detect import detect_anomalies
from tasks.edge.database import warehouse
from tasks.edge.settings import Settings
from tests.edge import open_month
from tests.edge.open_month import ended

DAY = date(2026, 6, 18)
SPIKE = {DAY: 1.7}


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "w.duckdb"))


def at(settings, day, hours):
    """Detect with what was known so many hours after a day's end."""
    now = ended(day) + timedelta(hours=hours)
    return detect_anomalies.fn(settings, as_of=now)


def told(settings, columns="anomaly_id, revision, status"):
    with warehouse.read(settings.database) as con:
        return con.execute(f"SELECT {columns} FROM findings.anomalies").fetchall()


def test_half_a_day_is_told_early_and_grows_up(settings):
    """Half of a dear day costs less than a usual day, and is told all the same.

    It is provisional, updated as it grows, confirmed once the day is complete, and
    resolved when it is over, under one id.
    """
    open_month.load(settings, open_month.versions(date(2026, 6, 22), extra=SPIKE))
    seen = []
    for hours in (6, 18, 30, 4 * 24 + 6):
        at(settings, DAY, hours)
        seen += told(settings)
    assert [row[1:] for row in seen] == [
        (1, "provisional"),
        (2, "provisional"),
        (3, "confirmed"),
        (4, "resolved"),
    ]
    assert len({row[0] for row in seen}) == 1


def test_half_a_day_is_compared_with_half_of_what_is_expected(settings):
    """What is expected of a young day is what should have arrived by then."""
    open_month.load(settings, open_month.versions(DAY, extra=SPIKE))
    at(settings, DAY, 6)
    [(actual, expected)] = told(settings, "actual_cost, expected_cost")
    assert actual == Decimal(f"{open_month.cost(DAY, SPIKE) / 2:.6f}")
    assert float(expected) == pytest.approx(open_month.USUAL / 2, rel=0.05)


def test_a_missing_half_is_no_drop(settings):
    """A half that has not arrived yet is told to nobody, day after day."""
    open_month.load(settings, open_month.versions(DAY))
    for back in range(5):
        at(settings, DAY - timedelta(days=back), 6)
    assert told(settings) == []


def test_what_the_whole_day_takes_back_is_retracted(settings):
    """A young day that turns out to be usual is retracted, once."""
    found = list(open_month.versions(DAY + timedelta(days=1)))
    early = [
        (day, known_at, [*days[:-1], (DAY, 250.0)])
        if (day, known_at) == (DAY, ended(DAY) + timedelta(hours=6))
        else (day, known_at, days)
        for day, known_at, days in found
    ]
    open_month.load(settings, early)
    states = []
    for hours in (6, 18, 30):
        at(settings, DAY, hours)
        states += told(settings, "revision, status")
    assert states == [(1, "provisional"), (2, "retracted"), (2, "retracted")]


def test_without_curves_the_newest_days_wait(settings):
    """Where no bill was ever seen young, settle_days says what is provisional."""
    never = date(2099, 1, 1)
    found = list(open_month.versions(date(2026, 5, 31), since=never))
    june = open_month.days_of(DAY, DAY, 1.0, {DAY: 3.0})
    open_month.load(settings, [*found, (DAY, ended(DAY) + timedelta(hours=6), june)])
    at(settings, DAY, 6)
    assert told(settings, "revision, status") == [(1, "provisional")]


def test_shares_are_those_known_at_the_time(settings):
    """What is said of a day does not change when later versions are loaded."""
    extra = SPIKE | {DAY + timedelta(days=3): 0.5}
    found = list(open_month.versions(DAY + timedelta(days=20), extra=extra))
    now = ended(DAY) + timedelta(hours=6)
    open_month.load(settings, [one for one in found if one[1] <= now])
    at(settings, DAY, 6)
    columns = "* EXCLUDE (detected_at)"
    before = told(settings, columns)
    open_month.load(settings, [one for one in found if one[1] > now])
    at(settings, DAY, 6)
    assert told(settings, columns) == before != []


def test_a_late_restatement_of_a_closed_month_is_judged_again(settings):
    """A bill of months ago that changes today updates what was told of it then."""
    may = date(2026, 3, 10)
    open_month.load(settings, open_month.versions(date(2026, 6, 20), extra={may: 4.0}))
    at(settings, date(2026, 6, 18), 6)
    [first] = told(settings)
    assert first[1:] == (1, "resolved")
    for number, factor in enumerate((3.0, 1.0)):
        restated = open_month.days_of(may, date(2026, 3, 31), 1.0, {may: factor})
        known_at = ended(date(2026, 6, 18)) + timedelta(hours=7 + number)
        open_month.load(settings, [(may, known_at, restated)])
        at(settings, date(2026, 6, 18), 8 + number)
        [now] = told(settings)
        status = "resolved" if number == 0 else "retracted"
        assert now == (first[0], 2 + number, status)
