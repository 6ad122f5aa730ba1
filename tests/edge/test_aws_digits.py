"""Reports of AWS keep each digit that they are written with, whoever wrote them."""

from decimal import Decimal

import pytest

from tasks.edge.costs import daily
from tasks.edge.database import warehouse
from tasks.edge.mapping import focus
from tests.edge.export_world import LEGACY, World, rows_of, write_csv

LONG = "0.123456789012345678"
RESERVATION = {"reservation/ReservationARN": "arn:aws:ec2:eu-west-1:1:ri/a"}
PLAN = {"savingsPlan/SavingsPlanARN": "arn:aws:savingsplans::1:plan/b"}

# Lines, and the effective cost that they have together.
LINES = {
    "usage": ([{"lineItem/UnblendedCost": LONG}], LONG),
    "reserved": (
        [
            {
                "lineItem/LineItemType": "DiscountedUsage",
                "lineItem/UnblendedCost": "0",
                "reservation/EffectiveCost": LONG,
                **RESERVATION,
            }
        ],
        LONG,
    ),
    "unused": (
        [
            {
                "lineItem/LineItemType": "RIFee",
                "lineItem/UnblendedCost": "3",
                "reservation/UnusedRecurringFee": LONG,
                "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": LONG,
                **RESERVATION,
            }
        ],
        "0.246913578024691356",
    ),
    "planned": (
        [
            {
                "lineItem/LineItemType": "SavingsPlanCoveredUsage",
                "lineItem/UnblendedCost": "2",
                "savingsPlan/SavingsPlanEffectiveCost": LONG,
                **PLAN,
            },
            {
                "lineItem/LineItemType": "SavingsPlanNegation",
                "lineItem/UnblendedCost": "-2",
                **PLAN,
            },
        ],
        LONG,
    ),
}


@pytest.mark.parametrize("kinds", [*([kind] for kind in LINES), list(LINES)])
def test_no_digit_is_lost(tmp_path, kinds):
    """Eighteen decimals count in the source's own totals, the rows and the series."""
    world = World(tmp_path)
    rows = rows_of(LEGACY, *(line for kind in kinds for line in LINES[kind][0]))
    world.ingest(write_csv(tmp_path / "cur.csv", rows))
    with warehouse.connect(world.settings.database) as con:
        focus.install(con, world.settings.lake_path)
        daily.aggregate(con, world.settings.lake_path)
    cost = sum(Decimal(LINES[kind][1]) for kind in kinds)
    assert world.versions("effective_cost") == [(cost,)]
    for total in (
        "sum(EffectiveCost) FROM focus.cost_and_usage",
        "sum(effective_cost) FROM series.daily_cost",
    ):
        assert world.rows(f"SELECT {total}") == [(cost,)]
