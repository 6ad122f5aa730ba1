"""How rare a score is, and how rare it must be to be told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import quiet
from tasks.core.detection import rationing
from tasks.core.detectors.calibration import p_values


def normal(rows, days=300, seed=1):
    return np.random.default_rng(seed).standard_normal((rows, days))


@pytest.mark.parametrize("family", quiet.FAMILIES)
def test_one_in_a_hundred_means_it(family):
    """On quiet series of any family, 0.5 to 2 % of days are rarer than 1 %.

    On either side, and where no other kind of series is beside them.
    """
    shares = quiet.realised(quiet.judged(family, seed=5), 0.01)
    assert 0.005 <= min(shares) <= max(shares) <= 0.02


def test_a_single_series_is_calibrated_by_itself():
    """With nobody beside it a series has p-values that mean what they say, too."""
    found = [p_values(normal(1, 400, seed)) for seed in range(60)]
    above = np.concatenate([one.above[:, quiet.SETTLED :] for one in found])
    assert 0.005 <= np.mean(above <= 0.01) <= 0.02
    assert 0.08 <= np.mean(above <= 0.1) <= 0.12


@given(
    seed=st.integers(0, 1_000),
    cut=st.integers(1, 150),
    odd=st.lists(st.integers(0, 149), max_size=6),
)
@settings(max_examples=25, deadline=None)
def test_causal(seed, cut, odd):
    """Cut the scores at any day: the p-values before it are identical."""
    score = normal(6, 150, seed)
    score[0, odd] += 20
    score[1, :60] = np.nan
    whole, part = p_values(score), p_values(score[:, :cut])
    np.testing.assert_array_equal(whole.above[:, :cut], part.above)
    np.testing.assert_array_equal(whole.below[:, :cut], part.below)


def test_one_anomaly_does_not_excuse_the_next():
    """After two weeks of an anomaly, a day that is as odd is nearly as rare."""
    score = normal(50)
    score[0, 150:164] = 15.0
    score[0, 200] = 15.0
    assert p_values(score).above[0, 200] < 1e-4


def test_a_job_that_comes_again_becomes_usual():
    """A job on every tenth day is rare at first and usual after some months."""
    score = normal(50, 400)
    score[0, 100::10] = 15.0
    above = p_values(score).above[0]
    assert above[100] < 1e-4
    assert np.median(above[300::10]) > 0.01


def test_days_without_a_score_have_no_p_value():
    """Where nothing was judged nothing is rare; an empty panel has empty answers."""
    score = normal(3, 50)
    score[1, 10:20] = np.nan
    found = p_values(score)
    np.testing.assert_array_equal(np.isnan(found.above), np.isnan(score))
    assert p_values(np.empty((0, 50))).both.shape == (0, 50)
    assert p_values(np.empty((2, 0))).both.shape == (2, 0)


def test_step_up():
    """The largest p-value below its rank's share is the bound of its day."""
    p_value = np.array([[0.001, 0.2], [0.019, 0.3], [0.5, np.inf], [np.inf, 0.9]])
    bound = rationing.step_up(p_value, np.array([4, 4]), 0.04)
    np.testing.assert_array_equal(bound, [0.019, 0.0])


def test_fewer_alerts_a_week_are_fewer():
    """Of quiet series, a tenth of the alerts a week gives a tenth or less of them."""
    p_value = np.random.default_rng(2).uniform(size=(300, 400))
    worth = np.ones(p_value.shape, dtype=bool)
    many, few = (rationing.told(p_value, worth, rate).sum() for rate in (5.0, 0.5))
    weeks = 400 / 7
    assert few < many / 5
    assert many / weeks <= 5


@pytest.mark.parametrize(("wild", "is_told"), [(2, True), (20, False)])
def test_much_noise_that_is_worth_a_word_asks_for_rarer_days(wild, is_told):
    """Where usual days of many series pass the floors, a day must be rarer."""
    p_value = np.full((20, 300), 0.5)
    p_value[0, [50, 150, 290]] = 1e-3
    worth = p_value < 0.5
    worth[:wild, 100] = True
    told = rationing.told(p_value, worth, 5.0)[0, [50, 150, 290]]
    assert told.tolist() == [True, is_told, True]


def test_what_is_told_in_any_case_counts():
    """Many new scopes leave less room for rare days, though never none."""
    p_value = np.random.default_rng(3).uniform(size=(200, 200)) ** 3
    worth = p_value < rationing.USUAL

    def told(certain):
        days = np.full(200, certain)
        return int(rationing.told(p_value, worth, 5.0, days)[:, 100:].sum())

    assert told(0.0) > told(0.4) > told(5.0) > 0


