"""A step that was told is not told again as a slow movement."""

import numpy as np
import pytest
import worlds

from tasks.core.detection import alerts, echoes, looking
from tasks.core.detection.declaration import Detection
from tasks.core.findings.runs import Run

PARAMS = Detection()
DAYS = 200


def kinds(costs):
    book = worlds.book(costs)
    said = alerts.find(book.panel, book.settled, PARAMS)
    return [one.kind for one in looking.find(book, said, PARAMS)]


def steady(seed):
    rng = np.random.default_rng(seed)
    return 200 * np.exp(0.02 * rng.standard_normal((1, DAYS)))


@pytest.mark.parametrize("factor", [1.3, 1.5, 1.7])
def test_a_step_is_one_alert(factor):
    """A quiet series that steps up is told once, in each of ten draws."""
    for seed in range(10):
        costs = steady(seed)
        costs[0, 150:] *= factor
        assert kinds(costs) == ["level_shift"]


def test_a_movement_after_a_spike_is_another_one():
    """What grows for weeks after a spike is told beside it."""
    costs = steady(1)
    costs[0, 140] *= 4
    costs[0, 141:] *= 1.02 ** np.clip(np.arange(DAYS - 141), 0, 40)
    assert kinds(costs) == ["spike", "drift"]


@pytest.mark.parametrize(("days", "is_same"), [(14, True), (15, False)])
def test_lines_that_share_days_are_one_movement(days, is_same):
    """A drift that is told again after a pause goes on, if its window looks back."""
    says = {name: np.zeros((1, DAYS), dtype=bool) for name in ("drift", "seasonal")}
    says["drift"][0, [100, 100 + days]] = True
    run = Run((0,), 1, [100])
    assert echoes.is_same(says, run, 100 + days) == is_same
    says["seasonal"][0, 100 + days] = True
    assert not echoes.is_same(says, run, 100 + days)


@pytest.mark.parametrize(("days", "is_same"), [(14, True), (15, False)])
def test_a_price_that_pauses_is_one(days, is_same):
    """A price is told once, though too much was used on days between to tell."""
    says = {name: np.zeros((1, DAYS), dtype=bool) for name in ("unit_price", "drift")}
    says["unit_price"][0, [100, 100 + days]] = True
    assert echoes.is_same(says, Run((0,), 1, [100]), 100 + days) == is_same


@pytest.mark.parametrize(("days", "is_same"), [(7, True), (8, False)])
def test_a_line_through_what_was_told_is_no_other_movement(days, is_same):
    """A drift whose short window holds days that were told goes on from them."""
    assert echoes.is_line_through(Run((0,), 1, [100]), 100 + days) == is_same


def test_a_series_is_new_once():
    """What runs on two days a week is told on its first day, not in each week."""
    rows = np.full((2, 100), 100.0)
    rows[1] = np.nan
    rows[1, 60:] = 0.0
    rows[1, 60::7] = rows[1, 61::7] = 80.0
    assert kinds(rows).count("new_scope") == 1
