"""What every detector promises, and what each promises besides."""

from datetime import timedelta

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.core.detection import voices
from tasks.core.detection.declaration import Detection, Threshold
from tasks.core.detectors.drift import Drifting
from tasks.core.detectors.novelty import NewScope
from tasks.core.detectors.prices import UnitPrice
from tasks.core.detectors.seasonal import Seasonal
from tasks.core.detectors.thresholds import Thresholds

DETECTORS = [
    Thresholds((Threshold(absolute=5.0), Threshold(percent=20.0, provider="AWS"))),
    Seasonal(),
    NewScope(5.0),
    Drifting(),
    UnitPrice(),
]
FIELDS = ("expected", "low", "high", "score")

every_detector = pytest.mark.parametrize(
    "detector", DETECTORS, ids=lambda detector: detector.name
)


@st.composite
def panels(draw):
    """Draw a few series with gaps, births, spikes and jumps, and some holidays."""
    seed = draw(st.integers(0, 10_000))
    days = draw(st.integers(30, 150))
    rng = np.random.default_rng(seed)
    costs = worlds.quiet(rows=4, days=days, seed=seed)
    costs[0, : rng.integers(0, days)] = np.nan
    costs[1, rng.integers(0, days)] *= 10
    costs[2, rng.integers(0, days) :] *= 2
    costs[3, rng.integers(0, days) :] = 0
    unknown = rng.integers(0, days, 3)
    costs[:, unknown] = np.nan
    free = {
        worlds.START + timedelta(days=int(day)): f"holiday {day % 3}"
        for day in rng.integers(0, 160, 8)
    }
    return worlds.panel(costs, costs / rng.uniform(1, 2, (4, 1)), holidays=free)


def head(panel, days):
    from dataclasses import replace

    return replace(
        panel, costs=panel.costs[:, :days], quantities=panel.quantities[:, :days]
    )


@every_detector
class TestEveryDetector:
    @given(panel=panels(), cut=st.integers(1, 150))
    @settings(max_examples=15, deadline=None)
    def test_causal(self, detector, panel, cut):
        """Tomorrow's bill never changes what was said of yesterday."""
        whole = detector.score(panel)
        part = detector.score(head(panel, cut))
        for name in FIELDS:
            np.testing.assert_array_equal(
                getattr(whole, name)[:, :cut], getattr(part, name)
            )

    @given(panel=panels())
    @settings(max_examples=5, deadline=None)
    def test_shape_and_input(self, detector, panel):
        """Every array has the panel's shape, and the panel is left as it was."""
        before = panel.costs.copy()
        scores = detector.score(panel)
        assert {getattr(scores, name).shape for name in FIELDS} == {before.shape}
        np.testing.assert_array_equal(panel.costs, before)

    @given(panel=panels())
    @settings(max_examples=5, deadline=None)
    def test_repeatable(self, detector, panel):
        """The same series get the same scores."""
        np.testing.assert_array_equal(
            detector.score(panel).score, detector.score(panel).score
        )

    def test_constant_series_is_silent(self, detector):
        """A cost that never changes is never odd."""
        score = detector.score(worlds.panel(np.full((3, 200), 42.0))).score
        assert not (np.abs(score) >= 1).any()

    def test_empty_panel(self, detector):
        """No series, no scores."""
        empty = worlds.panel(np.empty((0, 50)))
        assert detector.score(empty).score.shape == (0, 50)


def false_alarms(costs, bound):
    """Return the share of judged days whose score reaches a bound."""
    score = np.abs(Seasonal().score(worlds.panel(costs)).score)
    return np.mean(score[np.isfinite(score)] >= bound)


def test_seasonal_false_alarm_rate():
    """Of quiet days with normal noise, fewer than 1 in 2,000 reach the default."""
    assert false_alarms(worlds.quiet(rows=400, days=400, seed=5), 4.5) < 1 / 2_000


