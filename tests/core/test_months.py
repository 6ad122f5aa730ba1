"""Months of a backfill and what was known at their ends."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.core import months
from tasks.core.errors import BadPeriod

NOW = datetime(2026, 11, 23, tzinfo=UTC)
periods = st.dates(date(2015, 1, 1), date(2030, 12, 31)).map(lambda day: f"{day:%Y-%m}")
moments = st.datetimes(
    datetime(2015, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2026, 11, 22),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(periods, periods)
def test_months_are_consecutive(one, other):
    """No month between the first and the last is left out or told twice."""
    first, last = sorted((one, other))
    found = months.between(first, last)
    assert (found[0], found[-1]) == (first, last)
    assert found == sorted(set(found))
    for earlier, later in pairwise(found):
        assert months.day_after(months.first_day(earlier)) == months.first_day(later)


@pytest.mark.parametrize(
    "period", ["2026-13", "2026-00", "0000-01", "26-01", "2026-1", "2026-01 ", "", "x"]
)
def test_what_is_no_month_is_refused_by_name(period):
    """A mistyped month is named in the error, whatever it was."""
    with pytest.raises(BadPeriod, match="YYYY-MM"):
        months.first_day(period)


def test_months_the_wrong_way_round_are_refused():
    """A first month after the last is a mistake, not an empty backfill."""
    with pytest.raises(BadPeriod, match="2026-03"):
        months.between("2026-03", "2026-02")


def test_a_month_is_seen_from_its_end():
    """A correction that came after the month is not known yet."""
    known = [("2026-01", datetime(2026, 1, 3, tzinfo=UTC))]
    (month,) = months.seen(["2026-01"], known, NOW)
    assert month.as_of == datetime(2026, 2, 1, tzinfo=UTC)
    assert (month.first_date, month.last_date) == (date(2026, 1, 1), date(2026, 1, 31))


def test_a_bill_that_came_late_is_waited_for():
    """A month is looked at once each of its bills had arrived for the first time."""
    late = datetime(2026, 4, 2, tzinfo=UTC)
    known = [("2026-01", datetime(2026, 1, 3, tzinfo=UTC)), ("2026-01", late)]
    (month,) = months.seen(["2026-01"], known, NOW)
    assert month.as_of == late


def test_the_open_month_is_seen_from_now():
    """Nothing is looked at from the future."""
    known = [("2026-11", NOW - timedelta(days=1))]
    (month,) = months.seen(["2026-11"], known, NOW)
    assert month.as_of == NOW


@given(st.lists(st.tuples(periods, moments), min_size=1, max_size=30))
def test_knowledge_only_grows(known):
    """A later month never knows less than an earlier one."""
    wanted = sorted({period for period, _ in known})
    seen = [month.as_of for month in months.seen(wanted, known, NOW)]
    assert seen == sorted(seen)


@given(st.lists(st.tuples(periods, moments), min_size=1, max_size=30))
def test_every_bill_up_to_the_month_is_known(known):
    """Each month sees all bills of its own and of earlier months."""
    wanted = sorted({period for period, _ in known})
    for month in months.seen(wanted, known, NOW):
        needed = [at for period, at in known if period <= month.period]
        assert month.as_of >= max(needed)
