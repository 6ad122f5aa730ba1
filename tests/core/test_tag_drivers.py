"""A tag is named where it divides what happened, and only then."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tasks.core.attribution.drivers import Driver
from tasks.core.attribution.tags import Tagged, explain
from tasks.core.findings.anomalies import Anomaly, Day, Scope
from tasks.core.reporting import charts, rows

ACTUAL, EXPECTED = Decimal(1000), Decimal(400)
ANOMALY = Anomaly(
    scope=Scope("AWS", "payer", "1", "Amazon EC2", "eu-west-1", "usage", "USD"),
    rolled_up=(),
    kind="spike",
    direction="up",
    detector="seasonal",
    status="confirmed",
    days=(Day(date(2026, 3, 5), ACTUAL, EXPECTED, EXPECTED, EXPECTED, 9.0),),
)
OTHER = Driver("other", None, "usage", Decimal(60))
MANY = [Driver("resource", f"i-{i}", "usage", Decimal(60)) for i in range(9)] + [OTHER]
ONE = [Driver("resource", "i-1", "usage", Decimal(540)), OTHER]
DEARER = [Driver("sku", "m5", "price", Decimal(540)), OTHER]

WHOLE = Tagged(None, None, ACTUAL, Decimal(300))
TEAM = Tagged("team", "search", Decimal(700), Decimal(75))
ALL = Tagged("org", "acme", ACTUAL, Decimal(300))
HALF = Tagged("half", "0", Decimal(500), Decimal(150))


def test_the_tag_that_divides_is_named_and_sums_to_the_impact():
    """It is chosen beside tags of all lines and of half of them."""
    found = explain(ANOMALY, MANY, [], [WHOLE, ALL, HALF, TEAM])
    named = [(item.dimension, item.member, item.impact) for item in found]
    assert named == [("tag:team", "search", 600)]
    assert sum(item.impact for item in found) == ANOMALY.impact


def test_lines_without_the_tag_are_a_member():
    """What has no tag is told as such."""
    whole = Tagged(None, None, ACTUAL, Decimal(400))
    team = Tagged("team", "search", Decimal(600), Decimal(100))
    found = explain(ANOMALY, MANY, [], [whole, team])
    assert [item.member for item in found] == ["search", "untagged"]


@pytest.mark.parametrize(
    ("drivers", "tags"), [(MANY, [ALL, HALF]), (ONE, [TEAM]), (DEARER, [TEAM])]
)
def test_a_tag_is_not_named_where_it_says_less(drivers, tags):
    """Not a tag that divides nothing, nor instead of one resource or of a price."""
    assert explain(ANOMALY, drivers, [], [WHOLE, *tags]) == drivers


def test_a_new_scope_is_not_put_down_to_a_tag():
    """Without an earlier cost, a tag of all lines looks like one that divides."""
    none = [replace(row, earlier_cost=Decimal(0)) for row in (WHOLE, ALL, TEAM)]
    assert explain(ANOMALY, MANY, [], none) == MANY


def test_the_report_names_key_and_value_as_text():
    """A tag is foreign: what it says is shown, and is no markup."""
    hostile = ("tag:<i>cost_center", "<b>")
    row = rows.Driver("a1", 1, *hostile, "usage", Decimal(600))
    named = str(charts.drivers([row], "USD"))
    assert "tag &lt;i&gt;cost_center=&lt;b&gt;" in named
    assert "<i>" not in named
