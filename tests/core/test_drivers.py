"""Drivers sum to the impact and name the right cause."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.core.attribution.drivers import NAMED, Line, explain, explanation
from tasks.core.findings.anomalies import Anomaly, Day, Scope


def anomaly(actual, expected, kind="spike", charge_kind="usage", rolled_up=()):
    return Anomaly(
        scope=Scope("AWS", "payer", "1", "Amazon EC2", "eu-west-1", charge_kind, "USD"),
        rolled_up=rolled_up,
        kind=kind,
        direction="up" if actual > expected else "down",
        detector="seasonal",
        status="confirmed",
        days=(Day(date(2026, 3, 5), actual, expected, expected, expected, 9.0),),
    )


def line(resource, sku, now, then, quantities=(None, None), *, committed=False):
    return Line(
        members={
            "resource": resource,
            "sku": sku,
            "service": "Amazon EC2",
            "region": "eu-west-1",
            "sub_account": "1",
        },
        is_committed=committed,
        actual_cost=Decimal(now),
        earlier_cost=Decimal(then),
        actual_quantity=None if quantities[0] is None else Decimal(quantities[0]),
        earlier_quantity=None if quantities[1] is None else Decimal(quantities[1]),
    )


def first(lines, kind="spike", **given):
    actual = sum(item.actual_cost for item in lines)
    expected = sum(item.earlier_cost for item in lines)
    driver = explain(anomaly(actual, expected, kind, **given), lines)[0]
    return driver.dimension, driver.member, driver.effect, driver.impact


STEADY = line("i-1", "m5.large", 100, 100, (10, 10))

CAUSES = {
    "more hours": (
        [STEADY, line("i-2", "m5.large", 90, 30, (9, 3))],
        ("resource", "i-2", "usage", 60),
    ),
    "dearer hours": (
        [STEADY, line("i-2", "m5.xlarge", 90, 60, (3, 3))],
        ("sku", "m5.xlarge", "price", 30),
    ),
    "new resource": (
        [STEADY, line("i-2", "m5.large", 90, 0, (9, None))],
        ("resource", "i-2", "new", 90),
    ),
    "larger type": (
        [
            STEADY,
            line("i-2", "m5.large", 0, 50, (None, 5)),
            line("i-2", "m5.4xlarge", 400, 0, (5, None)),
        ],
        ("resource", "i-2", "mix", 350),
    ),
    "lost commitment": (
        [
            STEADY,
            line("i-2", "m5.large", 0, 30, (None, 5), committed=True),
            line("i-2", "m5.large", 50, 0, (5, None)),
        ],
        ("sku", "m5.large", "commitment", 20),
    ),
    "no resource": (
        [STEADY, line(None, "requests", 90, 30, (9, 3))],
        ("sku", "requests", "usage", 60),
    ),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_the_cause_comes_first(cause):
    """The largest driver names what was changed, and how."""
    lines, expected = CAUSES[cause]
    assert first(lines) == expected


def test_unused_commitment():
    """An anomaly of commitments is put down to the commitment."""
    lines = [line("ri-1", "m5 RI", 90, 10)]
    driver = first(lines, "commitment", charge_kind="commitment")
    assert driver == ("sku", "m5 RI", "commitment", 80)


def test_without_lines_the_service_is_named():
    """Where no lines are known, one driver carries all of it."""
    [driver] = explain(anomaly(Decimal(90), Decimal(30)), [])
    assert (driver.dimension, driver.member) == ("service", "Amazon EC2")
    assert driver.impact == 60


money = st.decimals(0, 10**6, places=10)
amounts = st.none() | st.decimals("0.000001", 10**6, places=6)


@st.composite
def many_lines(draw):
    names = st.sampled_from(["a", "b", "c", None])
    skus = st.sampled_from([f"sku-{number}" for number in range(20)])
    return [
        Line(
            members={
                "resource": draw(names),
                "sku": draw(skus),
                "service": "s",
                "region": draw(names),
                "sub_account": "1",
            },
            is_committed=draw(st.booleans()),
            actual_cost=draw(money),
            earlier_cost=draw(money),
            actual_quantity=draw(amounts),
            earlier_quantity=draw(amounts),
        )
        for _ in range(draw(st.integers(0, 25)))
    ]


@given(lines=many_lines(), actual=money, expected=money)
def test_drivers_sum_to_the_impact(lines, actual, expected):
    """Whatever the lines say, the drivers sum to the impact, to the last digit."""
    found = anomaly(actual, expected, rolled_up=("region_id",))
    drivers = explain(found, lines)
    assert sum(driver.impact for driver in drivers) == found.impact
    assert 1 <= len(drivers) <= NAMED + 1
    assert all(driver.member for driver in drivers[:-1])


def test_money_of_eighteen_decimals_stays_exact():
    """Drivers of the longest amounts sum without a rounding."""
    cost = Decimal("12345678901234567890.123456789012345678")
    lines = [line("i-1", "x", cost, 1, (3, 7))]
    found = anomaly(cost, Decimal("0.000001"))
    assert sum(driver.impact for driver in explain(found, lines)) == found.impact


def moved(here, there, expected=100):
    """Return what two regions cost together where 100 a day were expected of each."""
    one = anomaly(Decimal(here + there), Decimal(2 * expected))
    origin = replace(one.scope, region_id="us-east-1")
    gone = Decimal(expected - there)
    return replace(one, direction="up", moved_from=origin, moved_cost=gone)


@pytest.mark.parametrize("lines_known", [True, False])
@pytest.mark.parametrize("here", [150, 180, 230])
def test_both_sides_of_a_move_are_named(here, lines_known):
    """Of costs that moved both places are drivers, whatever the two come to."""
    lines = [line("i-1", "m5.large", here, 100), line("i-2", "m5.large", 20, 100)]
    lines[1].members["region"] = "us-east-1"
    drivers = explain(moved(here, 20), lines if lines_known else [])
    named = {item.member: item.impact for item in drivers if item.member}
    assert named == {"eu-west-1": here - 100, "us-east-1": -80}
    assert sum(item.impact for item in drivers) == here + 20 - 200


def test_sentence_names_cause_and_share():
    """A manager reads what happened, what it comes from, and how much of it."""
    lines, _ = CAUSES["new resource"]
    found = anomaly(Decimal(190), Decimal(100))
    text = explanation(found, explain(found, lines))
    assert text == (
        "Amazon EC2 in eu-west-1 (account 1, AWS) cost USD 90.00 more than expected"
        " (+90%) on 5 March 2026; resource i-2 is new (USD 90.00, 100% of it)."
    )


def test_a_group_that_starts_together_is_one_reason():
    """Ten equal newcomers are not told as the first one, with a tenth of the share."""
    lines = [STEADY] + [
        line(f"i-{number}", "m5.large", 30, 0, (3, None)) for number in range(2, 5)
    ]
    found = anomaly(Decimal(190), Decimal(100))
    text = explanation(found, explain(found, lines))
    assert text.endswith(
        "; resource i-2 and 2 more like it are new (USD 90.00, 100% of it)."
    )
