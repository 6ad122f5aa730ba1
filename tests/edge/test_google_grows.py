"""Google's tables only ever grow, and files hold all of their rows or some."""

import pytest

from tests.edge import google_world
from tests.edge.export_world import World, write_csv
from tests.edge.google_world import flat, row

pytestmark = pytest.mark.thorough


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def dump(folder, name, *rows):
    """Write rows to a JSON file."""
    return google_world.write_json(folder / name, rows, "2026-06-30T00:00:00")


def added(cost, day, **changes):
    """A row that was added to the table on a day of May."""
    return row(cost=cost, export_time=f"2026-05-{day:02d} 14:00:00 UTC", **changes)


def known(world, *days):
    """Return what the bill came to as known at the end of some days of May."""
    world.charges("1")
    return [
        world.rows(
            "SELECT sum(BilledCost), count(*) FROM"
            f" focus.as_of('2026-05-{day:02d} 23:00:00+00')"
        )[0]
        for day in days
    ]


def daily_total(world):
    """Return the sum of the daily series after all of it is written."""
    world.charges("1")
    return world.rows("SELECT sum(billed_cost) FROM series.daily_cost")[0][0]


FIRST, SECOND, THIRD = added(1, 3), added(2, 4), added(4, 5)
LATE = added(8, 20, usage_start_time="2026-05-01 05:00:00 UTC")


