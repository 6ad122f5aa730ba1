"""Forecasts of series and sums, on made-up costs."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as made
from scipy import sparse
from worlds import START, quiet

from tasks.core.forecasting import predictions, projection, rehearsal, sums
from tasks.core.forecasting.calendar_days import places, span_of
from tasks.core.forecasting.declaration import Forecasting
from tasks.core.forecasting.intervals import Errors, calibrate
from tasks.core.forecasting.projection import Kinds, project
from tasks.core.forecasting.rehearsal import History, look, look_now

PARAMS = Forecasting()
FEW = Forecasting(rehearsals=8)


def kinds(rows, *, late=False, follows=False, metered=True):
    """Return series that are all alike."""
    return Kinds(*(np.full(rows, flag) for flag in (late, follows, metered)))


def history(costs, *, lag=0, start=START, of=None, **given):
    """Lay costs of one account out."""
    costs = np.atleast_2d(np.asarray(costs, dtype=float))
    rows = len(costs)
    return History(
        start=start,
        costs=costs,
        lag=np.full(rows, lag),
        kinds=of or kinds(rows),
        accounts=np.zeros(rows, dtype=np.int64),
        closed_after=10,
        **given,
    )


def ahead(costs, horizon=62, start=START, of=None):
    """Project series from the end of their costs."""
    costs = np.atleast_2d(np.asarray(costs, dtype=float))
    return project(costs, start, horizon, of or kinds(len(costs)), PARAMS.projection)


def everything(rows):
    """Return the membership of one sum over all series."""
    return sparse.csr_array(np.ones((1, rows)))


def test_a_constant_series_stays_constant():
    """What always cost the same is expected to, to the last digit that floats have."""
    np.testing.assert_allclose(ahead(np.full(200, 7.5)), 7.5)


def test_zero_and_nothing_are_nothing():
    """A series of zeros, and one of which nothing is known, are expected to be free."""
    nothing = np.stack([np.zeros(120), np.full(120, np.nan)])
    assert (ahead(nothing) == 0).all()


def test_late_charges_of_a_first_month_are_no_trouble():
    """Taxes that come before any month is closed have no past, and no forecast yet."""
    tax = np.zeros(28)
    tax[-1] = 60.0
    seen = look_now(history(tax, of=kinds(1, late=True)), 31, PARAMS)
    assert seen.costs.sum() == 60.0


@pytest.mark.parametrize("days", [1, 2, 8, 15])
def test_a_young_series_goes_on(days):
    """A series of a few days is expected to go on as it began."""
    young = np.full(200, np.nan)
    young[-days:] = 40.0
    np.testing.assert_allclose(ahead(young), 40.0)


def test_an_ended_series_costs_nothing():
    """A series without cost for two weeks is over."""
    ended = np.full(200, 50.0)
    ended[-21:] = 0
    np.testing.assert_allclose(ahead(ended), 0, atol=1e-9)


def test_weekdays_are_kept():
    """Weekends that cost less are expected to cost less, on their very days."""
    weekday = places(START, 262).weekday
    costs = np.where(weekday >= 5, 30.0, 100.0)
    np.testing.assert_allclose(ahead(costs[:200])[0], costs[200:], rtol=1e-6)


def test_a_weekly_job_comes_on_its_day():
    """What runs on Sundays alone costs on Sundays alone."""
    costs = np.where(places(START, 262).weekday == 6, 70.0, 0.0)
    np.testing.assert_allclose(ahead(costs[:200])[0], costs[200:], atol=1e-6)


@pytest.mark.parametrize("day", [1, 15, 28])
def test_a_monthly_fee_comes_again(day):
    """A fee on the same day of each month is expected on that day, and on no other."""
    costs = np.where(places(START, 262).day == day, 500.0, 0.0)
    fee = ahead(costs[:200], of=kinds(1, metered=False))
    np.testing.assert_allclose(fee[0], costs[200:], atol=1e-6)


def test_month_ends_of_all_lengths_are_met():
    """What doubles on the last day does so in months of 28, 30 and 31 days."""
    costs = np.where(places(START, 262).days_left == 0, 200.0, 100.0)
    np.testing.assert_allclose(ahead(costs[:200])[0], costs[200:], rtol=0.02)


def test_growth_goes_on_and_slows_down():
    """Steady growth is expected to go on, a little less with every day."""
    costs = 100 + 0.5 * np.arange(200)
    found = ahead(costs)[0]
    steps = np.diff(found)
    assert found[0] == pytest.approx(200, rel=0.02)
    assert (steps > 0).all()
    assert steps[-7:].mean() < steps[:7].mean() < 0.55


def test_one_spike_is_no_level():
    """A day that cost ten times as much hardly moves what is expected."""
    costs = np.full(200, 100.0)
    costs[-3] = 1_000.0
    assert ahead(costs).max() < 105


def test_a_single_purchase_is_not_expected_again():
    """A fee that came once is not spread over the days to come."""
    costs = np.zeros(200)
    costs[150] = 50_000.0
    assert (ahead(costs, of=kinds(1, metered=False)) == 0).all()


def test_rare_use_is_averaged():
    """Use on odd days is expected to cost what it cost over three months."""
    rng = np.random.default_rng(3)
    costs = np.where(rng.random(200) < 0.1, 100.0, 0.0)
    assert ahead(costs, 91).sum() == pytest.approx(costs[-91:].sum(), rel=0.35)


@settings(max_examples=40, deadline=None)
@given(
    costs=made.arrays(
        np.float64,
        st.tuples(st.integers(1, 3), st.integers(1, 150)),
        elements=st.one_of(st.just(np.nan), st.just(0.0), st.floats(-1e9, 1e9)),
    ),
    late=st.booleans(),
)
def test_never_nan(costs, late):
    """Whatever bills say, every expectation is a finite number."""
    found = ahead(costs, 40, of=kinds(len(costs), late=late))
    assert np.isfinite(found).all()


@settings(max_examples=15, deadline=None)
@given(cut=st.integers(40, 199), seed=st.integers(0, 9))
def test_causal(cut, seed):
    """What is expected on a day is the same whatever later days cost."""
    costs = quiet(rows=4, days=200, seed=seed)
    other = costs.copy()
    other[:, cut + 1 :] *= 5
    views = [look(history(one), cut, 40, PARAMS) for one in (costs, other)]
    np.testing.assert_array_equal(views[0].costs, views[1].costs)


def test_series_are_expected_as_if_alone(monkeypatch):
    """What is expected of a series is the same whatever others are worked on."""
    costs = quiet(rows=7, days=200, seed=3)
    costs[::2, [140, 171]] *= 4
    together = ahead(costs)
    monkeypatch.setattr(projection, "BLOCK", 2)
    np.testing.assert_array_equal(ahead(costs), together)
    alone = np.concatenate([ahead(one) for one in costs])
    np.testing.assert_array_equal(alone, together)


def test_an_incomplete_day_is_expected_and_not_taken():
    """Newest days that are still arriving are forecast, not read as cheap days."""
    costs = np.full(120, 100.0)
    costs[-2:] = 3.0
    view = look_now(history(costs, lag=2), 31, PARAMS)
    np.testing.assert_allclose(view.costs[0], 100.0)
    assert view.is_expected[0].sum() == 33


def test_a_tax_is_expected_until_it_comes():
    """A tax on the first is expected while the month is open, and taken once there."""
    start, day = date(2025, 1, 1), places(date(2025, 1, 1), 141).day
    usage = np.full(141, 100.0)
    tax = np.where(day == 1, 600.0, 0.0)
    both = Kinds(
        np.array([False, True]), np.array([False, True]), np.array([True, False])
    )
    late = np.where(np.arange(141) >= 120, 0.0, tax)  # May has no tax yet
    view = look_now(history([usage, late], of=both, start=start), 31, PARAMS)
    first_of_may = (date(2025, 5, 1) - start).days - view.first
    expected = view.costs[1, first_of_may]
    # April had 30 days, May has 31.
    assert expected == pytest.approx(600 * 31 / 30, rel=0.01)
    assert view.is_expected[1, first_of_may]
    came = late.copy()
    came[120] = 555.0
    view = look_now(history([usage, came], of=both, start=start), 31, PARAMS)
    assert view.costs[1, first_of_may] == 555.0
    assert not view.is_expected[1, first_of_may]


def test_a_closed_month_is_as_it_is():
    """Where bills are of long after, no charge of theirs is still to come."""
    costs = np.stack([np.full(120, 100.0), np.zeros(120)])
    of = Kinds(np.array([False, True]), np.zeros(2, bool), np.array([True, False]))
    view = look_now(history(costs, of=of, known_ahead=60), 31, PARAMS)
    assert not view.is_expected[:, : 120 - view.first].any()


def test_sums_are_calibrated_as_sums():
    """Series that err together have a sum that errs more than one that cancels."""
    rng = np.random.default_rng(5)
    shared = np.exp(0.03 * rng.standard_normal(330).cumsum() / 3)
    alone = np.exp(0.03 * rng.standard_normal((20, 330)).cumsum(axis=1) / 3)
    widths = []
    for walk in (np.tile(shared, (20, 1)), alone):
        outlook = sums.forecast(history(100 * walk), everything(20), 31, FEW)
        rest = sums.rest_of(outlook, 330, 360)
        widths.append(float((rest.high_80 - rest.low_80)[0]))
    assert widths[0] > 2 * widths[1]


def test_intervals_are_nested_and_hold_the_expectation():
    """95 % lie around 80 %, and both around what is expected."""
    outlook = sums.forecast(history(quiet(rows=6, days=300)), everything(6), 92, FEW)
    for band in (sums.series_days(outlook), sums.rest_of(outlook, 300, 330)):
        ends = (band.low_95, band.low_80, band.expected, band.high_80, band.high_95)
        for below, above in pairwise(ends):
            assert (below <= above).all()
        assert all(np.isfinite(end).all() for end in ends)


def test_what_was_never_negative_is_not_expected_to_be():
    """No interval of a cost that never was a credit goes below zero."""
    rng = np.random.default_rng(2)
    costs = rng.lognormal(1, 2, (3, 200))
    outlook = sums.forecast(history(costs), everything(3), 31, FEW)
    assert (sums.series_days(outlook).low_95 >= 0).all()
    assert (sums.rest_of(outlook, 200, 230).low_95 >= 0).all()


@pytest.mark.parametrize("days", [14, 20, 40])
def test_a_young_history_has_an_interval(days):
    """A few weeks of bills give an interval that is not a point."""
    outlook = sums.forecast(history(quiet(rows=3, days=days)), everything(3), 92, FEW)
    rest = sums.rest_of(outlook, days, days + 60)
    assert np.isfinite(rest.high_95).all()
    assert (rest.high_80 > rest.low_80).all()


def test_longer_is_less_sure():
    """A sum of more days has a wider interval."""
    outlook = sums.forecast(history(quiet(rows=9, days=330)), everything(9), 92, FEW)
    widths = []
    for last in (336, 345, 360, 420):
        rest = sums.rest_of(outlook, 330, last)
        widths.append(float((rest.high_80 - rest.low_80)[0]))
    assert widths == sorted(widths)


def test_intervals_cover_what_they_claim():
    """Of errors like those before, four of five lie within 80 %, 19 of 20 in 95 %."""
    rng = np.random.default_rng(11)
    scales = rng.lognormal(0, 1, 200)[:, None]
    known = scales * rng.standard_t(5, (200, 40))
    days = np.arange(40) * 10
    errors = Errors(np.array([10]), days, days >= 0, known[:, :, None])
    found = calibrate(errors)
    new = scales * rng.standard_t(5, (200, 500))
    usual = found.usual_error(np.array([10]))
    low_95, low_80, high_80, high_95 = found.quantiles(
        np.array([10]), (0.025, 0.1, 0.9, 0.975)
    )[:, 0]
    in_80 = (new >= low_80 * usual) & (new <= high_80 * usual)
    in_95 = (new >= low_95 * usual) & (new <= high_95 * usual)
    assert in_80.mean() == pytest.approx(0.80, abs=0.03)
    assert in_95.mean() == pytest.approx(0.95, abs=0.02)


def test_a_probability_falls_with_the_room():
    """The more may still come, the less likely a breach; it is a share at the ends."""
    outlook = sums.forecast(history(quiet(rows=5, days=300)), everything(5), 31, FEW)
    path = sums.paths(outlook, 300, 330)[0]
    room = [path[-1] * factor for factor in (0.1, 0.9, 1.0, 1.1, 9.0)]
    chances = [sums.chance_above(outlook, 0, path, one)[-1] for one in room]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.95
    assert chances[-1] < 0.05


def test_rehearsals_see_no_later_day():
    """What earlier forecasts got wrong is the same when more days follow."""
    costs = quiet(rows=3, days=260)
    days = rehearsal.days_to_rehearse(history(costs[:, :200]), FEW)
    for day in days:
        early = look(history(costs[:, :200]), int(day), 31, FEW)
        late = look(history(costs), int(day), 31, FEW)
        np.testing.assert_array_equal(early.costs, late.costs)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_periods_hold_their_days(day):
    """A day lies in its month, quarter and year, which begin where others end."""
    for period in ("month", "quarter", "year"):
        span = span_of(period, day)
        assert span.first_date <= day <= span.last_date
        after = span_of(period, span.last_date + timedelta(days=1))
        assert after.first_date == span.last_date + timedelta(days=1)
        assert span.first_date.day == 1


def test_the_horizon_reaches_the_end_of_every_period():
    """A forecast reaches the quarter's end, and the year's where a budget asks."""
    newest = date(2026, 2, 10)
    assert predictions.horizon(newest, [], replace_days(31)) == 49
    assert predictions.horizon(newest, [], PARAMS) == 92


def replace_days(days):
    """Return parameters that look so far ahead."""
    return PARAMS.model_copy(update={"days": days})


def test_lagging_accounts_are_known_so_far():
    """An account whose bills are two days late is forecast from two days ago."""
    costs = np.full((2, 120), 100.0)
    late = replace(history(costs), lag=np.array([0, 2]))
    view = look_now(late, 31, PARAMS)
    assert view.is_expected.sum(axis=1).tolist() == [31, 33]


def test_a_holiday_is_expected_as_earlier_ones_were():
    """It is like a Sunday, or like what others were; other days know nothing of it."""
    weekday = places(START, 262).weekday
    costs = np.where(weekday >= 5, 40.0, 100.0)
    plain = ahead(costs)[0]
    fridays = np.flatnonzero(weekday == 4)
    past, coming = fridays[-6:-1:2], 262 + np.flatnonzero(np.isclose(plain, 100))[0]
    costs[past] = 20.0
    free = [START + timedelta(days=int(column)) for column in (*past, coming)]
    of = kinds(1)
    found = project(costs[None], START, 62, of, PARAMS.projection, holidays=free)[0]
    assert found[coming - 262] == pytest.approx(20, rel=0.05)
    others = np.delete(np.arange(62), coming - 262)
    np.testing.assert_allclose(found[others], plain[others])