def test_what_begins_nothing_takes_no_room():
    """After a day off, on which all series fall, a rare day is told as ever."""
    p_value = np.full((80, 100), 0.5)
    p_value[:, 60] = 1e-12
    p_value[7, 75] = 1e-6
    worth = np.ones(p_value.shape, dtype=bool)
    worth[:, 61:75] = False
    day_off = np.zeros(p_value.shape, dtype=bool)
    assert not rationing.told(p_value, worth, 5.0, begins_nothing=day_off)[7, 75]
    day_off[:, 60] = True
    assert rationing.told(p_value, worth, 5.0, begins_nothing=day_off)[7, 75]


def test_beginnings_count_once_an_account_and_day():
    """A price that moves everywhere is one; what goes on begins nothing."""
    days = np.zeros((4, 30), dtype=bool)
    days[:3, 5:9] = True
    days[3, [5, 20]] = True
    begun = rationing.beginnings(days, np.array([0, 0, 0, 1]))
    assert {day: int(n) for day, n in enumerate(begun) if n} == {5: 2, 20: 1}


def test_a_wild_month_is_rationed():
    """Where anomalies begin all the time, no more of them are told than asked for."""
    rng = np.random.default_rng(3)
    p_value = rng.uniform(size=(200, 400))
    wild = rng.random(p_value.shape) < 0.01
    p_value[wild] = 10.0 ** rng.uniform(-9, -4, wild.sum())
    told = rationing.told(p_value, np.ones(p_value.shape, dtype=bool), 5.0)
    assert wild[:, 100:].sum() / (300 / 7) > 10
    assert 2 < told[:, 100:].sum() / (300 / 7) < 7


@given(cut=st.integers(1, 120), seed=st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_rationing_is_causal(cut, seed):
    """What is told of a day does not depend on later ones."""
    p_value = np.random.default_rng(seed).uniform(size=(40, 120)) ** 4
    worth = np.ones(p_value.shape, dtype=bool)
    whole = rationing.told(p_value, worth, 3.0)
    part = rationing.told(p_value[:, :cut], worth[:, :cut], 3.0)
    np.testing.assert_array_equal(whole[:, :cut], part)


def test_a_fall_has_to_be_rarer():
    """What is told of a rise is not told of a fall unless it is ten times as rare."""
    p_value = np.ones((200, 100))
    p_value[:4, 50] = [1e-3, 1e-3, 1e-7, 1e-7]
    falls = np.zeros(p_value.shape, dtype=bool)
    falls[[0, 2]] = True
    worth = p_value < rationing.USUAL
    told = rationing.told(p_value, worth, 5.0, falls=falls)
    assert told[:4, 50].tolist() == [False, True, True, True]


def test_what_stays_odd_is_told():
    """The fourth odd day in a row to one side is told, though none is rare."""
    p_value = np.full((3, 20), 0.5)
    p_value[:, 8:14] = 0.008
    score = np.where(p_value < 0.01, 5.0, 0.1)
    score[1, 10:12] = -5.0
    worth = np.ones(p_value.shape, dtype=bool)
    worth[2, 10] = False
    told = rationing.persists(p_value, worth, score)
    assert np.argwhere(told).tolist() == [[0, 11], [0, 12], [0, 13]]


def rises(every=20):
    """Return series that rise far out on one day of ``every``, each on days apart."""
    score = np.zeros((20, 300))
    for row in range(len(score)):
        score[row, row::every] = 6.0
    return score


def test_rises_without_mirror_images_are_told():
    """Where a dozen rose far and nothing fell as far, the next rise is told at once."""
    score = rises(every=100)
    told = rationing.plain(np.ones(score.shape, dtype=bool), score, 5.0)
    assert not told[:, :10].any()
    assert (told == (score > 0))[:, 20:].all()


def test_rises_among_falls_as_far_are_noise():
    """Noise of heavy tails rises and falls alike; nothing of it is plain."""
    rng = np.random.default_rng(3)
    score = 2.0 * rng.standard_t(3, (50, 300))
    worth = np.ones(score.shape, dtype=bool)
    assert (score >= rationing.PLAIN).sum() > 100
    assert not rationing.plain(worth, score, 500.0).any()
    assert rationing.plain(worth, np.abs(score), 500.0).any()


def test_no_more_are_plain_than_people_read():
    """Where more rise each week than people will read, a rise is what is usual."""
    score = rises()
    worth = np.ones(score.shape, dtype=bool)
    assert not rationing.plain(worth, score, 5.0)[:, 56:].any()
    assert rationing.plain(worth, score, 8.0)[:, 56:].any()


@given(cut=st.integers(1, 299))
@settings(max_examples=20, deadline=None)
def test_what_is_plain_never_changes(cut):
    """Days that come later change nothing of what was told before."""
    score = 2.0 * np.abs(np.random.default_rng(4).standard_t(3, (9, 300)))
    worth = np.ones(score.shape, dtype=bool)
    whole = rationing.plain(worth, score, 5.0)
    part = rationing.plain(worth[:, :cut], score[:, :cut], 5.0)
    assert (whole[:, :cut] == part).all()
    assert whole.any()
