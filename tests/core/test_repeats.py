"""Days that are like others of the quarter before."""

import numpy as np
import pytest
import worlds

from tasks.core.detection import alerts, looking
from tasks.core.detection.declaration import Detection, Threshold
from tasks.core.detection.repeats import QUARTER, is_repeat

DAY = 150


@pytest.mark.parametrize(
    ("before", "is_known"),
    [
        ([20], False),
        ([20, 60], True),
        ([20, 21], False),
        ([20, QUARTER + 1], False),
    ],
)
def test_a_third_time_in_a_quarter_is_a_repeat(before, is_known):
    """Two runs of days before make a third one known; one long run does not."""
    costs = np.full((1, 200), 100.0)
    costs[0, [DAY, *(DAY - back for back in before)]] = 300.0
    days = np.zeros(costs.shape, dtype=bool)
    days[0, DAY] = True
    found = is_repeat(costs, np.full(costs.shape, 100.0), days, 1.0)
    assert found.sum() == found[0, DAY] == is_known


@pytest.mark.parametrize("cost", [600.0, 30.0])
def test_what_is_larger_or_falls_is_none(cost):
    """Two spikes excuse neither a larger one nor a drop."""
    costs = np.full((1, 200), 100.0)
    costs[0, [100, 120]] = 300.0
    costs[0, DAY] = cost
    days = np.zeros(costs.shape, dtype=bool)
    days[0, DAY] = True
    assert not is_repeat(costs, np.full(costs.shape, 100.0), days, 1.0).any()


def test_what_its_weekday_often_costs_is_a_repeat():
    """Work that goes on and off lies at either, whichever was expected."""
    costs = np.full((1, 200), 100.0)
    days = np.zeros(costs.shape, dtype=bool)
    days[0, DAY] = True
    costs[0, [DAY, DAY - 14, DAY - 42]] = 0.0
    # Nothing was expected on those days, for the level lay there.
    expected = np.where(costs > 0, costs, 0.0)
    expected[0, DAY] = 100.0
    assert is_repeat(costs, expected, days, 1.0)[0, DAY]
    costs[0, DAY - 42] = 100.0
    assert not is_repeat(costs, expected, days, 1.0).any()


def test_what_other_weekdays_cost_is_none():
    """A Monday that costs as little as Sundays do is no repeat of them."""
    costs = np.full((1, 200), 100.0)
    costs[0, DAY - 1 :: -7] = 20.0
    expected = costs.copy()
    costs[0, DAY] = 20.0
    days = np.zeros(costs.shape, dtype=bool)
    days[0, DAY] = True
    assert not is_repeat(costs, expected, days, 1.0).any()


def test_a_young_series_has_no_quarter():
    """Days before the first one are not known, and count for nothing."""
    costs = np.array([[100.0, 300.0, 100.0, 300.0]])
    days = costs > 200
    assert not is_repeat(costs, np.full(costs.shape, 100.0), days, 1.0).any()


@pytest.mark.parametrize("unless_expected", [True, False])
def test_a_threshold_may_leave_out_what_is_usual(unless_expected):
    """Work that goes on and off exceeds it each time, which is no news if asked for."""
    rng = np.random.default_rng(1)
    costs = np.where(rng.random((1, 300)) < 0.3, 2000.0, 20.0)
    rule = Threshold(absolute=1000.0, percent=200.0, unless_expected=unless_expected)
    book = worlds.book(costs)
    found = alerts.find(book.panel, book.settled, Detection(thresholds=(rule,)))
    told = int(found.says["thresholds"][0, 100:].sum())
    assert (told == 0) == unless_expected


def test_work_that_goes_on_and_off_is_told_few_times():
    """Twenty such series are told when they begin to, and hardly once in a quarter."""
    book = worlds.book(worlds.on_and_off(noise=0.05))
    found = looking.find(
        book, alerts.find(book.panel, book.settled, Detection()), Detection()
    )
    late = [one for one in found if (one.first_date - worlds.START).days >= 120]
    assert len(late) <= 2
