"""Parts that an older, longer export left behind do not count beside the new one."""

from decimal import Decimal

import pytest

from tests.edge.export_world import FOCUS, World, rows_of, write_csv


def usd(amount):
    return f"USD {amount:,.2f}"


CURRENT = "SELECT billed_cost, row_count FROM bills.versions WHERE status = 'current'"


def state(days, gone=0):
    """Charges of the first days of May, five a day; of seven lines the first gone."""
    rows = rows_of(
        FOCUS,
        *(
            {
                "ChargePeriodStart": f"2026-05-{day:02d}T00:00:00Z",
                "ServiceName": f"service {number}",
                "BilledCost": f"{day}.{number}{(day * 37 + number * 11) % 89:02d}",
            }
            for day in range(1, days + 1)
            for number in range(5)
        ),
    )
    return [row for place, row in enumerate(rows) if place % 7 >= gone]


def shared_out(rows, parts):
    """Every line in another part, as exporters that write in parallel do."""
    return [rows[number::parts] for number in range(parts)]


def cut(rows, parts):
    """The days one after the other, as exporters that sort do."""
    size = -(-len(rows) // parts)
    return [rows[number * size : (number + 1) * size] for number in range(parts)]


def write(folder, parts, written_at, first=1):
    return [
        write_csv(folder / f"cur-{number:05}.csv", rows, written_at)
        for number, rows in enumerate(parts, start=first)
    ]


def cost(rows):
    return sum(Decimal(row["BilledCost"]) for row in rows).normalize()


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.mark.parametrize("divide", [shared_out, cut])
@pytest.mark.parametrize(
    ("left_at", "days", "left"),
    [
        ("2026-06-01", 18, 1),
        ("2026-06-02", 20, 1),
        ("2026-06-02T00:00:05", 20, 3),
    ],
)
def test_the_end_of_a_longer_export_is_left_out(world, divide, left_at, days, left):
    """Three parts over four or six: by its lines, even where times tell nothing."""
    new, folder = state(20, gone=1), world.folder / "in"
    old = divide(state(days), 3 + left)[3:]
    write(folder, divide(new, 3), "2026-06-02")
    write(folder, old, left_at, first=4)
    [note] = world.ingest(folder).notes
    assert world.rows(CURRENT) == [(cost(new), len(new))]
    assert "left of an older, longer export" in note
    assert f"2026-05 is {usd(cost(new))}; " in note
    both = (cost(new) + sum(map(cost, old))).normalize()
    assert f"it would be {usd(both)}" in note
    assert note.startswith(str(folder / "cur-00004.csv"))
    assert world.ingest(folder).loaded == 0
    assert world.rows(CURRENT) == [(cost(new), len(new))]


def test_the_longer_export_was_loaded_before(world):
    """Its end is a piece of what was known, and no version at all."""
    old, new, folder = state(20), state(20, gone=1), world.folder / "in"
    write(folder, shared_out(old, 4), "2026-06-01")
    world.ingest(folder)
    assert world.rows(CURRENT) == [(cost(old), len(old))]
    write(folder, shared_out(new, 3), "2026-06-02")
    [note] = world.ingest(folder).notes
    assert "not counted" in note
    assert world.rows(CURRENT) == [(cost(new), len(new))]
    assert len(world.versions()) == 2


def test_one_file_over_two_halves(world):
    """A new run may be one file; its neighbour was copied with it."""
    new, folder = state(20), world.folder / "in"
    write(folder, [new], "2026-06-02")
    write(folder, [cut(state(20), 2)[1]], "2026-06-02", first=2)
    [note] = world.ingest(folder).notes
    assert world.rows(CURRENT) == [(cost(new), len(new))]
    assert "cur-00002.csv holds lines that " in note


@pytest.mark.parametrize("divide", [shared_out, cut])
def test_parts_of_one_export_add_up(world, divide):
    """They share no lines, and are written at nearly one time."""
    rows, folder = state(20), world.folder / "in"
    for number, part in enumerate(divide(rows, 4), start=1):
        write(folder, [part], f"2026-06-02T00:{50 - 10 * number}:00", first=number)
    assert world.ingest(folder).notes == ()
    assert world.rows(CURRENT) == [(cost(rows), len(rows))]


def test_equal_lines_make_no_other_export(world):
    """Parts share out lines that the bill has many times."""
    rows, folder = state(20) * 5, world.folder / "in"
    write(folder, shared_out(sorted(rows, key=str), 2), "2026-06-02")
    assert world.ingest(folder).notes == ()
    assert world.rows(CURRENT) == [(cost(rows), len(rows))]


def test_a_last_part_that_is_much_older_is_told(world):
    """Lines may all have changed since: nothing but the times then say so."""
    new, folder = state(20), world.folder / "in"
    old = [row | {"SkuId": "old"} for row in shared_out(state(20), 4)[3]]
    write(folder, shared_out(new, 3), "2026-06-02")
    write(folder, [old], "2026-06-01", first=4)
    [note] = world.ingest(folder).notes
    assert "cur-00004.csv was written more than an hour before " in note
    assert f"2026-05 is {usd(cost(new) + cost(old))}; without it " in note
    assert f"it would be {usd(cost(new))}" in note
