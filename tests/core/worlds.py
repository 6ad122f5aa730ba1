"""Small made-up worlds of daily costs for the tests of detection."""

from datetime import date, timedelta

import numpy as np

from tasks.core.detectors import Panel
from tasks.core.findings.anomalies import Scope
from tasks.core.findings.runs import Book

START = date(2025, 1, 1)


def panel(costs, quantities=None, start=START, charge_kind="usage", holidays=None):
    """Lay plain numbers out as a panel of one billing account."""
    costs = np.atleast_2d(np.asarray(costs, dtype=float))
    quantities = np.full(costs.shape, np.nan) if quantities is None else quantities
    rows = len(costs)
    return Panel(
        start=start,
        costs=costs,
        quantities=np.atleast_2d(np.asarray(quantities, dtype=float)),
        providers=("AWS",) * rows,
        charge_kinds=(charge_kind,) * rows,
        accounts=np.zeros(rows, dtype=np.int64),
        since=np.zeros(rows, dtype=np.int64),
        holidays=holidays or {},
    )


def quiet(rows=20, days=400, seed=1, noise=0.06, start=START):
    """Costs without any anomaly: level, growth, weekdays, month ends and noise."""
    rng = np.random.default_rng(seed)
    level = rng.lognormal(4.5, 1.2, rows)[:, None]
    growth = np.exp(rng.normal(0.0006, 0.0006, rows)[:, None] * np.arange(days))
    weekday = np.array([(start + timedelta(days=d)).weekday() for d in range(days)])
    weekend = np.where(weekday >= 5, rng.uniform(0.4, 1.0, rows)[:, None], 1.0)
    last = np.array([(start + timedelta(days=d + 1)).day == 1 for d in range(days)])
    month_end = np.where(last, rng.choice([1.0, 1.0, 1.0, 2.0], rows)[:, None], 1.0)
    spread = noise * rng.uniform(0.3, 2.0, rows)[:, None]
    wobble = np.exp(spread * rng.standard_normal((rows, days)))
    return level * growth * weekend * month_end * wobble


def on_and_off(rows=20, days=400, seed=5, cost=2000.0, noise=0.0):
    """Costs of work that runs for some days, rests for more, and runs again."""
    rng = np.random.default_rng(seed)
    costs = np.zeros((rows, days))
    for row in costs:
        day = 0
        while day < days:
            on, off = rng.integers(2, 9), rng.integers(3, 15)
            row[day : day + on] = cost * np.exp(noise * rng.standard_normal())
            day += on + off
    return costs


def book(costs, start=START, scopes=None, settled=None, holidays=None):
    """Return a book whose exact amounts are the rounded costs."""
    from decimal import Decimal

    laid = panel(costs, start=start, holidays=holidays)
    rows, days = laid.costs.shape
    scopes = scopes or [
        Scope(
            "AWS", "payer", f"account-{row}", "Amazon EC2", "eu-west-1", "usage", "USD"
        )
        for row in range(rows)
    ]
    return Book(
        panel=laid,
        scopes=scopes,
        settled=np.ones((rows, days), dtype=bool) if settled is None else settled,
        amounts=lambda row, day: Decimal(str(round(float(laid.costs[row, day]), 6))),
    )
