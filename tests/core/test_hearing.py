"""All series heard in parts, of whatever size."""

from dataclasses import replace

import numpy as np
import pytest

from tasks.core.detection import alerts, hearing
from tasks.core.detection.declaration import Detection
from tests.core import worlds


@pytest.fixture(scope="module")
def panel():
    """A world in which every detector has something to say."""
    rng = np.random.default_rng(5)
    costs = np.array(worlds.quiet(rows=60, days=300, seed=3))
    quantities = costs / 3
    wild = rng.random(costs.shape) < 0.003
    costs[wild] *= rng.uniform(0, 9, wild.sum())
    costs[3::7, :150] = np.nan
    costs[5::11, 200:] *= 1.6
    costs[2::9, 100:] *= np.exp(0.01 * np.arange(200))
    quantities[9::13, 250:] *= 0.85
    laid = worlds.panel(costs, quantities=quantities)
    return replace(laid, accounts=np.arange(len(costs)) // 20)


def answers(panel):
    found = alerts.find(panel, np.ones(panel.costs.shape, dtype=bool), Detection())
    fields = {name: getattr(found, name) for name in alerts.Alerts.__slots__}
    says = fields.pop("says")
    at_usual_price = found.at_usual_price(np.arange(len(panel.costs)))
    return {**fields, **says, "at_usual_price": at_usual_price}


@pytest.mark.parametrize("part", [1, 7, 59, 1000])
def test_the_size_of_parts_does_not_matter(panel, monkeypatch, part):
    """Series that are heard alone, a few or all at once are judged the same."""
    usual = answers(panel)
    monkeypatch.setattr(hearing, "PART", part)
    found = answers(panel)
    assert usual.keys() == found.keys()
    for name, days in usual.items():
        np.testing.assert_array_equal(days, found[name], err_msg=name)


def test_every_detector_speaks(panel):
    """The test above compares something of each of them."""
    found = answers(panel)
    assert all(found[name].any() for name in alerts.VOICES)


def test_the_first_voice_gives_the_expectation(panel):
    """A new series was expected to cost nothing, whatever others say of the day."""
    found = answers(panel)
    assert (found["expected"][found["new_scope"]] == 0).all()
    is_price = found["unit_price"] & ~(
        found["new_scope"] | found["seasonal"] | found["drift"]
    )
    assert is_price.any()
    np.testing.assert_array_equal(
        found["expected"][is_price], found["at_usual_price"][is_price]
    )
