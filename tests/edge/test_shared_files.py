"""Versions of a bill may share lake files: what counts, and when, stays exact."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tasks.edge.costs import daily
from tasks.edge.database import warehouse
from tasks.edge.intake import assembly
from tasks.edge.mapping import focus
from tasks.edge.reconciling import audit
from tests.edge.export_world import FOCUS, World, rows_of, write_csv

pytestmark = pytest.mark.thorough


def day(number, cost="1"):
    return rows_of(
        FOCUS,
        {
            "ChargePeriodStart": f"2026-05-{number:02d}T00:00:00Z",
            "BilledCost": cost,
            "EffectiveCost": cost,
        },
    )


class Shown(World):
    """A warehouse whose views are asked."""

    def days(self, moment=None):
        """Billed cost by day now, or as known at a moment, from lines and from days."""
        at = f"('{moment}')" if moment else ""
        lines, days = (
            ("focus.as_of", "series.daily_cost_as_of")
            if moment
            else ("focus.cost_and_usage", "series.daily_cost")
        )
        found = [
            self.rows(f"SELECT day({date}), {cost} FROM {table}{at} ORDER BY ALL")
            for table, date, cost in (
                (lines, "ChargePeriodStart", "BilledCost"),
                (days, "charge_date", "billed_cost"),
            )
        ]
        assert found[0] == found[1]
        return {number: int(cost) for number, cost in found[0]}

    def read(self):
        """Do what the daily run does with new bills."""
        with warehouse.connect(self.settings.database) as con:
            focus.install(con, self.settings.lake_path)
            daily.aggregate(con, self.settings.lake_path)
            audit.audit(con, self.settings.lake_path)


@pytest.fixture
def world(tmp_path):
    return Shown(tmp_path)


def test_a_file_a_day_adds_to_the_bill(world, tmp_path):
    """Day files that arrive apart add up, a whole re-export replaces them all."""
    for number in (1, 2, 3):
        path = tmp_path / f"day-2026-05-{number:02d}.csv"
        world.ingest(write_csv(path, day(number), f"2026-05-{number + 1:02d}"))
        world.read()
        assert world.days() == dict.fromkeys(range(1, number + 1), 1)
    assert world.days("2026-05-03 12:00:00Z") == {1: 1, 2: 1}
    assert len(world.lake()) == 3
    whole = [row for number in (1, 2, 3) for row in day(number, "2")]
    path = tmp_path / "day-2026-05-01-to-03.csv"
    world.ingest(write_csv(path, whole, "2026-05-09"))
    world.read()
    assert world.days() == {1: 2, 2: 2, 3: 2}
    assert world.days("2026-05-04 12:00:00Z") == {1: 1, 2: 1, 3: 1}


def test_a_day_file_in_a_new_state_replaces_its_day(world, tmp_path):
    """A day exported again replaces its earlier state, and nothing else."""
    for number, cost, written in ((1, "1", "02"), (2, "1", "03"), (1, "5", "04")):
        path = tmp_path / written / f"day-{number:02d}.csv"
        world.ingest(write_csv(path, day(number, cost), f"2026-05-{written}"))
    world.read()
    assert world.days() == {1: 5, 2: 1}
    assert world.days("2026-05-03 12:00:00Z") == {1: 1, 2: 1}


def test_order_of_arrival_leaves_no_trace(world, tmp_path):
    """A day file that arrives late takes its place by its own time."""
    for number in (3, 1, 2):
        path = tmp_path / f"day-{number:02d}.csv"
        world.ingest(write_csv(path, day(number), f"2026-05-{number + 1:02d}"))
        world.read()
    assert world.days() == {1: 1, 2: 1, 3: 1}
    assert world.days("2026-05-03 12:00:00Z") == {1: 1, 2: 1}


def test_an_append_only_export_adds(world, tmp_path, monkeypatch):
    """An increment adds rows of days that are there already."""
    made = assembly._bill

    def increment(*arguments, **named):
        return replace(made(*arguments, **named), is_increment=True)

    monkeypatch.setattr(assembly, "_bill", increment)
    for number, name in enumerate(("b", "a", "c"), start=1):
        moment = datetime(2026, 5, number + 1, tzinfo=UTC)
        rows = rows_of({"x_Name": name} | day(1)[0])
        world.ingest(write_csv(tmp_path / f"{name}.csv", rows), known_at=moment)
    world.read()
    assert world.rows("SELECT sum(billed_cost) FROM series.daily_cost") == [
        (Decimal(3),)
    ]
    assert world.rows(
        "SELECT x_BillId, count(*) FROM focus.cost_and_usage GROUP BY ALL"
    ) == [("focus.acme.2026-05.v3", 3)]
    assert world.rows(
        "SELECT x_BillId, count(*) FROM focus.as_of('2026-05-03 12:00:00Z')"
        " GROUP BY ALL"
    ) == [("focus.acme.2026-05.v2", 2)]
    assert world.versions("row_count, billed_cost") == [
        (1, Decimal(1)),
        (2, Decimal(2)),
        (3, Decimal(3)),
    ]


def test_a_piece_of_a_bill_never_counts_beside_it(world, tmp_path):
    """A file of a delivery that is loaded alone as well neither counts nor replaces."""
    folder = tmp_path / "in"
    write_csv(folder / "cur-00002.csv", day(2), "2026-05-03")
    world.ingest(folder / "cur-00002.csv")
    write_csv(folder / "cur-00001.csv", day(1), "2026-05-03")
    assert world.ingest(folder).loaded == 1
    assert world.ingest(folder / "cur-00001.csv").known == 1
    world.read()
    assert world.days() == {1: 1, 2: 1}


def test_a_closed_month_is_corrected_by_the_next_bill(world, tmp_path):
    """FOCUS corrects a closed month in a later bill: the old day moves from then on."""
    correction = {
        "BillingPeriodStart": "2026-06-01T00:00:00Z",
        "ChargePeriodStart": "2026-05-02T00:00:00Z",
        "ChargeClass": "Correction",
        "BilledCost": "-3",
        "EffectiveCost": "-3",
    }
    may = [row | {"ChargeClass": ""} for row in day(2, "10")]
    world.ingest(write_csv(tmp_path / "may.csv", may, "2026-06-05"))
    world.read()
    june = write_csv(tmp_path / "june.csv", rows_of(FOCUS, correction), "2026-07-05")
    assert world.ingest(june).loaded == 1
    world.read()
    assert world.rows(
        "SELECT billing_period, status FROM bills.versions ORDER BY 1"
    ) == [
        ("2026-05", "current"),
        ("2026-06", "current"),
    ]
    days = "SELECT sum(billed_cost)::INT FROM {} WHERE charge_date = '2026-05-02'"
    assert world.rows(days.format("series.daily_cost")) == [(7,)]
    for moment, cost in (("2026-06-10 00:00:00Z", 10), ("2026-07-06 00:00:00Z", 7)):
        known = days.format(f"series.daily_cost_as_of('{moment}')")
        assert world.rows(known) == [(cost,)]
        lines = f"SELECT sum(BilledCost)::INT FROM focus.as_of('{moment}')"
        assert world.rows(lines) == [(cost,)]