class TestTablesThatGrow:
    """Rows are only ever added, and files hold all of them or some."""

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
    def test_whole_tables(self, world, tmp_path, order):
        """Dumps of the whole table replace each other, in whatever order they come."""
        dumps = [
            dump(tmp_path, "table.a.json", FIRST),
            dump(tmp_path, "table.b.json", FIRST, SECOND),
            dump(tmp_path, "table.c.json", LATE, FIRST, SECOND, THIRD),
        ]
        for position in order:
            world.ingest(dumps[position])
        assert known(world, 3, 4, 20) == [(1, 1), (3, 2), (15, 4)]
        assert daily_total(world) == 15

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
    def test_only_what_is_new(self, world, tmp_path, order):
        """Files with new rows only add up, in whatever order they come."""
        parts = [
            dump(tmp_path, "new.a.json", FIRST, SECOND),
            dump(tmp_path, "new.b.json", THIRD),
            dump(tmp_path, "new.c.json", LATE),
        ]
        for position in order:
            world.ingest(parts[position])
        assert known(world, 4, 5, 20) == [(3, 2), (7, 3), (15, 4)]
        assert daily_total(world) == 15

    def test_a_folder_of_days(self, world, tmp_path):
        """A folder that gets a file a day is read again and again; each row counts."""
        days = tmp_path / "days"
        for number, rows in enumerate(([FIRST], [SECOND, THIRD], [LATE]), start=1):
            dump(days, f"2026-05-0{number}.json", *rows)
            world.ingest(days)
        state = world.state()
        assert world.ingest(days).loaded == 0
        assert world.state() == state
        assert known(world, 3, 5, 20) == [(1, 1), (7, 3), (15, 4)]

    @pytest.mark.parametrize("order", ["abc", "acb", "bca", "cba"])
    def test_overlapping_windows(self, world, tmp_path, order):
        """Files that hold some rows of each other count each row once, at all times."""
        windows = {"a": (FIRST, SECOND), "b": (SECOND, THIRD), "c": (THIRD, LATE)}
        for name in order:
            world.ingest(dump(tmp_path, f"{name}.json", *windows[name]))
        assert known(world, 4, 5, 20) == [(3, 2), (7, 3), (15, 4)]
        assert daily_total(world) == 15

    def test_numbered_exports(self, world, tmp_path):
        """Numbered files that hold rows of each other count each row once."""
        rows = [added(cost, 3 + cost % 4) for cost in range(1, 13)]
        for number, last in enumerate((5, 9, 12), start=1):
            dump(tmp_path / "in", f"table_{number}.json", *rows[:last])
        world.ingest(tmp_path / "in")
        assert daily_total(world) == sum(range(1, 13))

    def test_numbered_parts(self, world, tmp_path):
        """Numbered files that share some equal rows are parts of one export."""
        for number in (1, 2):
            rows = [added(cost * number, 3) for cost in (1, 5, 7, 11, 13, 17, 19)]
            equal = [added(2, 3)] * 3
            dump(tmp_path / "in", f"table-0{number}.json", *rows, *equal)
        world.ingest(tmp_path / "in")
        assert daily_total(world) == 73 * 3 + 12

    def test_equal_rows_of_one_file(self, world, tmp_path):
        """Equal rows of one file are so many charges, however often told."""
        world.ingest(dump(tmp_path, "a.json", FIRST, FIRST))
        world.ingest(dump(tmp_path, "b.json", FIRST, FIRST, SECOND))
        assert known(world, 4) == [(4, 3)]

    def test_the_same_table_in_another_form(self, world, tmp_path):
        """A row is the same whether it comes as JSON or, with less, as CSV."""
        world.ingest(dump(tmp_path, "a.json", FIRST, SECOND))
        rows = [flat(item) for item in (FIRST, SECOND, THIRD)]
        for item in rows:
            del item["sku.id"]
        world.ingest(write_csv(tmp_path / "b.csv", rows))
        assert known(world, 5) == [(7, 3)]
        assert world.ingest(tmp_path / "a.json").known == 1

    def test_standard_and_detailed(self, world, tmp_path):
        """Both tables of one account are loaded, and their costs count once."""
        standard = [
            {name: value for name, value in item.items() if name != "resource"}
            for item in (FIRST, SECOND)
        ]
        world.ingest(dump(tmp_path, "standard.json", *standard))
        world.ingest(dump(tmp_path, "detailed.json", FIRST, SECOND, THIRD))
        assert known(world, 5) == [(7, 3)]
        new = {name: value for name, value in LATE.items() if name != "resource"}
        world.ingest(dump(tmp_path, "new.json", new))
        assert known(world, 20) == [(11, 3)]

    @pytest.mark.parametrize(
        "order",
        ["s1 s2 d1 d2", "s1 s2 d2 d1", "s2 d2 s1 d1", "d2 s1 s2 d1", "d1 s2 d2 s1"],
    )
    def test_what_is_new_of_two_tables(self, world, tmp_path, order):
        """Rows are added to those of their own table, and costs count once."""
        first, second = (
            {name: value for name, value in item.items() if name != "resource"}
            for item in (FIRST, SECOND)
        )
        rows = {"s1": first, "s2": second, "d1": FIRST, "d2": SECOND}
        for name in order.split():
            world.ingest(dump(tmp_path, f"{name}.json", rows[name]))
        assert known(world, 3, 4) == [(1, 1), (3, 2)]
        assert daily_total(world) == 3

    def test_files_are_shared(self, world, tmp_path):
        """A version that adds rows keeps only these; the others stay where they are."""
        world.ingest(dump(tmp_path, "a.json", FIRST, SECOND))
        world.ingest(dump(tmp_path, "b.json", THIRD))
        assert world.versions("version, row_count, len(files), status") == [
            (1, 2, 1, "superseded"),
            (2, 3, 2, "current"),
        ]
        assert len(world.lake()) == 2

    def test_months_in_one_table(self, world, tmp_path):
        """A dump that only adds to one of its months makes a version of that alone."""
        june = row(cost=16, invoice__month="202606")
        world.ingest(dump(tmp_path, "a.json", FIRST, june))
        result = world.ingest(dump(tmp_path, "b.json", FIRST, june, SECOND))
        assert (result.loaded, result.known) == (1, 1)
        assert world.versions("billing_period, version, billed_cost") == [
            ("2026-05", 1, 1),
            ("2026-05", 2, 3),
            ("2026-06", 1, 16),
        ]

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
    def test_taxes_alone_tell_no_table(self, world, tmp_path, order):
        """JSON leaves out nulls: a file without resources and prices replaces none."""
        used = {"resource": {"name": "vm"}, "price": {"effective_price": 1}}
        dumps = [
            dump(tmp_path, "used.a.json", FIRST | used),
            dump(tmp_path, "used.b.json", SECOND | used),
            dump(tmp_path, "tax.c.json", added(4, 6, cost_type="tax")),
        ]
        for position in order:
            world.ingest(dumps[position])
        assert daily_total(world) == 7
        assert known(world, 3, 4, 6) == [(1, 1), (3, 2), (7, 3)]
