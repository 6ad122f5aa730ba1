"""What begins nothing, and what it must not hide: days off, ends, and first weeks."""

from datetime import timedelta

import numpy as np
import worlds

from tasks.core.detection import alerts, looking
from tasks.core.detection.declaration import Detection

PARAMS = Detection()
DAYS = 260
SPIKE = 203
# Two working days of 2025, ten days apart.
HOLIDAYS = [181, 191]


def found_in(costs, quantities=None):
    book = worlds.book(costs)
    panel = worlds.panel(costs, quantities)
    said = alerts.find(panel, book.settled, PARAMS)
    return looking.find(book, said, PARAMS)


def office(rows=60, seed=1):
    """Costs of a company that rests at weekends, and on two working days like then."""
    rng = np.random.default_rng(seed)
    days = [worlds.START + timedelta(days=day) for day in range(DAYS)]
    rests = np.array([day.weekday() >= 5 for day in days])
    rests[HOLIDAYS] = True
    level = rng.uniform(60, 200, rows)[:, None]
    noise = np.exp(0.03 * rng.standard_normal((rows, DAYS)))
    return level * np.where(rests, 0.4, 1.0) * noise


def test_days_off_take_no_room():
    """In the weeks after holidays, on which all series fall, a spike is told."""
    costs = office()
    costs[7, SPIKE] *= 1.3
    [anomaly] = found_in(costs)
    assert anomaly.first_date == worlds.START + timedelta(days=SPIKE)


def test_a_price_that_falls_back_is_no_news():
    """A price that rose for six weeks is one anomaly, one that fell is another."""
    quantities = 200 * np.exp(0.05 * np.random.default_rng(2).normal(size=(1, DAYS)))
    for factor, lasts, kinds in (
        (1.12, 40, ["price_change"]),
        (1.12, 100, ["price_change"]),
        (0.85, 40, ["price_change", "price_change"]),
    ):
        costs = quantities.copy()
        costs[0, 120 : 120 + lasts] *= factor
        assert [one.kind for one in found_in(costs, quantities)] == kinds


def test_what_ended_in_its_first_weeks_is_no_drop():
    """A series that ends before it is judged does not fall on the day that it is."""
    costs = worlds.quiet(2, DAYS, noise=0.02)
    costs[1, :120] = np.nan
    costs[1, 120:] = 150.0
    costs[1, 146:] = 0.0
    assert [one.kind for one in found_in(costs)] == ["new_scope"]
    costs[1, :] = np.nan
    costs[1, 120:] = 150.0
    costs[1, 190:193] = 0.0
    assert [one.kind for one in found_in(costs)] == ["new_scope", "drop"]


def test_a_weekly_job_of_the_first_weeks_hides_no_step():
    """Days before a weekly job was known are no habit to step up."""
    rng = np.random.default_rng(3)
    costs = 200 * np.exp(0.03 * rng.standard_normal((1, DAYS)))
    costs[0, 4::7] *= 2.6
    costs[0, 70:] *= 1.6
    [anomaly] = found_in(costs)
    assert anomaly.kind == "level_shift"
    assert (anomaly.first_date - worlds.START).days in {70, 71}


def test_what_is_new_is_told_beside_what_grew():
    """A region that is new and one that steps up on its first day are two things."""
    rng = np.random.default_rng(4)
    costs = 200 * np.exp(0.02 * rng.standard_normal((2, DAYS)))
    costs[0, 150:] *= 1.5
    costs[1, :150] = np.nan
    found = found_in(costs)
    assert sorted(one.kind for one in found) == ["level_shift", "new_scope"]
    assert {one.rolled_up for one in found} == {()}
