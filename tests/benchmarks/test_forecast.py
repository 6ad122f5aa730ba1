"""The measurement of forecasts: months are looked at as they were known."""

from datetime import date

import numpy as np
import pytest
from scipy import sparse

from benchmarks import forecast
from benchmarks.month_ends import foresee
from tasks.core.detectors import Panel
from tasks.core.findings.anomalies import Scope
from tasks.core.findings.runs import Book
from tasks.core.forecasting.declaration import Forecasting

START = date(2025, 1, 1)
DAYS = (date(2025, 7, 20) - START).days + 1


def book():
    """Return use of 100 a day and a tax of 600 on the first of each month."""
    first = np.array([(START.toordinal() + day) for day in range(DAYS)])
    tax = [600.0 if date.fromordinal(int(day)).day == 1 else 0.0 for day in first]
    costs = np.stack([np.full(DAYS, 100.0), tax])
    kinds = ("usage", "tax")
    panel = Panel(
        start=START,
        costs=costs,
        quantities=np.full(costs.shape, np.nan),
        providers=("AWS", "AWS"),
        charge_kinds=kinds,
        accounts=np.zeros(2, dtype=np.int64),
        since=np.zeros(2, dtype=np.int64),
    )
    owned = [Scope("AWS", "p", "a", "EC2", None, kind, "USD") for kind in kinds]
    return Book(panel, owned, np.ones(costs.shape, dtype=bool), lambda *_: None)


def test_whole_months_are_looked_at():
    """The month that runs is left out; each look is a day of a month before it."""
    [look] = forecast.looks(book(), 1, (13,))
    panel = book().panel
    assert panel.day(look.begin) == date(2025, 6, 1)
    assert panel.day(look.today) == date(2025, 6, 13)
    assert panel.day(look.end) == date(2025, 6, 30)


def test_a_late_tax_is_hidden():
    """What comes after a month's end is not known within it, by anybody."""
    [look] = forecast.looks(book(), 1, (13,))
    history = forecast.history_of(book(), look, Forecasting())
    assert history.n_days == look.today + 1
    assert history.costs[1, look.begin :].sum() == 0
    assert history.costs[1, : look.begin].sum() == 5 * 600


def test_plain_guesses_know_what_is_even():
    """Even use and last month's tax are guessed by everybody, whatever the day."""
    for day in (1, 3, 28):
        [look] = forecast.looks(book(), 1, (day,))
        history = forecast.history_of(book(), look, Forecasting())
        found = foresee(sparse.csr_array(np.ones((1, 2))), history, look, 0)
        assert found["run rate"][0] == pytest.approx(30 * 100 + 600)
        assert found["same weekday"][0] == pytest.approx(30 * 100 + 600)
        assert found["last month"][0] == pytest.approx(31 * 100 + 600)


def test_what_is_even_is_met():
    """Our own forecast of it is right, and its intervals hold it."""
    for case in forecast.cases(book(), 1, (13,)):
        assert case.expected["ours"] == pytest.approx(case.actual, rel=0.01)
