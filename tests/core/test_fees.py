"""What comes each month: known from the first one on, on whatever weekday it falls."""

import numpy as np
import pytest
import worlds

from tasks.core.detectors.seasonal import Seasonal

DAYS = 250


def monthly(number, *, weekend=1.0, fee=0.0, times=1.0, seed=0):
    """Return a panel with a fee, or a job, on one day of each month, and its days."""
    rng = np.random.default_rng(seed)
    costs = 100 + rng.normal(0, 2, (1, DAYS))
    panel = worlds.panel(costs)
    for day in range(DAYS):
        panel.costs[0, day] *= weekend if panel.day(day).weekday() > 4 else 1.0
    days = [day for day in range(DAYS) if panel.day(day).day == number]
    panel.costs[0, days] = panel.costs[0, days] * times + fee
    return panel, days


@pytest.mark.parametrize("number", [1, 2, 15, 26, 28])
def test_a_fee_is_known_from_the_first_month_on(number):
    """Bills begin on a first: what was charged before any level was known counts."""
    panel, days = monthly(number, fee=300.0)
    score = Seasonal().score(panel).score[0, days]
    assert np.nanmax(np.abs(score)) < 4


@pytest.mark.parametrize("number", [1, 10])
def test_a_fee_is_the_same_money_on_a_sunday(number):
    """What is four times a weekday is twenty times a Sunday, and no news on it."""
    panel, days = monthly(number, weekend=0.2, fee=400.0)
    weekdays = {panel.day(day).weekday() for day in days}
    assert weekdays & {5, 6}
    assert weekdays - {5, 6}
    score = Seasonal().score(panel).score[0, days[2:]]
    assert np.nanmax(score) < 4


def test_a_job_multiplies_on_a_sunday():
    """What doubles the cost of each day it runs on is no news either."""
    panel, days = monthly(10, weekend=0.2, times=2.0)
    assert np.nanmax(Seasonal().score(panel).score[0, days[2:]]) < 4


def test_a_fee_that_grew_is_news():
    """Three times the fee of all months before stands out."""
    panel, days = monthly(1, fee=300.0)
    panel.costs[0, days[5]] += 600.0
    assert Seasonal().score(panel).score[0, days[5]] > 6


def test_noise_at_a_month_edge_is_no_fee():
    """A weekday's small deviation excuses no larger one on a cheap weekend."""
    panel, days = monthly(1, weekend=0.2, fee=20.0)
    on_weekend = next(day for day in days[3:] if panel.day(day).weekday() > 4)
    panel.costs[0, on_weekend] *= 2
    assert Seasonal().score(panel).score[0, on_weekend] > 6