def test_seasonal_false_alarm_rate_with_heavy_tails():
    """With the tails of Student's t of 5, fewer than 1 in 150 reach the default."""
    rng = np.random.default_rng(3)
    noise = np.exp(0.05 * rng.standard_t(5, (200, 400)))
    costs = worlds.quiet(rows=200, days=400, noise=0.0) * noise
    assert false_alarms(costs, 4.5) < 1 / 150


@pytest.mark.parametrize("factor", [2.0, 0.3])
@pytest.mark.parametrize(("day", "share"), [(140, 0.9), (150, 0.75)])
def test_seasonal_sees_both_directions(factor, day, share):
    """A day at twice, or at a third of the usual cost has a score of its sign.

    Day 150 is a Saturday and the last of its month: what others had there is excused.
    """
    costs = worlds.quiet(rows=50, days=200, seed=2)
    costs[:, day] *= factor
    score = Seasonal().score(worlds.panel(costs)).score[:, day]
    assert (np.sign(score) == np.sign(factor - 1)).all()
    assert np.mean(np.abs(score) > 4.5) > share


def test_seasonal_expects_nothing_that_never_was():
    """Of work that goes on and off no day is expected dearer than any was.

    At a month's edge as much may come on top.
    """
    expected = Seasonal().score(worlds.panel(worlds.on_and_off(cost=2000.0))).expected
    assert np.nanmax(expected) < 2.01 * 2000


def test_seasonal_learns_the_month_end():
    """A job that doubles each last day of a month is expected from the second on."""
    costs = np.full((1, 200), 100.0) + np.random.default_rng(0).normal(0, 2, (1, 200))
    panel = worlds.panel(costs)
    ends = [day for day in range(199) if panel.day(day + 1).day == 1]
    panel.costs[0, ends] *= 2
    score = Seasonal().score(panel).score[0, ends]
    assert np.nanmax(np.abs(score)) < 3


def test_seasonal_learns_a_monthly_job():
    """A job stands out once; after two months it is missed, and may come again."""
    costs = np.full((1, 250), 100.0) + np.random.default_rng(0).normal(0, 2, (1, 250))
    panel = worlds.panel(costs)
    jobs = [day for day in range(250) if panel.day(day).day == 12]
    panel.costs[0, [*jobs[2:5], jobs[6]]] *= 3
    score = Seasonal().score(panel).score[0, jobs]
    assert (np.abs(score[2:]) > 6).tolist() == [True, False, False, True, False, False]


@pytest.mark.parametrize(("times", "is_odd"), [(1.0, False), (2.2, False), (4.0, True)])
def test_seasonal_excuses_as_much_as_a_month_before(times, is_odd):
    """A spike a month after another is odd only where it is clearly larger."""
    costs = np.full((1, 200), 100.0) + np.random.default_rng(0).normal(0, 2, (1, 200))
    panel = worlds.panel(costs)
    first, second = (day for day in range(60, 120) if panel.day(day).day == 12)
    panel.costs[0, first] *= 2
    panel.costs[0, second] *= times
    score = Seasonal().score(panel).score[0]
    assert score[first] > 6
    assert (abs(score[second]) > 6) == is_odd


def test_a_job_stands_alone_beside_a_day_off():
    """A job is known by itself, though its series rested on the next day."""
    costs = np.full((1, 200), 100.0) + np.random.default_rng(0).normal(0, 2, (1, 200))
    panel = worlds.panel(costs)
    first, second = (day for day in range(60, 120) if panel.day(day).day == 12)
    panel.costs[0, [first, second]] *= 2
    panel.costs[0, first + 1] *= 0.3
    assert abs(Seasonal().score(panel).score[0, second]) < 6


