"""Weekends that were left on."""

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.core.detection import alerts, looking, rationing
from tasks.core.detection.declaration import Detection
from tasks.core.detectors import weekends
from tasks.core.detectors.seasonal import Seasonal

PARAMS = Detection()
SATURDAY = next(
    day for day in range(171, 180) if worlds.panel(np.zeros(1)).day(day).weekday() == 5
)


def offices(rows=20, days=220, noise=0.09, rest=0.75, seed=1):
    """Costs of a company that rests at weekends, and whose days differ by a tenth."""
    rng = np.random.default_rng(seed)
    costs = 200 * np.exp(noise * rng.standard_normal((rows, days)))
    costs[:, [worlds.panel(costs).day(day).weekday() > 4 for day in range(days)]] *= (
        rest
    )
    return costs


def left_on(costs, row=3, days=2):
    """Let one series cost on a weekend what it did on the five days before."""
    costs[row, SATURDAY : SATURDAY + days] = costs[row, SATURDAY - 5 : SATURDAY].mean()
    return costs


def found_in(costs):
    book = worlds.book(costs)
    return looking.find(book, alerts.find(book.panel, book.settled, PARAMS), PARAMS)


def broken(costs):
    return [one for one in found_in(costs) if one.kind == "pattern_break"]


def test_both_days_tell_what_one_does_not():
    """A weekend a third dearer, in noise of a tenth, is told; one day of it is not."""
    noise = np.full((60, 1), 0.02)
    noise[3] = 0.09
    quiet = offices(rows=60, noise=noise)
    assert broken(left_on(quiet.copy(), days=1)) == broken(quiet) == []
    [anomaly] = broken(left_on(quiet))
    assert anomaly.scope.sub_account_id == "account-3"
    assert anomaly.first_date == worlds.panel(offices()).day(SATURDAY + 1)
    bound = rationing.LARGEST_WEEKEND * PARAMS.alerts_per_week
    assert anomaly.p_value <= bound


def test_noise_everywhere_needs_more():
    """Where the noise of all series is worth a word, the same weekend is not told."""
    assert broken(left_on(offices())) == []


@pytest.mark.parametrize(("rest", "factor"), [(1.0, 1.3), (0.75, 1.12)])
def test_only_what_is_like_weekdays_counts(rest, factor):
    """Where nothing rests, and where little is made up for, no pattern is broken."""
    costs = offices(rest=rest)
    costs[3, SATURDAY : SATURDAY + 2] = 200 * rest * factor
    assert broken(costs) == []


@pytest.mark.parametrize("first", [SATURDAY, SATURDAY + 1])
@pytest.mark.parametrize("second", [SATURDAY + 7, SATURDAY + 8])
def test_weekends_in_a_row_are_one_anomaly(first, second):
    """The second weekend goes on what the first began, on whichever of its days."""
    costs = offices(noise=0.03)
    costs[3, [first, second]] = 200.0
    [anomaly] = broken(costs)
    day = worlds.panel(costs).day
    assert anomaly.first_date == day(first)
    assert anomaly.last_date >= day(second)


def test_two_cheap_weekend_days_are_two():
    """A fall on a Saturday does not go on with one on the Sunday of the next week."""
    costs = offices(noise=0.03)
    costs[3, [SATURDAY, SATURDAY + 8]] *= 0.5
    found = [one for one in found_in(costs) if one.direction == "down"]
    assert len(found) == 2


def test_a_quiet_company_hears_nothing():
    """Twenty such series are told of fewer than two weekends in half a year."""
    companies = [offices(seed=seed) for seed in range(10)]
    assert sum(len(broken(costs)) for costs in companies) < 20


@given(start=st.dates(), days=st.integers(0, 40))
def test_sundays(start, days):
    """Every Sunday with six days before it is looked at, and no other day."""
    panel = worlds.panel(np.zeros((1, days)), start=start)
    wanted = [day for day in range(6, days) if panel.day(day).weekday() == 6]
    assert weekends.sundays(panel).tolist() == wanted


@given(cut=st.integers(SATURDAY - 1, SATURDAY + 9))
@settings(max_examples=6, deadline=None)
def test_causal(cut):
    """Later days change nothing of what is said of a day."""
    costs = left_on(offices())
    whole, part = (
        alerts.find(book.panel, book.settled, PARAMS)
        for book in (worlds.book(costs), worlds.book(costs[:, :cut]))
    )
    np.testing.assert_array_equal(whole.opens[:, :cut], part.opens)
    np.testing.assert_array_equal(whole.p_value[:, :cut], part.p_value)


def test_a_series_that_moves_as_a_whole_breaks_no_pattern():
    """Where weekdays rose before the weekend, that is told, and not the weekend."""
    costs = offices()
    costs[3, SATURDAY - 5 :] *= 1.33
    sunday = SATURDAY + 1
    panel = worlds.panel(costs)
    season = Seasonal(PARAMS.seasonality).season(panel)
    said = weekends.weekends(panel, season, season.surprise / season.spread)
    column = weekends.sundays(panel).tolist().index(sunday)
    assert said.score[3, column] > 2
    assert not said.is_like_weekdays[3, column]
