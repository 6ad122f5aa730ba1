"""Negotiated discounts of AWS are taken off once, wherever the report states them."""

from decimal import Decimal

import pytest

from tasks.core.errors import CheckFailed
from tasks.edge.mapping import macros
from tests.edge.export_world import World, write_csv
from tests.edge.test_aws_shapes import COMMON, RI, SP, line, road, told

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


EDP = {"lineItem__LineItemDescription": "Enterprise Program Discount"}
TWICE = {
    "a line without a net cost beside nets": (
        line("Usage", "10", lineItem__NetUnblendedCost="9"),
        line("EdpDiscount", "-1", lineItem__NetUnblendedCost="", **EDP),
    ),
    "a line with a net cost of zero beside nets": (
        line("Usage", "10", lineItem__NetUnblendedCost="9"),
        line("PrivateRateDiscount", "-1", lineItem__NetUnblendedCost="0"),
    ),
    "a line and a column without net costs": (
        line("Usage", "10", discount__TotalDiscount="-1"),
        line("BundledDiscount", "-1", discount__TotalDiscount=""),
    ),
    "a line and an empty net column": (
        line(
            "Usage", "10", lineItem__NetUnblendedCost="", discount__TotalDiscount="-1"
        ),
        line("SppDiscount", "-1", lineItem__NetUnblendedCost=""),
    ),
    "a line alone": (line("Usage", "10"), line("RiVolumeDiscount", "-1")),
    "a line where nets are gross": (
        line("Usage", "10", lineItem__NetUnblendedCost="10"),
        line("Discount", "-1", lineItem__NetUnblendedCost=""),
    ),
}


@pytest.mark.parametrize("stated", TWICE)
def test_a_discount_with_a_line_of_its_own_counts_once(world, tmp_path, stated):
    """Where a line tells of a discount, no column tells of it once more."""
    road(world, report(tmp_path, *TWICE[stated], line("Tax", "1")))
    assert totals(world) == [(Decimal(10), Decimal(10))]


def test_a_discount_counts_once_over_all_parts(world, tmp_path):
    """The line may be in another part than the usage, another payer states nets."""
    other = {"bill/PayerAccountId": "999999999999"}
    parts = [
        [line("Usage", "10", discount__TotalDiscount="-1")],
        [
            line("EdpDiscount", "-1"),
            other | line("Usage", "5", lineItem__NetUnblendedCost="4"),
            other | line("EdpDiscount", "-1"),
        ],
    ]
    for number, lines in enumerate(parts, start=1):
        folder = tmp_path / f"part {number}"
        report(folder, *lines).rename(tmp_path / f"cur-{number:05}.csv")
    road(world, *sorted(tmp_path.glob("cur-*.csv")))
    found = world.versions("billing_account_id, billed_cost, effective_cost")
    assert found == [
        ("111111111111", Decimal(9), Decimal(9)),
        ("999999999999", Decimal(4), Decimal(4)),
    ]


def test_an_error_in_the_mapping_of_wasted_plans_is_found(world, tmp_path, monkeypatch):
    """The total of what a plan wasted is worked out apart from the mapping."""
    right = macros.scalar
    wrong = "CREATE OR REPLACE MACRO main.aws_unused(a, b, c, d, e, f, g, h) AS (1.0)"
    monkeypatch.setattr(
        macros,
        "scalar",
        lambda name: wrong if name == "aws_unused" else right(name),
    )
    fee = line(
        "SavingsPlanRecurringFee",
        "10",
        lineItem__NetUnblendedCost="8",
        savingsPlan__SavingsPlanARN=SP,
        savingsPlan__TotalCommitmentToDate="10",
        savingsPlan__UsedCommitment="7",
    )
    with pytest.raises(CheckFailed):
        road(world, report(tmp_path, fee))
    assert world.versions("effective_cost") == [(Decimal("2.4"),)]


@pytest.mark.parametrize("discount", ["0", "-4"])
def test_net_costs_of_nothing_but_zero(world, tmp_path, discount):
    """Zeros where there is no value are no net costs, unless a discount explains it."""
    path = report(
        tmp_path,
        line(
            "Usage",
            "4",
            lineItem__NetUnblendedCost="0",
            discount__TotalDiscount=discount,
        ),
        line(
            "DiscountedUsage",
            "0",
            lineItem__NetUnblendedCost="0",
            reservation__ReservationARN=RI,
            reservation__EffectiveCost="3",
            reservation__NetEffectiveCost="0",
        ),
    )
    said = " ".join(world.ingest(path).notes)
    known = world.versions("billed_cost, effective_cost")
    is_explained = discount != "0"
    assert known == [(0, 0) if is_explained else (4, 7)]
    assert ("net costs of account" in said) is not is_explained
