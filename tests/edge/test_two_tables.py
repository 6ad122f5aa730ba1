"""Of Google's two tables the one counts that tells more of a month."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations

import pytest

from tasks.edge.intake.versions import returns
from tests.edge import google_world
from tests.edge.export_world import World
from tests.edge.test_left_parts import CURRENT

DAYS = range(1, 31)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def line(day, cost="0.1", **changes):
    """One row of the detailed table, that was added on the day of its use."""
    times = "usage_start_time", "usage_end_time", "export_time"
    stamps = dict.fromkeys(times, f"2026-05-{day:02d} 10:00:00 UTC")
    return google_world.row(cost=float(cost), **stamps | changes)


def plain(rows):
    """The same rows as the standard table has them."""
    return [
        {key: value for key, value in row.items() if key != "resource"} for row in rows
    ]


def write(world, **tables):
    """Write dumps of tables; return their paths by name."""
    return {
        name: google_world.write_json(world.folder / f"{name}.json", rows)
        for name, rows in tables.items()
    }


def known(world, *days):
    """Return what was billed as known at the end of some days of May."""
    world.charges("1")
    return [
        world.rows(
            f"SELECT sum(BilledCost) FROM focus.as_of('2026-05-{day:02d} 23:00:00+00')"
        )[0][0]
        for day in days
    ]


def grown(tax=()):
    """The standard table, and the detailed one since the 12th; a day costs 0.1."""
    since = [line(day) for day in range(12, 31)]
    return {
        "s1": plain([line(day) for day in range(1, 11)]),
        "s2": plain([line(day) for day in range(1, 30)]),
        "d1": [*since[:5]],
        "d2": [*since, *tax],
    }


@pytest.mark.parametrize("order", list(permutations(("s1", "s2", "d1", "d2")))[::5])
def test_a_table_that_begins_in_a_month_does_not_lose_its_first_days(world, order):
    """In any order of arrival, at any moment, and given again."""
    files = write(world, **grown())
    for name in order:
        world.ingest(files[name])
    assert known(world, 10, 16, 29, 30) == [
        Decimal(text) for text in ("1.0", "1.0", "2.9", "2.9")
    ]
    assert world.rows("SELECT sum(billed_cost) FROM series.daily_cost") == [
        (Decimal("2.9"),)
    ]
    state = world.state()
    assert sum(world.ingest(files[name]).loaded for name in order) == 0
    assert world.state() == state


@pytest.mark.parametrize("order", [1, -1])
def test_a_tax_of_the_first_day_is_no_month(world, order):
    """Taxes are told with the first of a month; costs show that days are missing."""
    tax = [line(1, "0.05", cost_type="tax", export_time="2026-05-30 11:00:00 UTC")]
    files = list(write(world, **grown(tax)).values())
    for path in files[::order]:
        world.ingest(path)
    assert known(world, 29, 30) == [Decimal("2.9"), Decimal("2.9")]


def test_it_is_told_and_can_be_changed(world):
    """Both totals are told; what was brought back counts until more is added."""
    files = write(world, **grown())
    world.ingest(files["s2"])
    [note] = world.ingest(files["d2"]).notes
    prefix = world.versions("bill_id")[0][0].rpartition(".v")[0]
    assert note == (
        f"{prefix}.v2 (CHF 1.90) is kept, but {prefix}.v1 (CHF 2.90) counts: the"
        " account's other table tells of 2026-05-01 to 2026-05-29, this one of"
        " 2026-05-12 to 2026-05-30. It takes over with the first month of which it"
        f" tells as much; to let it count now: costwarden bills restore {prefix}.v2."
    )
    moment = datetime(2026, 6, 2, tzinfo=UTC)
    assert returns.restore(world.settings, f"{prefix}.v2", moment).current == (
        f"{prefix}.v3"
    )
    assert world.rows(CURRENT) == [(Decimal("1.9"), 19)]
    assert known(world, 30) == [Decimal("2.9")]


def test_where_the_fuller_one_is_withdrawn_the_other_counts(world):
    """From then on; before, it is as it was."""
    files = write(world, **grown())
    for name in ("d2", "s2"):
        world.ingest(files[name])
    [bill_id] = world.rows(
        "SELECT bill_id FROM bills.versions WHERE status = 'current'"
    )
    returns.withdraw(world.settings, bill_id[0], datetime(2026, 6, 2, tzinfo=UTC))
    assert world.rows(CURRENT) == [(Decimal("1.9"), 19)]
    assert known(world, 30) == [Decimal("2.9")]


@pytest.mark.parametrize("order", [1, -1])
def test_a_table_that_tells_all_takes_over(world, order):
    """One that was added to last counts, though it costs a little less, or more."""
    rows = [line(day) for day in DAYS]
    credit = line(30, "-0.1", export_time="2026-05-30 12:00:00 UTC")
    files = list(write(world, s=plain(rows), d=[*rows, credit]).values())
    for path in files[::order]:
        world.ingest(path)
    assert world.rows(CURRENT) == [(Decimal("2.9"), 31)]


@pytest.mark.parametrize("order", [1, -1])
def test_a_table_that_stopped_counts_no_more_than_it_tells(world, order):
    """Of two tables that each lack days, the one that tells of more counts."""
    old = plain([line(day) for day in range(1, 11)])
    new = [line(day) for day in range(9, 31)]
    files = list(write(world, s=old, d=new).values())
    for path in files[::order]:
        world.ingest(path)
    assert world.rows(CURRENT) == [(Decimal("2.2"), 22)]
    assert known(world, 10) == [Decimal("1.0")]
