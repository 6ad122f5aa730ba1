"""Daily figures in a real VictoriaMetrics."""

import pytest

from tests.services.figures_world import DAYS, World, company

pytestmark = pytest.mark.service


@pytest.fixture
def world(tmp_path, victoriametrics):
    return World(tmp_path, victoriametrics)


def test_sums_are_those_of_the_warehouse(world):
    """Each currency's cost of each day is read back as the warehouse has it."""
    done = world.relay()
    assert done.delivered > 5 * DAYS
    world.reconciles()
    expected = world.export("cost_daily_expected")
    low, high = world.export("cost_daily_low"), world.export("cost_daily_high")
    assert expected.keys() == low.keys() == high.keys() != set()


def test_a_second_run_changes_nothing(world):
    """Sent again, nothing is doubled: there is nothing to send."""
    world.relay()
    before = world.export("cost_daily")
    assert world.relay().delivered == 0
    assert world.export("cost_daily") == before


def test_new_days_are_added(tmp_path, victoriametrics):
    """A series that only grew gets its new days, and nothing else is sent."""
    world = World(tmp_path, victoriametrics, company(DAYS - 1))
    world.relay()
    world.fill(company())
    done = world.relay()
    assert done.delivered < 100
    world.reconciles()


def test_restated_days_have_their_new_value(world):
    """What a bill changes is changed in the store, and the rest of it is left."""
    world.relay()
    other = [
        one | {"effective_cost": "7.5"}
        if one["service_name"] == "S3" and one["charge_date"].day <= 3
        else one
        for one in company()
        if one["service_name"] != "Batch"
    ]
    world.fill(other)
    world.relay()
    world.reconciles()
    assert world.relay().delivered == 0
