"""Daily values: each kind of anomaly is told once, on its day."""

from datetime import date

import numpy as np
import pytest

from tasks.core.scoring import points

START, DAY = date(2025, 1, 1), 86_400.0
DAYS = 330


def costs(seed=0, series=1, weekend=0.7, noise=0.05):
    """Draw quiet series that rest at weekends."""
    rng = np.random.default_rng(seed)
    weekday = (START.weekday() + np.arange(DAYS)) % 7
    week = np.where(weekday >= 5, weekend, 1.0)
    return 100 * week * np.exp(rng.normal(0, noise, (series, DAYS)))


def begun(values, **given):
    """Return series and first day of each event."""
    rate = points.rate_of(None, DAY, len(values))
    event = points.judge(values, DAY, START, rate=rate, **given).event
    return [tuple(place) for place in np.argwhere(event == np.arange(DAYS)).tolist()]


def spike(values):
    values[0, 200] *= 2


def level_shift(values):
    values[0, 200:] *= 1.5


def drop(values):
    values[0, 200:205] *= 0.2


def left_on(values):
    # 2025-07-19 is a Saturday.
    values[0, 199:201] /= 0.7


@pytest.mark.parametrize("change", [spike, level_shift, drop, left_on])
def test_what_begins_on_a_day_is_told_once_on_that_day(change):
    """One event, where it is, and nothing else of eight quiet series beside it."""
    values = costs(seed=4, series=8)
    change(values)
    place = 200 if change is not left_on else 199
    told = begun(values)
    assert len(told) == 1
    assert told[0][0] == 0
    assert place <= told[0][1] <= place + (change is left_on)


def test_slow_movement_is_told():
    """What no single day shows is told before it has doubled."""
    values = costs(seed=2)
    values[0, 180:240] *= np.linspace(1, 2, 60)
    values[0, 240:] *= 2
    told = begun(values)
    assert len(told) == 1
    assert 180 <= told[0][1] < 210


def test_a_series_that_begins_later_is_told_on_its_first_day():
    """One of which nobody knew is news; those that begin with the table are not."""
    values = costs(seed=3, series=3)
    values[1, :150] = np.nan
    assert begun(values) == [(1, 150)]


def test_a_series_of_little_is_no_news():
    """Where one of many resources begins each day, nobody hears of each."""
    values = costs(seed=3, series=3)
    values[1, :150] = np.nan
    values[1] /= 1_000
    assert begun(values) == []


def test_public_holidays_are_no_drops_where_they_are_named():
    """A day off is excused when the calendar has it, and told when nobody says so."""
    values = costs(seed=5)
    values[0, 210] *= 0.7
    day = date.fromordinal(START.toordinal() + 210)
    assert begun(values, holidays={day: "a holiday"}) == []
    values[0, 210] *= 0.5
    assert begun(values) == [(0, 210)]


def test_values_on_both_sides_of_zero_are_judged():
    """A balance that may be negative has no logarithm, and spikes all the same."""
    values = np.random.default_rng(6).normal(0, 1, (1, DAYS))
    values[0, [200, 260]] = 12, -12
    assert begun(values) == [(0, 200), (0, 260)]


def test_many_series_share_what_one_person_reads():
    """Quiet series give no more false events together than one asks for."""
    values = costs(seed=7, series=60)
    assert len(begun(values)) <= 0.5 * DAYS / 7
