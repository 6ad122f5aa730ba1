"""Azure's exports of single subscriptions or days, which together are a bill."""

import pytest

from tests.edge.export_world import World, write_csv
from tests.edge.test_azure import (
    PURCHASE,
    RESERVED,
    UNUSED,
    USAGE,
    actual,
    amortised,
    cost,
    decimals,
    month,
    totals,
)


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


@pytest.mark.parametrize("order", ["abcde", "edcba", "bdace"])
def test_exports_of_single_days_add_up(world, order):
    """Each pairs with the other cost of its own day, and replaces that day alone."""
    exports = {
        "a": ("actual", 3, [USAGE, PURCHASE], "04"),
        "b": ("amortised", 3, [USAGE, cost(RESERVED, "1.2")], "04"),
        "c": ("actual", 4, [cost(USAGE, "5")], "05"),
        "d": ("amortised", 4, [cost(USAGE, "5"), cost(UNUSED, "0.3")], "05"),
        "e": ("actual", 4, [cost(USAGE, "6")], "06"),
    }
    for letter in order:
        view, number, rows, known = exports[letter]
        path = world.folder / view / known / f"costs-2026-05-0{number}.csv"
        rows = [row | {"Date": f"05/0{number}/2026"} for row in rows]
        world.ingest(write_csv(path, rows, f"2026-05-{known}"))
    assert totals(world) == decimals("108", "8.5")
