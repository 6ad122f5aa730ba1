"""Times as a spreadsheet writes them again: US order, unpadded, a leap second."""

import pytest

from tests.edge.export_world import FOCUS, World, rows_of, write_csv

MONTH = {
    "BillingPeriodStart": "5/1/2026",
    "BillingPeriodEnd": "6/1/2026",
}
WRITTEN = {
    "days": ("5/3/2026", "5/4/2026", 3, 0, 4),
    "padded": ("05/03/2026", "05/04/2026", 3, 0, 4),
    "with minutes": ("5/3/2026 7:00", "5/3/2026 23:59", 3, 7, None),
    "with seconds": ("5/3/2026 7:00:00", "5/4/2026 0:00:00", 3, 7, 4),
    "halves of a day": ("5/3/2026 1:00 PM", "5/4/2026 12:00:00 AM", 3, 13, 4),
    "short years": ("5/3/26 7:00", "5/4/26 12:00:00 AM", 3, 7, 4),
    "a leap second": ("2026-05-03T07:00:00Z", "2026-05-03T23:59:60Z", 3, 7, 4),
}


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.mark.parametrize("written", WRITTEN)
def test_a_time_is_the_same_however_it_is_written(world, tmp_path, written):
    """A FOCUS bill that went through a spreadsheet falls on the same days."""
    start, end, day, hour, last = WRITTEN[written]
    periods = {"ChargePeriodStart": start, "ChargePeriodEnd": end}
    path = write_csv(tmp_path / "in" / "bill.csv", rows_of(FOCUS | MONTH, periods))
    assert world.ingest(path).problems == ()
    [(period, period_end, first, until)] = world.charges(
        "BillingPeriodStart::VARCHAR, BillingPeriodEnd::VARCHAR,"
        " ChargePeriodStart::VARCHAR, ChargePeriodEnd::VARCHAR"
    )
    assert (period, period_end) == ("2026-05-01 00:00:00", "2026-06-01 00:00:00")
    assert first == f"2026-05-{day:02} {hour:02}:00:00"
    assert last is None or until == f"2026-05-{last:02} 00:00:00"
    assert world.versions("billing_period") == [("2026-05",)]
    assert world.rows("SELECT charge_date::VARCHAR FROM series.daily_cost") == [
        (f"2026-05-0{day}",)
    ]


def bill(tmp_path, **times):
    return write_csv(tmp_path / "in" / "bill.csv", rows_of(FOCUS, times))


@pytest.mark.parametrize(
    ("start", "period"),
    [
        ("13/5/26", "1/5/26"),
        ("5/13/26 7:00", "5/1/26 0:00"),
        ("4/5/26", "1/5/26"),
        ("4/5/2026", "1/5/26"),
        ("13/5/2026", "1/5/2026"),
        ("05/13/2026", "05/01/2026"),
        ("4/5/2026", "1/5/2026"),
        ("4.5.2026", "1.5.2026 00:00"),
        ("04 May 2026", "1-May-2026"),
        ("2026-05-31T20:00:00-07:00", "2026-04-30T17:00:00-07:00"),
    ],
)
def test_the_whole_file_tells_the_order_of_days(world, tmp_path, start, period):
    """One number above twelve, or a period that begins on a first, tells of all."""
    times = {"ChargePeriodStart": start, "BillingPeriodStart": period}
    assert world.ingest(bill(tmp_path, **times)).problems == ()
    assert world.versions("billing_period") == [("2026-05",)]


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ({"ChargePeriodStart": "5/6/2026"}, "may mean either of two days"),
        (
            {"ChargePeriodStart": "5/13/2026", "BillingPeriodStart": "13/5/2026"},
            "BillingPeriodStart: '13/5/2026' names no month",
        ),
        ({"BillingPeriodStart": "5-1-26"}, "Start: '5-1-26' names no month"),
        ({"BillingPeriodStart": "26/5/1"}, "Start: '26/5/1' names no month"),
        ({"ChargePeriodStart": "5/6/26"}, "may mean either of two days"),
    ],
)
def test_what_nothing_tells_is_refused(world, tmp_path, times, said):
    """With the row, the column and the value, as it stands in the file."""
    [problem] = world.ingest(bill(tmp_path, **times)).problems
    assert "bill.csv, row 1, column " in problem
    assert said in problem


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("rest", "days"),
    [(["3/5/2026", "4/5/2026"], [2, 3, 4]), (["5/3/2026", "5/4/2026"], [2, 3, 4])],
)
def test_rows_may_be_written_in_two_ways(world, tmp_path, order, rest, days):
    """The first row writes years first, later ones do not, or the other way round."""
    starts = ["2026-05-02T00:00:00Z", *rest][::order]
    rows = rows_of(FOCUS, *({"ChargePeriodStart": start} for start in starts))
    assert world.ingest(write_csv(tmp_path / "bill.csv", rows)).problems == ()
    world.charges("1")
    charged = "SELECT day(charge_date) FROM series.daily_cost ORDER BY 1"
    assert world.rows(charged) == [(day,) for day in days]


def test_later_rows_that_nothing_tells_are_refused(world, tmp_path):
    """A first row that writes years first says nothing of them."""
    starts = ["2026-05-02T00:00:00Z", "6/5/2026"]
    rows = rows_of(FOCUS, *({"ChargePeriodStart": start} for start in starts))
    [problem] = world.ingest(write_csv(tmp_path / "bill.csv", rows)).problems
    assert "row 2, column ChargePeriodStart: '6/5/2026' may mean either" in problem
