"""Views over lake files: nothing is read that nobody asks for, and no row changes."""

import json
import re

import pytest

from tasks.core.intake.formats.recognition import BILLS
from tasks.edge.database import warehouse
from tasks.edge.mapping import focus
from tests.edge.export_world import World, write_parquet

MONTHS = (
    ("2026-03-01", "2026-04-01"),
    ("2026-04-01", "2026-05-01"),
    ("2026-12-01", "2027-01-01"),
)
TYPES = {
    "bill_billing_period_start_date": "TIMESTAMP",
    "bill_billing_period_end_date": "TIMESTAMP",
    "line_item_usage_start_date": "TIMESTAMP",
    "line_item_usage_end_date": "TIMESTAMP",
    "line_item_unblended_cost": "DOUBLE",
    "line_item_net_unblended_cost": "DOUBLE",
    "reservation_effective_cost": "DOUBLE",
}


def lines(start, end, currency="USD"):
    """A month of three lines; some columns are empty or the same in all of them."""
    common = {
        "bill_payer_account_id": "111111111111",
        "bill_billing_period_start_date": start,
        "bill_billing_period_end_date": end,
        "line_item_usage_account_id": "222222222222",
        "line_item_usage_start_date": f"{start} 03:00:00",
        "line_item_usage_end_date": f"{start} 04:00:00",
        "line_item_product_code": "AmazonEC2",
        "line_item_currency_code": currency,
        "line_item_net_unblended_cost": "",
        "line_item_resource_id": "",
        "line_item_tax_type": "",
        "reservation_effective_cost": "",
        "reservation_reservation_a_r_n": "",
    }
    return [
        common
        | {
            "line_item_line_item_type": "Usage",
            "line_item_unblended_cost": "1.0000000001",
            "line_item_resource_id": "i-1",
        },
        common
        | {
            "line_item_line_item_type": "DiscountedUsage",
            "line_item_unblended_cost": "0",
            "reservation_effective_cost": "0.25",
            "reservation_reservation_a_r_n": "arn:aws:ec2:::reserved/1",
        },
        common
        | {
            "line_item_line_item_type": "Tax",
            "line_item_unblended_cost": "123456.7",
            "line_item_product_code": "AmazonS3",
        },
    ]


@pytest.fixture
def world(tmp_path):
    """A warehouse with a bill of three months, one of them in another currency."""
    world = World(tmp_path)
    for number, (start, end) in enumerate(MONTHS):
        rows = lines(start, end, "EUR" if number == 1 else "USD")
        path = tmp_path / f"BILLING_PERIOD={start[:7]}" / "bill.parquet"
        assert world.ingest(write_parquet(path, rows, TYPES)).problems == ()
    with warehouse.connect(world.settings.database) as con:
        assert focus.install(con, world.settings.lake_path) == len(MONTHS)
    return world


def plan_of(con, query):
    """The plan of a query, and how many files its scans open at most."""
    plan = con.execute(f"EXPLAIN (FORMAT json) {query}").fetchall()[0][1]
    opened = re.findall(r'"Scanning Files": *"(\d+)/\d+"', plan)
    return plan, max(map(int, opened), default=None)


def names_in(plan):
    """The operators of a plan."""
    found, left = set(), list(json.loads(plan))
    while left:
        node = left.pop()
        found.add(node["name"])
        left += node["children"]
    return found


@pytest.mark.parametrize(
    "where",
    [
        "BillingPeriodStart >= '2026-04-01' AND BillingPeriodStart < '2026-05-01'",
        "BillingPeriodStart = TIMESTAMP '2026-12-01'",
        "BillingPeriodStart < '2026-04-01'",
    ],
)
def test_a_question_about_a_month_opens_only_its_files(world, where):
    """Files of other months are left out before they are opened."""
    query = f"SELECT count(*), sum(BilledCost) FROM focus.cost_and_usage WHERE {where}"
    with warehouse.connect(world.settings.database) as con:
        _, opened = plan_of(con, query)
        assert opened == 1
        assert con.execute(query).fetchone()[0] == len(lines(*MONTHS[0]))


def test_a_column_that_nobody_asks_for_costs_nothing(world):
    """No list of words is made a join, and only columns of the question are read."""
    with warehouse.connect(world.settings.database) as con:
        plan, _ = plan_of(con, "SELECT sum(BilledCost) FROM focus.cost_and_usage")
    assert {name for name in names_in(plan) if "JOIN" in name} == set()
    assert "line_item_resource_id" not in plan


def test_what_files_say_of_themselves_changes_no_row(world):
    """Rows are the same whether columns are read or known from the statistics."""
    with warehouse.connect(world.settings.database) as con:
        known = focus.load_bills(con, world.settings.lake_path)
        (scan,) = focus.scans(con, known)
        spared = {shown.rpartition(" AS ")[2].strip('"') for shown in scan.spared}
        assert spared >= {
            "bill_billing_period_end_date",
            "bill_billing_period_start_date",
            "bill_payer_account_id",
            "line_item_net_unblended_cost",
            "line_item_tax_type",
        }
        assert "line_item_currency_code" not in spared
        files = ", ".join(f"'{file}'" for file in scan.files)
        con.execute(
            "CREATE TEMP VIEW read_as_they_are AS"
            f" FROM {BILLS[known[0].source_format].family}_exported([{files}])"
        )
        plain = (
            "SELECT * EXCLUDE (x_ChargeCount) FROM focus.aws_cur('read_as_they_are')"
        )
        shown = "FROM focus.cost_and_usage"
        for one, other in ((plain, shown), (shown, plain)):
            assert con.execute(f"({one}) EXCEPT ALL ({other})").fetchall() == []
        assert con.execute(f"SELECT count(*) FROM ({shown})").fetchone() == (9,)
