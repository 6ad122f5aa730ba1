"""A step that was told is not told again as a slow movement."""

import numpy as np
import pytest
import worlds

from tasks.core.detection import alerts, looking
from tasks.core.detection.declaration import Detection

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
