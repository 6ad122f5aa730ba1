"""Lines that the retention setting does not keep go; nothing that counts does."""

import shutil
from datetime import UTC, datetime

import duckdb
import pytest

from tasks.core.errors import WrongVersion
from tasks.edge.intake.versions import pruning, returns
from tasks.edge.reconciling import comparison
from tests.edge.export_world import write_csv
from tests.edge.kept_world import four_versions
from tests.edge.test_shared_files import Shown, day

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("pruning")]

BILL = "focus.acme.2026-05"
V1, V2, V3, V4 = (f"{BILL}.v{number}" for number in (1, 2, 3, 4))
MAY = datetime(2026, 5, 20, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return four_versions(tmp_path_factory.mktemp("pruning"))


@pytest.fixture
def world(made):
    return made.again()


def prune(world, now, *, apply=True):
    return pruning.prune(world.settings, world.said.append, apply=apply, now=now)


def test_nothing_goes_unless_told(world):
    """Without --apply it only says what would go."""
    before = world.state()
    done = prune(world, JULY, apply=False)
    assert (done.bill_ids, done.files, done.applied) == ((V1, V2, V3), 3, False)
    assert world.state() == before


def test_all_lines_may_be_kept(world):
    """Told to keep all, it gives up none."""
    told = {"retention": "all"}
    world.settings = world.settings.model_copy(update=told)
    before = world.state()
    assert prune(world, JULY).bill_ids == ()
    assert world.state() == before


def test_an_open_month_keeps_a_version_a_day(world):
    """While a month is open the last version of each day keeps its lines."""
    assert prune(world, MAY).bill_ids == (V1,)
    assert len(world.lake()) == 3
    assert world.days("2026-05-02 20:00:00Z") == {1: 2}
    assert world.days() == {1: 4}


def test_a_closed_month_keeps_its_final(world):
    """Lines of the past are told to be gone, its days are there for ever."""
    prune(world, JULY)
    folder = f"source=focus/billing_period=2026-05/version={V4}"
    assert world.lake() == [f"{folder}/part-00000.parquet"]
    assert world.days() == world.days("2026-05-09 00:00:00Z") == {1: 4}
    with pytest.raises(duckdb.Error, match=f"lines of {V3} are no longer kept"):
        world.rows("SELECT sum(BilledCost) FROM focus.as_of('2026-05-03 12:00:00Z')")
    assert world.rows(
        "SELECT billed_cost::INTEGER"
        " FROM series.daily_cost_as_of('2026-05-03 12:00:00Z')"
    ) == [(3,)]
    with pytest.raises(WrongVersion, match="no longer kept"):
        returns.restore(world.settings, V3)
    with pytest.raises(WrongVersion, match="no longer kept"):
        comparison.difference(world.settings, V3, V4)
    assert prune(world, JULY).bill_ids == ()


def test_shared_files_stay(tmp_path):
    """What a kept version consists of stays, whoever brought it."""
    shown = Shown(tmp_path)
    for number in (1, 2):
        path = tmp_path / f"day-{number}.csv"
        shown.ingest(write_csv(path, day(number), f"2026-05-{number + 1:02d}"))
    shown.read()
    done = prune(shown, JULY)
    assert (done.bill_ids, done.files) == ((V1,), 0)
    assert len(shown.lake()) == 2
    assert shown.days() == {1: 1, 2: 1}


def test_a_version_without_days_is_kept(tmp_path):
    """Lines from which no daily series was made yet do not go."""
    shown = Shown(tmp_path)
    for number in (1, 2):
        path = tmp_path / f"{'x' * number}.csv"
        shown.ingest(write_csv(path, day(1), f"2026-05-{number + 1:02d}"))
    assert prune(shown, JULY).bill_ids == ()


def test_a_killed_run_is_finished_by_the_next(world, monkeypatch):
    """Once readers are off the files, whatever is left of them goes the next time."""
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    prune(world, JULY)
    monkeypatch.undo()
    assert len(world.lake()) == 4
    assert world.days() == {1: 4}
    prune(world, JULY)
    assert len(world.lake()) == 1


def test_a_late_file_is_not_added_to_what_is_gone(tmp_path):
    """A day that arrives after the lines below it went changes nothing that counts."""
    shown = Shown(tmp_path)
    for name, number, written in (("day-1", 1, "02"), ("whole", 1, "08")):
        path = tmp_path / f"{name}.csv"
        shown.ingest(write_csv(path, day(number, written), f"2026-05-{written}"))
    shown.read()
    assert prune(shown, JULY).bill_ids == (V1,)
    shown.ingest(write_csv(tmp_path / "day-2.csv", day(2), "2026-05-03"))
    shown.read()
    assert shown.days() == {1: 8}
    assert shown.rows(
        "SELECT pruned_at IS NULL FROM bills.versions ORDER BY version"
    ) == [(False,), (True,), (False,)]
