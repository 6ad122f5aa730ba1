"""Daily series read from the warehouse, in whatever portions."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from tasks.core.detection.declaration import Detection
from tasks.edge.costs import series
from tasks.edge.database import queries, warehouse
from tasks.edge.mapping import focus

FIRST = date(2026, 1, 1)
KNOWN = datetime(2026, 3, 3, 6, tzinfo=UTC)
DAYS = 60

INSERT_BILL = """
INSERT INTO bills.versions BY NAME
SELECT
    $bill_id AS bill_id, 'made-up' AS source, 'focus' AS source_format,
    'AWS' AS provider, 'payer' AS billing_account_id, $period AS billing_period,
    1 AS version,
    'current' AS status, $bill_id AS digest, $known_at AS known_at,
    $known_at AS loaded_at
"""
INSERT_DAY = """
INSERT INTO series.daily_cost_versions BY NAME
SELECT
    $day::DATE AS charge_date, 'AWS' AS provider, 'payer' AS billing_account_id,
    $account AS sub_account_id, $service AS service_name, NULL AS region_id,
    'usage' AS charge_kind, 'USD' AS billing_currency, $cost AS effective_cost,
    2 * $cost AS billed_cost, $quantity AS consumed_quantity, $bill_id AS bill_id
"""


def bill(con, bill_id, period, known_at=KNOWN):
    values = {"bill_id": bill_id, "period": period, "known_at": known_at}
    con.execute(INSERT_BILL, values)


def day(con, bill_id, number, cost, *, account="a", service="s", quantity=None):
    values = {
        "bill_id": bill_id,
        "day": FIRST + timedelta(days=number),
        "account": account,
        "service": service,
        "cost": Decimal(cost),
        "quantity": quantity,
    }
    con.execute(INSERT_DAY, values)


@pytest.fixture
def con(tmp_path):
    with warehouse.connect(":memory:") as con:
        focus.install(con, tmp_path)
        bill(con, "one", "2026-01")
        bill(con, "two", "2026-02")
        yield con


def loaded(con, cost="effective_cost"):
    found = series.load(con, Detection(), as_of=KNOWN, cost=cost)
    assert found is not None
    return found


def test_days_lie_side_by_side(con):
    """A day without a row is zero once its series began, and unknown before."""
    for number in range(DAYS):
        day(con, "one", number, "10", quantity=5)
    day(con, "one", 3, "0.1", account="b")
    day(con, "one", 5, "0.2", account="b")
    panel = loaded(con).book.panel
    assert (panel.start, panel.n_days) == (FIRST, DAYS)
    np.testing.assert_array_equal(panel.costs[0], np.full(DAYS, 10.0))
    np.testing.assert_array_equal(panel.quantities[0], np.full(DAYS, 5.0))
    later = [*[np.nan] * 3, 0.1, 0.0, 0.2, *[0.0] * (DAYS - 6)]
    np.testing.assert_array_equal(panel.costs[1], later)
    assert np.isnan(panel.quantities[1]).all()


def test_a_day_of_which_nobody_has_a_bill_is_unknown(con):
    """A gap in the bills of an account is no day that cost nothing."""
    for number in (0, 1, 4):
        day(con, "one", number, "10")
    costs = loaded(con).book.panel.costs
    np.testing.assert_array_equal(costs, [[10.0, 10.0, np.nan, np.nan, 10.0]])


def test_bills_that_share_a_day_are_added_up(con):
    """Two bills of one day and series give their exact sum, settled by the newer one.

    A quantity is known only where both tell one.
    """
    bill(con, "early", "2026-03", KNOWN - timedelta(days=60))
    day(con, "one", 0, "0.100000000000000003", quantity=1)
    day(con, "early", 0, "0.200000000000000004", quantity=2)
    day(con, "one", 1, "1", quantity=3)
    day(con, "early", 1, "2")
    day(con, "early", 2, "4")
    book = loaded(con).book
    amounts = [book.amounts(0, column) for column in range(3)]
    assert amounts == [Decimal("0.300000000000000007"), Decimal(3), Decimal(4)]
    np.testing.assert_array_equal(book.panel.quantities, [[3.0, np.nan, np.nan]])
    np.testing.assert_array_equal(book.settled, [[True, True, False]])


@pytest.mark.parametrize("cost", ["0.000000000000000001", "-12.3456789", "98765432.1"])
def test_amounts_are_exact(con, cost):
    """What is told of a day is what the bill says, small, negative or large."""
    day(con, "one", 0, cost)
    day(con, "one", 2, "1")
    book = loaded(con).book
    assert book.amounts(0, 0) == Decimal(cost)
    assert book.amounts(0, 1) == 0
    assert loaded(con, "billed_cost").book.amounts(0, 0) == 2 * Decimal(cost)


def test_portions_do_not_matter(con, monkeypatch):
    """Rows that are read seven at a time give the same series."""
    for number in range(DAYS):
        for account in "abc":
            day(con, "one", number, str(number + ord(account)), account=account)
        day(con, "two", number, "1", account="b")
    whole = loaded(con).book
    monkeypatch.setattr(queries, "BATCH_ROWS", 7)
    again = loaded(con).book
    np.testing.assert_array_equal(whole.panel.costs, again.panel.costs)
    np.testing.assert_array_equal(whole.settled, again.settled)
    cells = [(row, column) for row in range(3) for column in range(DAYS)]
    assert [whole.amounts(*cell) for cell in cells] == [
        again.amounts(*cell) for cell in cells
    ]


def test_what_ended_long_ago_is_left_out(con):
    """A series of which no day is near enough is none, and the others stay."""
    day(con, "one", -series.HISTORY_DAYS - 5, "7", account="old")
    day(con, "one", 0, "3", account="z")
    found = loaded(con)
    assert [scope.sub_account_id for scope in found.book.scopes] == ["z"]
    assert found.book.amounts(0, series.HISTORY_DAYS - 1) == 3
