"""Negotiated discounts of AWS are taken off once, wherever the report states them."""

from decimal import Decimal

import pytest

from tests.edge.export_world import World, write_csv
from tests.edge.test_aws_shapes import COMMON, SP, line, road, told

SHARE = "ForBillingPeriod"


def report(folder, *lines):
    """Write a report of some lines."""
    rows = [COMMON | one for one in lines]
    header = list(dict.fromkeys(name for row in rows for name in row))
    filled = [{name: row.get(name, "") for name in header} for row in rows]
    return write_csv(folder / "cur.csv", filled)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def totals(world):
    """Return billed and effective cost: of the version, its days and its rows."""
    version = world.versions("billed_cost, effective_cost")
    days = world.rows(
        "SELECT sum(billed_cost), sum(effective_cost) FROM series.daily_cost"
    )
    rows = world.rows(
        "SELECT sum(BilledCost), sum(EffectiveCost) FROM focus.cost_and_usage"
    )
    assert version == days == rows
    return version


def test_a_discounted_plan_closes_net(world, tmp_path):
    """What was paid for a plan, net, is what was used of it or wasted, net."""
    hours = range(24)
    fees = [
        line(
            "SavingsPlanRecurringFee",
            "1",
            lineItem__NetUnblendedCost="0.93",
            savingsPlan__SavingsPlanARN=SP,
            savingsPlan__TotalCommitmentToDate="1",
            savingsPlan__UsedCommitment=f"0.{hour:02}",
            **{
                f"savingsPlan__RecurringCommitment{SHARE}": "1",
                f"savingsPlan__NetRecurringCommitment{SHARE}": "0.93",
                f"savingsPlan__AmortizedUpfrontCommitment{SHARE}": "0",
                f"savingsPlan__NetAmortizedUpfrontCommitment{SHARE}": "0",
            },
        )
        for hour in hours
    ]
    usage = [
        line(
            kind,
            sign + "2",
            lineItem__NetUnblendedCost=sign + "2",
            savingsPlan__SavingsPlanARN=SP,
            savingsPlan__SavingsPlanEffectiveCost=f"0.{hour:02}",
            savingsPlan__NetSavingsPlanEffectiveCost=str(
                Decimal(f"0.{hour:02}") * Decimal("0.93")
            ),
        )
        for hour in hours
        for kind, sign in (
            ("SavingsPlanCoveredUsage", ""),
            ("SavingsPlanNegation", "-"),
        )
    ]
    road(world, report(tmp_path, *fees, *usage))
    paid = Decimal("0.93") * 24
    assert totals(world) == [(paid, paid)]
    assert told(world) == {}


DISCOUNTS = {
    "total": {"discount__TotalDiscount": "-0.75"},
    "map": {"discount": '{"edp_discount": -0.5, "private_rate_discount": "-0.25"}'},
    "map with other facts": {"discount": '{"edp_discount": -0.75, "edp_rate": "9"}'},
    "net": {"lineItem__NetUnblendedCost": "9.25", "discount__TotalDiscount": "-0.75"},
}


@pytest.mark.parametrize("stated", DISCOUNTS)
def test_a_discount_is_taken_off_once(world, tmp_path, stated):
    """A column, a map or a net cost tell of the same discount."""
    lines = [line("Usage", "10", **DISCOUNTS[stated]), line("Tax", "1")]
    road(world, report(tmp_path, *lines))
    assert totals(world) == [(Decimal("10.25"), Decimal("10.25"))]
