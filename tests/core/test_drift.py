"""What slow movement is, what only looks like it, and how soon it is told."""

from datetime import date

import numpy as np
import pytest
import worlds

from tasks.core.detectors.drift import Drifting
from tasks.core.detectors.seasonal import Seasonal

DAYS = 240
BEGINS = 150


def noisy(rows, days=DAYS, noise=0.05, seed=3):
    rng = np.random.default_rng(seed)
    return 200 * np.exp(noise * rng.standard_normal((rows, days)))


def ramp(a_day, days=DAYS, length=40):
    return 1 + a_day * np.clip(np.arange(days) - BEGINS + 1, 0, length)


def told(costs, start=worlds.START):
    score = Drifting().score(worlds.panel(costs, start=start)).score
    return np.nan_to_num(score)


def mean_delay(costs):
    begins = [np.flatnonzero(row[BEGINS:] >= 1) for row in told(costs)]
    assert all(len(days) for days in begins)
    return np.mean([days[0] for days in begins])


@pytest.mark.parametrize(("noise", "days"), [(0.02, 15.0), (0.05, 10.5), (0.08, 13.5)])
def test_told_as_soon_as_noise_allows(noise, days):
    """A rise of 2.5 percent a day is told; in calm series the day's score was first."""
    assert mean_delay(noisy(100, noise=noise) * ramp(0.025)) <= days


def test_told_long_before_the_level_follows():
    """A drift lies further from the level before it than from that of the day."""
    costs = noisy(20, noise=0.02) * ramp(0.02)
    panel = worlds.panel(costs)
    day = BEGINS + 20
    slow = Drifting().score(panel).expected[:, day]
    quick = Seasonal().score(panel).expected[:, day]
    assert (slow < 0.95 * quick).all()


@pytest.mark.parametrize("direction", [1, -1])
def test_told_both_ways(direction):
    """A slow decline is told as a slow rise is, with its sign."""
    score = told(noisy(10) * ramp(direction * 0.02))
    assert (direction * score[:, BEGINS : BEGINS + 20]).max(axis=1).min() >= 1
    assert (direction * score).min() > -1


def test_noise_is_no_drift():
    """Of two hundred quiet series over more than a year hardly one is told."""
    score = told(worlds.quiet(rows=200, days=400))
    assert (np.abs(score) >= 1).any(axis=1).sum() <= 2


def test_growth_that_was_always_there_is_normal():
    """Half a percent a day, from the beginning on, is what the series does."""
    score = told(noisy(50, noise=0.03) * np.exp(0.005 * np.arange(DAYS)))
    assert (np.abs(score) >= 1).any(axis=1).sum() <= 1


def test_waves_are_no_drift():
    """A slow wave leads to where the series was before, and back."""
    phase = np.random.default_rng(5).uniform(0, 1, (50, 1))
    turns = 2 * np.pi * (phase + np.arange(400) / 80)
    score = told(noisy(50, days=400) * (1 + 0.06 * np.sin(turns)))
    assert (np.abs(score) >= 1).any(axis=1).sum() <= 2


def test_days_hang_together():
    """Noise that lasts for days needs more evidence than noise that does not."""
    rng = np.random.default_rng(8)
    shocks = 0.06 * rng.standard_normal((100, 400))
    lasting = np.zeros(shocks.shape)
    for day in range(1, 400):
        lasting[:, day] = 0.6 * lasting[:, day - 1] + 0.8 * shocks[:, day]
    score = told(200 * np.exp(lasting))
    assert (np.abs(score) >= 1).any(axis=1).sum() <= 10


def test_short_months_are_no_drift():
    """What is priced by the month costs a tenth more a day in February."""
    days = np.datetime64(date(2024, 9, 1)) + np.arange(DAYS)
    months = days.astype("datetime64[M]")
    lengths = (months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")
    costs = noisy(20, noise=0.01) * 30 / lengths.astype(float)
    assert (
        np.abs(told(costs * 1.05 ** (months > months[0]), date(2024, 9, 1))).max() < 1
    )


def test_days_off_are_no_drift():
    """Two cheap days of a holiday are not the beginning of a decline."""
    costs = noisy(50, noise=0.03)
    costs[:, BEGINS : BEGINS + 2] *= 0.4
    assert np.abs(told(costs)).max() < 1


def test_unknown_days_are_no_decline():
    """Where bills are missing for weeks nothing moved."""
    costs = noisy(10)
    costs[:, BEGINS : BEGINS + 25] = np.nan
    assert np.abs(told(costs)).max() < 1


def test_work_that_goes_on_and_off_has_no_line():
    """Runs of days with work, of different lengths, are no drift."""
    score = Drifting().score(worlds.panel(worlds.on_and_off(noise=0.05))).score
    assert not (np.abs(score) >= 1).any()
