"""Demand follows the calendar."""

from datetime import date

import numpy as np
import pytest

from tasks.core.simulation import aws, azure, gcp, identity, seasons
from tasks.core.simulation.catalogue import COST_DECIMALS
from tasks.core.simulation.seasons import PATTERNS, Rhythm

DAYS = seasons.calendar(date(2026, 4, 1), 61)


def day(text):
    return int((np.datetime64(text) - DAYS[0]).astype(int))


def factors(pattern, **changed):
    fields = {
        "pattern": seasons.pattern_indices([pattern]),
        "noise": np.zeros(1),
        "growth": np.ones(1),
        "phase": np.zeros(1),
        "is_monthly": np.zeros(1, dtype=bool),
    }
    rhythm = Rhythm(**(fields | changed))
    rng = np.random.default_rng(1)
    return seasons.demand(rhythm, DAYS, date(2026, 4, 1), rng)[0]


def test_holidays_of_a_year():
    """Germany has nine public holidays that all of its states keep."""
    found = seasons.holidays(2026)
    assert len(found) == 9
    assert date(2026, 4, 3) in found
    assert date(2026, 5, 25) in found


@pytest.mark.parametrize(
    ("year", "month", "sunday"), [(2024, 3, 31), (2025, 4, 20), (2027, 3, 28)]
)
def test_easter(year, month, sunday):
    """Easter falls where the churches say."""
    assert seasons.easter(year) == date(year, month, sunday)


def test_offices_rest():
    """Offices rest at weekends, and on Labour Day as if it were a Sunday."""
    week = seasons.week_factors(DAYS)[PATTERNS.index("office")]
    assert week[day("2026-05-01")] == week[day("2026-05-03")]
    assert week[day("2026-05-03")] < 0.5 * week[day("2026-05-05")]


def test_books_are_closed():
    """Month-end jobs run on the last two days and the first."""
    edge = seasons.month_end_factors(DAYS)[PATTERNS.index("monthend")]
    busy = {str(DAYS[i]) for i in np.flatnonzero(edge > 1)}
    assert busy == {
        "2026-04-01",
        "2026-04-29",
        "2026-04-30",
        "2026-05-01",
        "2026-05-30",
        "2026-05-31",
    }


def test_steady_is_steady():
    """What neither grows nor breathes is the same every day."""
    assert (factors("steady") == 1).all()


def test_growth_is_a_years():
    """Growth is what a year brings, and two months bring their part of it."""
    grown = factors("steady", growth=np.array([2.0]))
    assert grown[-1] == pytest.approx(2 ** (60 / 365.25))


def test_a_month_costs_a_month():
    """What is priced by the month costs the same in long months as in short ones."""
    monthly = factors("steady", is_monthly=np.array([True]))
    assert monthly[:30].sum() == pytest.approx(monthly[30:].sum())


@pytest.mark.parametrize("cloud", [aws.CLOUD, azure.CLOUD, gcp.CLOUD])
def test_prices_leave_room_for_quantities(cloud):
    """Every price is positive in every region and leaves decimals for the quantity."""
    for sku in cloud.skus:
        assert sku.price_decimals <= COST_DECIMALS
        assert all(cloud.price(sku, region) > 0 for region in cloud.regions)


def test_tags_are_as_people_type_them():
    """Some resources have no tags, some odd ones, most plain ones."""
    rng = np.random.default_rng(3)
    account = aws.CLOUD.accounts[0]
    drawn = [identity.tags(account, number, rng) for number in range(2_000)]
    plain = [tags for tags in drawn if tags.get("environment") == "production"]
    text = " ".join(value for tags in drawn for value in tags.values())
    assert 0.08 < sum(not tags for tags in drawn) / 2_000 < 0.17
    assert 0.5 < len(plain) / 2_000 < 0.9
    assert '"' in text
    assert not text.isascii()
