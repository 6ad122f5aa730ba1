"""Points of any step: judged by earlier ones, and by nothing else."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.core.scoring import forecasters, lengths, points

HOUR, DAY = 3_600.0, 86_400.0
START = date(2026, 1, 1)


def seasonal(points_, length, seed=0, noise=0.05):
    """Draw a series with one season."""
    rng = np.random.default_rng(seed)
    shape = rng.uniform(1, 10, length)
    return np.resize(shape, points_) + rng.normal(0, noise, points_)


def judged(values, step=HOUR, rate=1e-3, **given_):
    return points.judge(np.atleast_2d(values), step, START, rate=rate, **given_)


@given(
    seed=st.integers(0, 1_000),
    cut=st.integers(1, 700),
    step=st.sampled_from([300.0, HOUR, DAY, 7 * DAY]),
)
@settings(max_examples=25, deadline=None)
def test_later_points_change_nothing(seed, cut, step):
    """What is said of a point is the same whether or not later ones are there."""
    rng = np.random.default_rng(seed)
    values = seasonal(700, 24, seed)
    values[rng.integers(0, 700, 5)] *= 4
    values[rng.integers(0, 700, 5)] = np.nan
    whole = judged(values, step)
    part = judged(values[:cut], step)
    names = ("expected", "low", "high", "score", "p_value", "is_odd", "event")
    for name in names:
        np.testing.assert_array_equal(
            getattr(part, name)[0], getattr(whole, name)[0, :cut], err_msg=name
        )


@given(factor=st.sampled_from([1e-6, 1e-2, 1e3, 1e9]))
@settings(max_examples=8, deadline=None)
def test_the_unit_of_the_values_does_not_matter(factor):
    """Values in other units are judged alike, hourly and daily ones."""
    values = seasonal(400, 7, seed=3)
    values[390] *= 3
    for step in (HOUR, DAY):
        one, other = judged(values, step), judged(values * factor, step)
        np.testing.assert_allclose(other.score, one.score, rtol=1e-6, atol=1e-6)
        np.testing.assert_array_equal(one.is_odd, other.is_odd)


@pytest.mark.parametrize("step", [HOUR, DAY])
def test_series_do_not_know_each_others_size(step):
    """A small series beside a large one is judged as if it were alone in size."""
    values = np.stack([seasonal(400, 7, seed=1), 1e6 * seasonal(400, 7, seed=2)])
    values[0, 395] *= 3
    assert judged(values, step).is_odd[0, 395]


def test_a_spike_within_a_season_is_seen():
    """A value that is usual at noon is odd at midnight."""
    values = seasonal(24 * 40, 24)
    low = int(values[:24].argmin())
    at = 24 * 35 + low
    values[at] = values[:24].max()
    found = judged(values)
    assert found.is_odd[0, at]
    assert found.is_odd[0].sum() <= 3
    assert found.high[0, at] < values[at]


def test_a_small_change_that_lasts_is_seen():
    """A change too small for one point shows in the mean of several."""
    rng = np.random.default_rng(5)
    values = 100 + rng.normal(0, 1, 3_000)
    values[2_500:2_540] += 2.5
    found = judged(values, 300.0)
    assert found.is_odd[0, 2_500:2_540].any()


def test_a_season_that_the_calendar_does_not_have_is_found():
    """A job every 37 points is expected after a while, and not told each time."""
    rng = np.random.default_rng(2)
    values = 10 + rng.normal(0, 0.2, 2_000)
    values[::37] += 30
    found = judged(values, 300.0)
    late = found.is_odd[0, 1_000:]
    assert late.mean() < 0.005
    assert lengths.found(values) == 37


def test_a_stated_season_is_the_only_one():
    """Who says how long a season is gets that one."""
    values = seasonal(600, 10)
    assert judged(values, DAY, seasons=(10,)).is_odd[0, 100:].mean() < 0.01
    expected = judged(values, DAY, seasons=(10,)).expected[0, 300:]
    assert np.abs(expected - values[300:]).mean() < 0.2


@pytest.mark.parametrize("step", [HOUR, DAY])
@pytest.mark.parametrize("value", [0.0, 5.0, -3.0])
def test_nothing_is_odd_where_nothing_happens(step, value):
    """A constant series is silent."""
    assert not judged(np.full(500, value), step).is_odd.any()


def test_a_season_is_no_surprise_before_it_is_known():
    """The first three days of an hourly series are not judged."""
    values = np.resize(np.arange(24.0), 24 * 10)
    values[[50, 200]] += 500
    found = judged(values)
    assert np.isnan(found.p_value[0, :72]).all()
    assert np.flatnonzero(found.is_odd[0]).tolist() == [200]


@pytest.mark.parametrize("step", [HOUR, DAY])
def test_few_or_unknown_points_are_not_judged(step):
    """Too little, or nothing at all, is no reason to fail or to speak."""
    for values in (np.full(50, np.nan), np.array([1.0]), np.arange(5.0)):
        found = judged(values, step)
        assert not found.is_odd.any()
        assert np.isnan(found.p_value).all()


@pytest.mark.parametrize("step", [HOUR, DAY])
def test_p_values_mean_what_they_say(step):
    """Of quiet noise, one point in a hundred is as rare as that; no more are odd."""
    rng = np.random.default_rng(11)
    values = 100 + rng.normal(0, 5, (40, 700))
    found = judged(values, step, rate=0.01)
    known = found.p_value[:, 200:][np.isfinite(found.p_value[:, 200:])]
    assert 0.004 < (known <= 0.01).mean() < 0.02
    assert found.is_odd.mean() < 0.01


@pytest.mark.parametrize("step", [HOUR, DAY])
def test_what_people_hear_of_once_is_one_event(step):
    """Odd points that follow each other share an event; one much later has its own."""
    rng = np.random.default_rng(8)
    values = 100 + rng.normal(0, 1, 600)
    values[[400, 401, 403, 500]] += 60
    event = judged(values, step).event[0]
    assert {400, 500} <= set(event.tolist())
    assert event[401] == event[403] == 400
    assert (event[[399, 402, 499]] == -1).all()


def test_the_best_lately_speaks():
    """A series that starts to have a season is soon expected to have it."""
    rng = np.random.default_rng(4)
    flat = 5 + rng.normal(0, 0.1, 500)
    values = np.concatenate([flat, seasonal(1_000, 24, seed=4)])
    expected = forecasters.expected(values, (24,), may_find=False)
    assert np.abs(expected[-200:] - values[-200:]).mean() < 0.3


@pytest.mark.parametrize("day", [31, 30])
def test_what_only_a_first_turn_of_a_month_has_is_no_news(day):
    """A monthly fee is not told the first time; what lasts is told after it."""
    rng = np.random.default_rng(0)
    quiet = 100 + rng.normal(0, 2, 90)
    quiet[:3] = np.nan
    once = np.where(np.arange(90) == day, 250.0, quiet)
    assert not judged(once, DAY, rate=0.01).is_odd.any()
    stays = np.where(np.arange(90) >= day, 250.0, quiet)
    begins = np.flatnonzero(judged(stays, DAY, rate=0.01).is_odd[0])[0]
    assert begins == 32
    lower = np.where(np.arange(90) == day, 30.0, quiet)
    assert judged(lower, DAY, rate=0.01).is_odd[0, day]
    later = np.where(np.arange(90) == 28 + day, 250.0, quiet)
    assert judged(later, DAY, rate=0.01).is_odd[0, 28 + day]
