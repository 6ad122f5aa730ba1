"""Days on which much of an account moves the same way."""

from datetime import timedelta

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.core.detection import alerts, looking, tides
from tasks.core.detection.declaration import Detection

PARAMS = Detection()
DAY = 150


def shop(rows=30, days=200, seed=1):
    """Costs of a company that does not rest at weekends."""
    rng = np.random.default_rng(seed)
    level = rng.uniform(50, 200, rows)[:, None]
    return level * np.exp(0.02 * rng.standard_normal((rows, days)))


def found_in(costs):
    book = worlds.book(costs)
    return looking.find(book, alerts.find(book.panel, book.settled, PARAMS), PARAMS)


def holiday(costs, columns):
    """Let two series of three fall by a tenth to a quarter, each by its own share."""
    shares = np.random.default_rng(5).uniform(0.75, 0.9, len(costs))
    shares[::3] = 1.0
    costs[:, columns] *= shares[:, None]
    return costs


def test_a_quiet_day_is_no_news():
    """What falls with much of its account is not told; what falls alone is."""
    alone = shop()
    alone[1, DAY] *= 0.75
    assert [one.kind for one in found_in(alone)] == ["drop"]
    assert found_in(holiday(shop(), [DAY, DAY + 3])) == []


def test_a_series_that_falls_further_is_told():
    """On a quiet day a series that nearly stops is told by itself."""
    costs = holiday(shop(), [DAY])
    costs[7, DAY] *= 0.1
    [anomaly] = found_in(costs)
    assert (anomaly.kind, anomaly.scope.sub_account_id) == ("drop", "account-7")


@pytest.mark.parametrize(("factor", "direction"), [(1.5, "up"), (0.3, "down")])
def test_one_cause_is_told_once(factor, direction):
    """A sale and an outage are one anomaly each, of all of the account."""
    costs = shop()
    costs[: len(costs) // 2, DAY : DAY + 3] *= factor
    costs[len(costs) // 2 :, DAY : DAY + 3] *= (1 + factor) / 2
    [anomaly] = found_in(costs)
    assert (anomaly.direction, anomaly.rolled_up) == (direction, ("sub_account_id",))
    assert anomaly.first_date == worlds.START + timedelta(days=DAY)
    assert len(anomaly.days) == 3


def test_a_fall_that_stays_is_told_once():
    """What lasts longer than holidays do is told, of the account."""
    [anomaly] = found_in(holiday(shop(), slice(DAY, None)))
    assert (anomaly.direction, anomaly.rolled_up) == ("down", ("sub_account_id",))
    first = worlds.START + timedelta(days=DAY + tides.QUIET_DAYS)
    assert anomaly.first_date == first


def test_what_moves_together_begins_once():
    """Of series that move as their account does the rarest one takes room."""
    sign = np.zeros((5, 3), dtype=np.int8)
    sign[:4, 1] = 1
    carried = tides.Carried(sign, np.zeros(sign.shape, dtype=bool))
    p_value = np.full(sign.shape, 0.1)
    p_value[[1, 3], 1] = 1e-4, np.nan
    alike = tides.alike(carried, p_value, np.array([0, 0, 0, 1, 1]))
    assert np.argwhere(alike).tolist() == [[0, 1], [2, 1]]


def test_few_do_not_carry_the_rest():
    """Four of thirty series that fall together are told: they may have a cause."""
    costs = shop()
    costs[:4, DAY] *= 0.5
    assert sum(one.direction == "down" for one in found_in(costs)) == 4


@given(seed=st.integers(0, 1_000), cut=st.integers(DAY - 2, 190))
@settings(max_examples=10, deadline=None)
def test_causal(seed, cut):
    """Later days change nothing of what is said of a day."""
    costs = holiday(shop(seed=seed), slice(DAY, DAY + 8))
    costs[:, DAY + 20] *= 1.5
    whole, part = (
        alerts.find(book.panel, book.settled, PARAMS)
        for book in (worlds.book(costs), worlds.book(costs[:, :cut]))
    )
    np.testing.assert_array_equal(whole.tide[:, :cut], part.tide)
    np.testing.assert_array_equal(whole.opens[:, :cut], part.opens)