def test_a_level_of_a_month_ago_excuses_no_day():
    """What began a month ago and stayed a week is no job that comes again."""
    costs = np.full((1, 200), 100.0) + np.random.default_rng(0).normal(0, 2, (1, 200))
    panel = worlds.panel(costs)
    first, second = (day for day in range(60, 120) if panel.day(day).day == 12)
    panel.costs[0, first : first + 7] *= 2
    panel.costs[0, second] *= 2
    assert Seasonal().score(panel).score[0, second] > 6


def test_seasonal_accepts_a_new_level():
    """A level that stays is reported for half of level_days, then it is normal."""
    costs = np.full((1, 200), 100.0) + np.random.default_rng(0).normal(0, 2, (1, 200))
    costs[0, 120:] *= 1.8
    odd = np.flatnonzero(Seasonal().score(worlds.panel(costs)).score[0] > 4.5)
    assert (odd[0], 9 <= len(odd) <= 12) == (120, True)


def test_threshold_needs_every_bound_that_is_set():
    """Twice the cost exceeds a percent bound, but not if the sum is small as well."""
    costs = np.full((2, 60), [[10.0], [1000.0]])
    costs[:, 50] *= 2
    rule = Threshold(absolute=100.0, percent=50.0)
    score = Thresholds((rule,)).score(worlds.panel(costs)).score[:, 50]
    np.testing.assert_allclose(score, [0.1, 2.0])


@pytest.mark.parametrize("unless_expected", [True, False])
def test_threshold_may_leave_out_what_comes_each_month(unless_expected):
    """A charge of each first is told each month only by a rule that asks for it."""
    panel = worlds.panel(np.full(240, 100.0))
    firsts = [day for day in range(240) if panel.day(day).day == 1]
    panel.costs[0, firsts] = 5000.0
    panel.costs[0, firsts[-1]] = 20_000.0
    rule = Threshold(absolute=1000.0, percent=200.0, unless_expected=unless_expected)
    says = voices.listen(
        panel, np.full(panel.costs.shape, 5.0), Detection(thresholds=(rule,))
    ).says["thresholds"][0]
    assert says[firsts[3:-1]].any() != unless_expected
    assert says[firsts[-1]]


def test_threshold_of_another_provider_is_silent():
    """A rule watches the provider and the charge kind that it names."""
    rules = (
        Threshold(provider="Microsoft", absolute=1.0),
        Threshold(charge_kind="tax"),
    )
    score = Thresholds(rules).score(worlds.panel(np.arange(60.0))).score
    assert np.isnan(score).all()


def test_novelty_needs_a_known_account():
    """A series that begins with its account is not new; one that comes later is."""
    costs = np.full((2, 100), 50.0)
    costs[1, :60] = np.nan
    score = NewScope(10.0).score(worlds.panel(costs)).score
    assert np.isnan(score[0]).all()
    np.testing.assert_array_equal(np.flatnonzero(score[1] >= 1), np.arange(60, 74))


def test_price_moves_at_equal_quantity():
    """A price that rises by a twentieth stands out while quantities wander."""
    rng = np.random.default_rng(4)
    quantities = 1000 * np.exp(0.2 * rng.standard_normal((1, 120)))
    price = np.where(np.arange(120) < 90, 0.10, 0.105)
    score = UnitPrice().score(worlds.panel(quantities * price, quantities)).score[0]
    odd = np.flatnonzero(np.abs(score) >= 6)
    assert (odd[0], odd[-1]) == (90, 103)


def test_drift_is_seen_and_a_step_is_not():
    """Growth of two percent a day for a month is a drift; a jump is none."""
    rng = np.random.default_rng(6)
    costs = 100 * np.exp(0.02 * rng.standard_normal((2, 200)))
    costs[0, 120:150] *= 1.02 ** np.arange(30)
    costs[0, 150:] *= 1.02**30
    costs[1, 120:] *= 1.8
    score = Drifting().score(worlds.panel(costs)).score
    assert np.nanmax(score[0]) > 1
    assert np.nanmax(np.abs(score[1])) < 1
