"""Azure's exports of single subscriptions, of which a billing account has several."""

import pytest

from tests.edge.export_world import World
from tests.edge.test_azure import actual, amortised, decimals, month, totals


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.mark.parametrize("order", ["abcde", "edcba", "cadbe"])
def test_exports_of_single_subscriptions_add_up(world, order):
    """Both costs of each count, and a newer export replaces that of its own alone."""
    exports = {
        "a": ("shop-actual", "shop", actual(), 2),
        "b": ("shop-amortised", "shop", amortised(), 2),
        "c": ("web-actual", "web", actual(paid="200"), 3),
        "d": ("web-amortised", "web", amortised(), 3),
        "e": ("shop-actual-again", "shop", actual(disk="5"), 4),
    }
    for letter in order:
        name, subscription, rows, number = exports[letter]
        rows = [row | {"SubscriptionId": subscription} for row in rows]
        world.ingest(month(world, name, rows, f"2026-06-0{number}"))
    assert totals(world) == decimals("307", "7")
    assert totals(world, "TIMESTAMPTZ '2026-06-02 12:00:00Z'") == decimals("102", "3.5")
