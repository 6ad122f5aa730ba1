"""Public holidays, and working days between days off."""

from datetime import date, timedelta

import numpy as np
import worlds

from tasks.core.detection import alerts, looking
from tasks.core.detection.declaration import Detection
from tasks.core.detectors import days_off
from tasks.core.detectors.seasonal import Seasonal

PARAMS = Detection()
START = date(2025, 1, 1)

# Thursdays of one year and the next, with ordinary holidays between them.
SALE, NEXT_SALE = date(2025, 7, 3), date(2026, 7, 2)
HOLIDAYS = {
    date(2025, 4, 17): "spring",
    date(2025, 5, 8): "May",
    SALE: "sale",
    date(2025, 9, 3): "autumn",
    date(2025, 11, 20): "November",
    date(2026, 2, 5): "winter",
    date(2026, 4, 16): "spring",
    NEXT_SALE: "sale",
}


def column(day):
    return (day - START).days


def company(rows=4, days=560):
    """Costs of some series that rest on holidays alone, but for the sale."""
    costs = worlds.quiet(rows, days, start=START, noise=0.03)
    costs *= 200.0 / np.median(costs, axis=1, keepdims=True)
    for day, name in HOLIDAYS.items():
        costs[:, column(day)] *= 2.0 if name == "sale" else 0.65
    return costs


def found_in(costs, holidays):
    book = worlds.book(costs, start=START, holidays=holidays)
    found = looking.find(book, alerts.find(book.panel, book.settled, PARAMS), PARAMS)
    return {one.first_date for one in found}


def test_a_holiday_is_no_news():
    """A fall on a holiday is told without a calendar, and not with one.

    What rises on a holiday is told once: the same day next year is expected.
    """
    told = found_in(company(), {})
    assert told >= {SALE, NEXT_SALE, date(2025, 9, 3)}
    assert found_in(company(), HOLIDAYS) == {SALE}


def test_other_days_are_told_as_ever():
    """What happens on an ordinary day, or exceeds earlier holidays, is found."""
    costs = company()
    ordinary, holiday = date(2026, 3, 4), date(2026, 4, 16)
    costs[1, column(ordinary)] *= 1.6
    costs[2, column(holiday)] *= 8
    assert found_in(costs, HOLIDAYS) == {SALE, ordinary, holiday}


def test_ordinary_days_learn_nothing_from_days_off():
    """Whatever happens on days off, the scores of all other days are the same."""
    panel, other = (
        worlds.panel(company(), start=START, holidays=HOLIDAYS) for _ in range(2)
    )
    off = days_off.of(panel).flags
    other.costs[:, off] *= 7
    scores = [Seasonal().score(each).score[:, ~off] for each in (panel, other)]
    np.testing.assert_array_equal(*scores)


def test_a_bridging_day_is_between_days_off():
    """A Friday after a holiday is one, and so is what lies between two of them."""
    thursday, tuesday = date(2026, 5, 14), date(2026, 6, 2)
    assert days_off.bridging_days({thursday, tuesday}) == {
        thursday + timedelta(days=1),
        tuesday - timedelta(days=1),
    }
    assert days_off.bridging_days({date(2026, 5, 13)}) == set()
