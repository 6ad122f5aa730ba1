"""What people ask about bills: what changed, and how complete the newest days are."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tasks.core.errors import NothingThere, WrongVersion
from tasks.edge.costs import arrivals
from tasks.edge.database import published, warehouse
from tasks.edge.intake.versions import returns
from tasks.edge.reconciling import bills, comparison
from tests.edge.export_world import write_csv
from tests.edge.test_shared_files import Shown, day

BILL = "focus.acme.2026-05"

# Holds the warehouse until it is told to close it.
WRITER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
"""


def line(cost, service, **words):
    return day(1, cost)[0] | {"ServiceName": service} | words


@pytest.fixture
def world(tmp_path):
    shown = Shown(tmp_path)
    states = {
        "02": [line("1", "A"), line("1", "A"), line("2", "B"), line("3", "C")],
        "20": [line("1", "A"), line("2.5", "B"), line("4", "D"), line("3", "C")],
    }
    for written, rows in states.items():
        shown.ingest(write_csv(tmp_path / f"{written}.csv", rows, f"2026-05-{written}"))
    shown.read()
    return shown


def test_what_changed_is_told_row_by_row(world):
    """A row is added, removed, altered or the same, and money moves with it."""
    found = comparison.difference(world.settings, f"{BILL}.v1", f"{BILL}.v2")
    changes = {
        row["service_name"]: (
            row["rows_added"],
            row["rows_removed"],
            row["rows_altered"],
            row["rows_unchanged"],
            row["effective_change"],
        )
        for row in found.services
    }
    assert changes == {
        "A": (0, 1, 0, 1, Decimal(-1)),
        "B": (0, 0, 1, 0, Decimal("0.5")),
        "C": (0, 0, 0, 1, Decimal(0)),
        "D": (1, 0, 0, 0, Decimal(4)),
    }
    [total] = found.totals
    assert total["effective_change"] == Decimal("3.5")


def test_a_restored_version_has_the_same_rows(world):
    """Versions that share their files differ in nothing."""
    done = returns.restore(world.settings, f"{BILL}.v1")
    found = comparison.difference(world.settings, f"{BILL}.v1", done.current)
    assert {
        (row["rows_added"], row["rows_removed"], row["rows_altered"])
        for row in found.services
    } == {(0, 0, 0)}
    assert sum(row["rows_unchanged"] for row in found.services) == 4


def test_a_gap_in_part_numbers_is_shown(tmp_path):
    """A version tells which part of its export was not there; others have no gap."""
    world = Shown(tmp_path)
    other = [row | {"BillingAccountId": "other"} for row in day(2, "5")]
    write_csv(tmp_path / "in" / "bill-00001.csv", day(1, "1"))
    write_csv(tmp_path / "in" / "bill-00002.csv", other)
    write_csv(tmp_path / "in" / "bill-00004.csv", day(3, "2") + day(4, "3"))
    world.ingest(tmp_path / "in")
    found = {
        row["billing_account_id"]: row["missing_files"]
        for row in bills.shown(world.settings, "2026-05")
    }
    gap = (tmp_path / "in" / "bill-00003.csv").as_posix()
    assert found == {"acme": [gap], "other": None}
    write_csv(tmp_path / "in" / "bill-00003.csv", day(2, "7"))
    world.ingest(tmp_path / "in")
    [whole] = bills.shown(world.settings, f"{BILL}.v2")
    assert whole["missing_files"] is None


def test_one_version_is_no_comparison(world):
    """Comparing a version with itself is refused."""
    with pytest.raises(WrongVersion, match="name two"):
        comparison.difference(world.settings, f"{BILL}.v1", f"{BILL}.v1")


def test_what_is_not_there_cannot_be_compared(world):
    """An unknown version is named."""
    with pytest.raises(NothingThere, match="'nope'"):
        comparison.difference(world.settings, "nope", f"{BILL}.v1")
    with pytest.raises(NothingThere, match="'nope'"):
        bills.shown(world.settings, "nope")
    assert len(bills.shown(world.settings, "2026-05")) == 2


def test_the_newest_days_say_how_complete_they_are(world):
    """Beside a day stands what its source's curve says for its age."""
    with warehouse.connect(world.settings.database) as con:
        arrivals.renew(con)
    [newest] = bills.listing(world.settings).newest_days
    assert (newest["charge_date"].isoformat(), newest["median_ratio"]) == (
        "2026-05-01",
        1.0,
    )


def test_readers_do_not_wait_for_a_writer(world):
    """While a run writes, bills come from the published copy, and that is said."""
    with warehouse.connect(world.settings.database) as con:
        published.publish(con, world.settings.published_path)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, world.settings.database],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert writer.stdout.readline() == b"open\n"
        said = []
        with bills.reading(world.settings, said.append) as con:
            assert con.execute("SELECT count(*) FROM bills.versions").fetchone() == (2,)
    finally:
        writer.communicate(b"close\n")
    assert said[0].startswith("A run is writing: this is as published at ")


def test_curves_are_learned_again_when_days_came(world):
    """A second renewal has nothing to do until another bill is aggregated."""
    with warehouse.connect(world.settings.database) as con:
        assert arrivals.renew(con) > 0
        assert arrivals.renew(con) == 0
        then = datetime(2026, 5, 10, tzinfo=UTC)
        assert (
            con.execute("FROM series.arrival_curves($at)", {"at": then}).fetchall()
            == []
        )
