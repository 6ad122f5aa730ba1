"""From made-up costs to anomalies."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.core.detection import alerts, looking
from tasks.core.detection.declaration import Detection
from tasks.core.findings.anomalies import Scope, severity
from tasks.core.findings.sentences import sentence

PARAMS = Detection()


def found_in(book, params=PARAMS):
    return looking.find(book, alerts.find(book.panel, book.settled, params), params)


def steady(days=200, rows=1, level=200.0, noise=0.02, seed=1):
    rng = np.random.default_rng(seed)
    return level * np.exp(noise * rng.standard_normal((rows, days)))


def weekly(days=200):
    costs = steady(days)
    weekend = [worlds.panel(costs).day(day).weekday() > 4 for day in range(days)]
    costs[0, weekend] *= 0.3
    return costs


SHAPES = {
    "spike": (lambda days: np.where(days == 150, 4.0, 1.0), "up"),
    "level_shift": (lambda days: np.where(days >= 150, 1.8, 1.0), "up"),
    "drop": (lambda days: np.where((days >= 150) & (days < 154), 0.1, 1.0), "down"),
    "drift": (lambda days: 1.02 ** np.clip(days - 140, 0, 40), "up"),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_shapes_get_their_kind(kind):
    """A spike, a shift, a drop and a drift are each one anomaly of that kind."""
    shape, direction = SHAPES[kind]
    [anomaly] = found_in(worlds.book(steady() * shape(np.arange(200))))
    assert (anomaly.kind, anomaly.direction) == (kind, direction)


def test_shift_becomes_normal():
    """A level that stays is one anomaly that resolves after half of level_days."""
    costs = steady()
    costs[0, 120:] *= 1.8
    [anomaly] = found_in(worlds.book(costs))
    assert (anomaly.status, len(anomaly.days) in range(9, 13)) == ("resolved", True)


@pytest.mark.parametrize(("others", "is_told"), [(2.5, True), (600.0, False)])
def test_small_companies_hear_of_small_sums(others, is_told):
    """Three a day more is news where ten are spent, and none where a thousand are."""
    rows = np.vstack([steady(level=5.0), steady(level=others, rows=2)])
    rows[0, 150:154] += 3.0
    found = found_in(worlds.book(rows))
    assert [one.kind for one in found] == (["spike"] if is_told else [])


@pytest.mark.parametrize("until", [130, 160, 200])
def test_what_stays_is_said(until):
    """A level that stays is no longer news, but its money is; later days do not matter.

    The shift is 160 a day above a level of 200.
    """
    costs = steady()
    costs[0, 110:] *= 1.8
    [anomaly] = found_in(worlds.book(costs[:, :until]))
    assert float(anomaly.lasting_cost) == pytest.approx(160, rel=0.1)
    assert f"when USD {anomaly.lasting_cost:,.2f} a day more became" in sentence(
        anomaly
    )


@pytest.mark.parametrize("kind", ["spike", "drop"])
def test_what_went_back_is_over(kind):
    """Where costs are what they were before, nothing became normal, weekends or not."""
    shape, _ = SHAPES[kind]
    for costs in (steady(), weekly()):
        [anomaly] = found_in(worlds.book(costs * shape(np.arange(200))))
        assert (anomaly.status, anomaly.lasting_cost) == ("resolved", None)
        assert "became normal" not in sentence(anomaly)


def test_what_goes_on_is_not_normal_yet():
    """Of an anomaly that is still open nothing is said to stay."""
    costs = steady()
    costs[0, 194:] *= 1.8
    [anomaly] = found_in(worlds.book(costs))
    assert (anomaly.status, anomaly.lasting_cost) == ("confirmed", None)


def test_the_end_of_a_shift_is_no_news():
    """Costs that return to where they were are not a second anomaly."""
    costs = steady()
    costs[0, 120:145] *= 1.8
    assert len(found_in(worlds.book(costs))) == 1


def test_weekend_like_weekday_is_a_pattern_break():
    """A weekend that costs as much as weekdays breaks the pattern."""
    costs = weekly()
    weekend = [day for day in range(140, 160) if costs[0, day] < 100][:2]
    costs[0, weekend] = 200.0
    [anomaly] = found_in(worlds.book(costs))
    assert (anomaly.kind, len(anomaly.days)) == ("pattern_break", 2)


def test_holiday_is_no_drop():
    """A weekday that all of an account spends like a weekend is a holiday."""
    costs = np.repeat(weekly(), 5, axis=0)
    costs *= np.exp(0.02 * np.random.default_rng(2).standard_normal(costs.shape))
    day = next(day for day in range(150, 160) if costs[0, day] > 150)
    costs[:, day] *= 0.3
    assert found_in(worlds.book(costs)) == []


def test_new_scope():
    """A service that appears in a known account is an anomaly from its first day."""
    costs = steady(rows=2)
    costs[1, :100] = np.nan
    [anomaly] = found_in(worlds.book(costs))
    first = worlds.START + timedelta(days=100)
    assert (anomaly.kind, anomaly.first_date) == ("new_scope", first)
    assert anomaly.expected_cost == 0


def test_price_change():
    """A dearer unit at the same use is a change of price."""
    quantities = steady(noise=0.05)
    costs = quantities * np.where(np.arange(200) >= 150, 1.3, 1.0)
    book = worlds.book(costs)
    book = replace(book, panel=worlds.panel(costs, quantities))
    assert [anomaly.kind for anomaly in found_in(book)] == ["price_change"]


def test_a_price_needs_half_of_the_floor():
    """A price stays, so that it is told from half of the money that a day needs."""
    quantities = steady(level=40.0, noise=0.05)
    params = PARAMS.model_copy(update={"floors_full_from": 0.0})
    for rise, kinds in ((0.085, ["price_change"]), (0.05, [])):
        costs = quantities * np.where(np.arange(200) >= 150, 1 + rise, 1.0)
        book = worlds.book(costs)
        book = replace(book, panel=worlds.panel(costs, quantities))
        assert [anomaly.kind for anomaly in found_in(book, params)] == kinds


@pytest.mark.parametrize("charge_kind", ["tax", "credit", "refund", "support", "fee"])
def test_invoices_are_no_anomalies(charge_kind):
    """Credits, refunds, taxes and support jump without being anomalies."""
    costs = np.zeros((1, 200))
    costs[0, ::30] = 500.0
    costs[0, 170] = 9_000.0
    book = worlds.book(costs)
    book = replace(book, panel=worlds.panel(costs, charge_kind=charge_kind))
    assert found_in(book) == []


def test_commitments_only_rise():
    """Commitment that goes unused is told, commitment that is used again is not."""
    costs = np.full((1, 200), 10.0)
    costs[0, 120:125] = 90.0
    costs[0, 160:165] = 0.0
    book = worlds.book(costs)
    book = replace(book, panel=worlds.panel(costs, charge_kind="commitment"))
    [anomaly] = found_in(book)
    assert (anomaly.kind, anomaly.direction) == ("commitment", "up")


def test_unsettled_drop_waits():
    """Costs that are missing from an unfinished day are no drop, a rise is one."""
    costs = steady(rows=2)
    costs[0, -1] = 1.0
    costs[1, -1] *= 5
    settled = np.ones(costs.shape, dtype=bool)
    settled[:, -1] = False
    [anomaly] = found_in(worlds.book(costs, settled=settled))
    assert (anomaly.direction, anomaly.status) == ("up", "provisional")


def regions(costs, names):
    scopes = [
        Scope("AWS", "payer", "1", "Amazon EC2", name, "usage", "USD") for name in names
    ]
    return worlds.book(costs, scopes=scopes)


def test_one_incident_in_many_regions_is_one_anomaly():
    """Series that jump on the same day are told once, for the scope above them."""
    costs = steady(rows=4)
    costs[:3, 150] *= 4
    book = regions(costs, ["a", "b", "c", "d"])
    [anomaly] = found_in(book)
    assert (anomaly.scope.region_id, anomaly.rolled_up) == (None, ("region_id",))
    exact = sum((book.amounts(row, 150) for row in range(4)), Decimal(0))
    assert anomaly.actual_cost == exact


def test_a_member_too_young_for_a_band_adds_none():
    """What the scope expects is a number, though one series has no spread yet."""
    costs = steady(rows=4)
    costs[:3, 150] *= 4
    costs[3] = 1
    costs[3, :130] = np.nan
    [anomaly] = found_in(regions(costs, ["a", "b", "c", "d"]))
    assert anomaly.rolled_up == ("region_id",)
    assert anomaly.expected_low < anomaly.expected_cost < anomaly.expected_high


def test_a_small_part_of_a_scope_speaks_for_itself():
    """Two of many equal regions are two anomalies, not one about all of them."""
    costs = steady(rows=12)
    costs[:2, 150] *= 2
    found = found_in(regions(costs, [f"region-{row}" for row in range(12)]))
    assert [anomaly.rolled_up for anomaly in found] == [(), ()]


def test_amounts_add_up():
    """Impact is actual less expected, and the days sum to the anomaly."""
    costs = steady()
    costs[0, 150:153] *= 3
    [anomaly] = found_in(worlds.book(costs))
    assert anomaly.impact == anomaly.actual_cost - anomaly.expected_cost
    assert anomaly.actual_cost == sum(day.actual_cost for day in anomaly.days)
    assert anomaly.expected_low < anomaly.expected_cost < anomaly.expected_high


@given(seed=st.integers(0, 1_000), cut=st.integers(60, 199))
@settings(max_examples=10, deadline=None)
def test_backfill_finds_what_a_schedule_would(seed, cut):
    """What is found up to a day is a beginning of what is found with later days."""
    rng = np.random.default_rng(seed)
    costs = worlds.quiet(rows=6, days=200, seed=seed)
    for row in range(6):
        costs[row, rng.integers(50, 200)] *= 4
        costs[row, rng.integers(50, 200) :] *= 1.6
    params = PARAMS.model_copy(update={"min_impact": 0.0})
    later = {item.anomaly_id: item for item in found_in(worlds.book(costs), params)}
    now = found_in(worlds.book(costs[:, :cut]), params)
    for item in now:
        assert item.days == later[item.anomaly_id].days[: len(item.days)]
    first = worlds.START + timedelta(days=cut)
    seen = {item.anomaly_id for item in now}
    began = {name for name, item in later.items() if item.first_date < first}
    assert seen == began


def test_quiet_world_is_quiet():
    """Two hundred series without an anomaly give fewer than one alert in two weeks."""
    found = found_in(worlds.book(worlds.quiet(rows=200, days=400)))
    assert len(found) / (365 / 7) < 0.5, Counter(item.kind for item in found)


@pytest.mark.parametrize(
    ("impact", "expected"),
    [("99.99", "low"), ("100", "medium"), ("-1000", "high"), ("10000", "critical")],
)
def test_severity_follows_impact(impact, expected):
    """Severity goes by the size of the impact, whichever its direction."""
    assert severity(Decimal(impact), Detection()) == expected
