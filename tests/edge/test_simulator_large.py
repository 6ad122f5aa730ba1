"""A large simulated bill in small: hourly, with more resources than last."""

import json
from datetime import date

import duckdb
import pytest

from tasks.core.simulation import lines, world
from tasks.edge.simulator import aws
from tasks.edge.simulator.company import simulate
from tests.edge.books import AMORTISED, CUR2_FILES, measured, totals

RESOURCES = 800


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    out = tmp_path_factory.mktemp("large")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world, "HOURLY_ROWS", 1)
        patch.setattr(world, "ACCOUNT_RESOURCES", 100)
        patch.setattr(lines, "CHUNK", 4_000)
        patch.setattr(aws, "FILE_ROWS", 9_000)
        done = simulate(
            out,
            rows=40_000,
            months=1,
            until=date(2026, 4, 30),
            formats=("aws_cur2", "aws_focus"),
            resources=RESOURCES,
            is_final=True,
        )
    assert done.bills == 2
    return out


@pytest.fixture
def con():
    with duckdb.connect() as found:
        found.execute("SET TimeZone = 'UTC'")
        yield found


@pytest.fixture
def bill(large, con):
    con.execute(
        f"""
        CREATE VIEW bill AS
        SELECT * FROM read_parquet(
            '{large / CUR2_FILES}', filename = true, file_row_number = true
        )
        """
    )
    return con


class TestLarge:
    """A large bill in small: hourly, with more resources than last."""

    def test_totals(self, large, bill):
        """However many resources share the lines, the books are met exactly."""
        found = measured(bill, "bill", "line_item_net_unblended_cost")
        assert found == totals(large, "aws_cur2", "billed")
        assert (
            measured(bill, "bill", AMORTISED)[1]
            == totals(large, "aws_cur2", "effective")[1]
        )
        assert found[0] == pytest.approx(40_000, rel=0.15)

    def test_focus_has_the_same_hours(self, large, con):
        """FOCUS rows of the same bill lie in the same hours and add up as well."""
        found = measured(con, f"'{large}/focus/aws/**/*.parquet'", "BilledCost")
        assert found == totals(large, "aws_focus", "billed")

    def test_resources(self, bill):
        """There are as many resources as asked for, most of them gone within a day."""
        query = """
            SELECT count(*), median(n), max(n) FROM (
                SELECT count(*) AS n FROM bill
                WHERE line_item_resource_id IS NOT NULL
                GROUP BY line_item_resource_id
            )
        """
        count, median, most = bill.execute(query).fetchall()[0]
        assert count == pytest.approx(RESOURCES, rel=0.1)
        assert median <= 24
        assert most >= 24 * 30

    def test_accounts(self, bill):
        """A company of that many resources has more accounts than six."""
        query = "SELECT count(DISTINCT line_item_usage_account_id) FROM bill"
        assert bill.execute(query).fetchall() == [(8,)]

    def test_lines_lie_by_the_hour(self, bill):
        """Usage lies hour by hour through all files, as in real reports."""
        query = """
            SELECT count(*) FROM (
                SELECT
                    line_item_usage_start_date AS start_at,
                    lag(start_at) OVER (
                        ORDER BY filename, file_row_number
                    ) AS earlier
                FROM bill
                WHERE line_item_line_item_type IN ('Usage', 'DiscountedUsage')
                AND line_item_resource_id IS NOT NULL
            )
            WHERE start_at < earlier
        """
        assert bill.execute(query).fetchall() == [(0,)]

    def test_line_ids(self, bill):
        """A line's id and its hour name the line, as AWS says of its own."""
        query = """
            SELECT count(*) - count(DISTINCT (
                identity_line_item_id, identity_time_interval
            ))
            FROM bill
        """
        assert bill.execute(query).fetchall() == [(0,)]

    def test_one_bill_in_several_files(self, large):
        """One month is one execution, its files named by one manifest in order."""
        (manifest,) = (large / "aws" / "cur2").rglob("*-Manifest.json")
        named = json.loads(manifest.read_text(encoding="utf-8"))["dataFiles"]
        found = sorted(path.name for path in large.glob(CUR2_FILES))
        assert [url.rpartition("/")[2] for url in named] == found
        assert len(found) > 2

    def test_discounts_stand_in_their_map_too(self, bill):
        """The map of discounts and their total say the same on every line."""
        query = """
            SELECT count(*), count(*) FILTER (
                coalesce(list_sum(map_values(discount)), 0)
                <> coalesce(discount_total_discount, 0)
            )
            FROM bill
            WHERE discount_total_discount <> 0
        """
        count, wrong = bill.execute(query).fetchall()[0]
        assert count
        assert not wrong

    def test_maps_and_reservations_are_filled(self, bill):
        """Machines carry their size, reserved lines what the reservation is."""
        query = """
            SELECT
                count(*) FILTER (product['vcpu'] IS NULL),
                count(*) FILTER (line_item_normalization_factor IS NULL)
            FROM bill
            WHERE product_instance_family IS NOT NULL
        """
        assert bill.execute(query).fetchall() == [(0, 0)]
        query = """
            SELECT DISTINCT reservation_start_time < reservation_end_time FROM bill
            WHERE line_item_line_item_type = 'DiscountedUsage'
        """
        assert bill.execute(query).fetchall() == [(True,)]
