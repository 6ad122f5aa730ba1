"""Times of tables, as people and spreadsheets write them."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tasks.core.errors import BadValue
from tasks.edge.detection import times

FILE = Path("costs.csv")


def column(*cells):
    return pd.Series(list(cells), name="c")


@pytest.mark.parametrize(
    ("texts", "meant"),
    [
        (["2026-03-05", "2026-03-06"], "2026-03-05"),
        (["2026/03/05", "2026/03/06"], "2026-03-05"),
        (["05.03.2026", "06.03.2026"], "2026-03-05"),
        (["05.03.26", "06.03.26"], "2026-03-05"),
        (["05/03/2026", "31/03/2026"], "2026-03-05"),
        (["3/5/2026", "3/31/2026"], "2026-03-05"),
        (["3/5/26", "3/31/26"], "2026-03-05"),
        (["3/5/2026 7:30", "3/31/2026 17:30"], "2026-03-05T07:30"),
        (["3/5/2026 2:00 PM", "3/31/2026 12:00 AM"], "2026-03-05T14:00"),
        (["2026-03-05 12 am", "2026-03-05 1 pm"], "2026-03-05"),
        (["05-Mar-2026", "06-Mar-2026"], "2026-03-05"),
        (["5-Mar-26", "6-Mar-26"], "2026-03-05"),
        (["5 Mar 2026", "6 Sept 2026"], "2026-03-05"),
        (["5 March 2026", "6 May 2026"], "2026-03-05"),
        (["Mar 5, 2026", "Apr 6, 2026"], "2026-03-05"),
        (["March 5th, 2026"], "2026-03-05"),
        (["Thu, 05 Mar 2026 00:00:00 GMT"], "2026-03-05"),
        (["Thursday, March 5, 2026"], "2026-03-05"),
        (["'2026-03-05"], "2026-03-05"),
        (["2026-03-05 07:00:00 UTC"], "2026-03-05T07:00"),
        (["2026-03-05T07:00:00.000Z"], "2026-03-05T07:00"),
        (["2026-03-05T07:00+02:00"], "2026-03-05T05:00"),
        (["2026-03-05T07:00-0530"], "2026-03-05T12:30"),
        (["20260305", "20260306"], "2026-03-05"),
        (["202603", "202604"], "2026-03-01"),
        (["2026030507"], "2026-03-05T07:00"),
        (["20260305073000"], "2026-03-05T07:30"),
        (["1772668800"], "2026-03-05"),
        (["1772668800000000000"], "2026-03-05"),
        (["2026-03", "2026-04"], "2026-03-01"),
        (["03/2026", "04/2026"], "2026-03-01"),
        (["Mar 2026", "Apr 2026"], "2026-03-01"),
        (["2026-W10", "2026-W11"], "2026-03-02"),
        (["2026W104"], "2026-03-05"),
        (["2026-Q2", "2026-Q3"], "2026-04-01"),
        (["Q2 2026"], "2026-04-01"),
        (["2025", "2026"], "2025-01-01"),
    ],
)
def test_times_are_read_as_they_are_meant(texts, meant):
    """ISO 8601, names of months, numbers, and orders where only one fits."""
    found = times.read(FILE, column(*texts)).column
    assert found.notna().all()
    assert found[0] == pd.Timestamp(meant)


def test_days_of_spreadsheets_are_read_and_that_is_said():
    """A number that counts days from 1900 is no second of 1970."""
    found, notes = times.read(FILE, column(46_086, 46_087.5))
    assert found.tolist() == [
        pd.Timestamp("2026-03-05"),
        pd.Timestamp("2026-03-06T12:00"),
    ]
    assert notes == ("read as a spreadsheet's numbers of days",)


def test_days_of_a_zone_stay_those_days():
    """Midnight somewhere else is the day it is there; other clocks become UTC."""
    days = ["2026-03-05T00:00+02:00", "2026-03-29T00:00+03:00"]
    found = times.read(FILE, column(*days)).column
    assert found.dt.date.tolist() == [date(2026, 3, 5), date(2026, 3, 29)]
    zoned = pd.Series(pd.date_range("2026-03-05", periods=40, tz="Europe/Berlin"))
    assert times.read(FILE, zoned).column[39] == pd.Timestamp("2026-04-13")
    found = times.read(FILE, column(*days[:1], "2026-03-05T01:00+02:00")).column
    assert found[1] == pd.Timestamp("2026-03-04T23:00")


@pytest.mark.parametrize(
    ("order", "meant"),
    [("dmy", "2026-03-05"), ("mdy", "2026-05-03")],
)
def test_who_knows_the_order_says_so(order, meant):
    """What might be either is read as it was said to be."""
    found = times.read(FILE, column("05/03/2026", "06/03/2026"), order).column
    assert found[0] == pd.Timestamp(meant)


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["05/03/2026", "06/03/2026"], "or the year first in '05/03/2026'"),
        (["31/12/26", "30/12/26"], "or the year first in '31/12/26'? Say it with"),
        (["26-01-05", "26-01-31"], "or the year first in '26-01-05'"),
        (["31/12/2026", "12/31/2026"], "row 2 below the head, column c: '12/31/2026'"),
        (["31.12.2026", "32.12.2026"], "'32.12.2026' is not a time"),
        (["2026-03-05", "2026-02-30"], "'2026-02-30' is not a time"),
        (["2026-03-05", "05/03/2026"], "row 2 below the head, column c: '05/03/2026'"),
        (["2026-03-05", "Soon"], "'Soon' is not a time"),
        (["2026-03-05", None], "row 2 below the head, column c: what is empty is not"),
        (["2026-03-05 13:00 PM"], "'2026-03-05 13:00 PM' is not a time"),
        (["2026-03-05 07:00 CET"], "'2026-03-05 07:00 CET' is not a time"),
        (["Mar-21", "Apr-21"], "'Mar-21' is not a time"),
        (["12:00", "13:00"], "put day and clock into one column"),
        (["260305", "260306"], "'260305' is not a time"),
        (["1", "2", "3"], "'1' is not a time"),
        (["2026-W54"], "'2026-W54' is not a time"),
    ],
)
def test_times_that_are_not_clear_are_refused(texts, says):
    """Nobody guesses what is day and what is month, nor a century or a zone."""
    with pytest.raises(BadValue, match=says.replace("?", r"\?")):
        times.read(FILE, column(*texts))
