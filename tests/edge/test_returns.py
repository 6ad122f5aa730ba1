"""Versions that are withdrawn or brought back: on purpose, and with their history."""

from datetime import UTC, datetime

import pytest

from tasks.core.errors import NothingThere, WrongVersion
from tasks.edge.database import warehouse
from tasks.edge.intake.versions import returns
from tests.edge.export_world import write_csv
from tests.edge.kept_world import Kept
from tests.edge.test_shared_files import Shown, day

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("returns")]

BILL = "focus.acme.2026-05"
V1, V2, V3, V4 = (f"{BILL}.v{number}" for number in (1, 2, 3, 4))


def at(date):
    return datetime.fromisoformat(f"2026-05-{date}T00:00:00+00:00")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three versions of one bill, each seen before the next one came."""
    shown = Shown(tmp_path_factory.mktemp("returns") / "world")
    for number in (1, 2, 3):
        path = shown.folder / "in" / f"bill{'x' * number}.csv"
        write_csv(path, day(1, str(number)), f"2026-05-{number + 1:02d}")
        shown.ingest(path)
        shown.read()
        assert shown.days() == {1: number}
    return Kept(shown)


@pytest.fixture
def world(made):
    return made.again()


def test_a_known_file_changes_nothing_and_says_so(world):
    """An older version that is given again is named, with what brings it back."""
    before = world.state()
    path = world.folder / "in" / "billxx.csv"
    result = world.ingest(path)
    assert (result.loaded, result.known) == (0, 1)
    assert world.state() == before
    [note] = result.notes
    assert note == (
        f"{path} is known already as {V2}, which {V3} has"
        f" replaced; to bring it back: costwarden bills restore {V2}"
    )


def test_a_restored_version_is_a_new_one(world):
    """Its lines and days count again from that moment on, and no file is copied."""
    lake = world.lake()
    done = returns.restore(world.settings, V2, at("06"))
    assert done == returns.Returned(V2, V4, changed=True)
    assert world.days() == {1: 2}
    assert world.days("2026-05-05 00:00:00Z") == {1: 3}
    assert world.days("2026-05-06 00:00:00Z") == {1: 2}
    assert world.lake() == lake
    assert returns.restore(world.settings, V2).changed is False
    world.read()
    assert world.days() == {1: 2}


def test_a_withdrawn_version_counts_no_more(world):
    """The one before counts again, and the past still shows what it showed."""
    done = returns.withdraw(world.settings, V3, at("06"))
    assert done == returns.Returned(V3, V2, changed=True)
    assert world.days() == {1: 2}
    assert world.days("2026-05-05 23:00:00Z") == {1: 3}
    assert world.days("2026-05-02 23:00:00Z") == {1: 1}
    assert returns.withdraw(world.settings, V3).changed is False
    assert world.versions("bill_id, status") == [
        (V1, "superseded"),
        (V2, "current"),
        (V3, "withdrawn"),
    ]


def test_a_bill_may_be_withdrawn_altogether(world):
    """When no version is left the bill counts nothing, and a new one may come."""
    for bill_id in (V3, V2, V1):
        returns.withdraw(world.settings, bill_id, at("06"))
    assert world.days() == {}
    assert world.days("2026-05-05 00:00:00Z") == {1: 3}
    returns.restore(world.settings, V1, at("07"))
    assert world.days() == {1: 1}


def test_a_version_that_arrives_late_counts_after_a_withdrawal(world, tmp_path):
    """What counts again is the version known last, whenever it was loaded."""
    returns.withdraw(world.settings, V3, at("09"))
    path = write_csv(tmp_path / "late.csv", day(1, "7"), "2026-05-08")
    world.ingest(path)
    world.read()
    assert world.days() == {1: 7}
    assert world.days("2026-05-05 00:00:00Z") == {1: 3}


@pytest.mark.parametrize("step", [returns.withdraw, returns.restore])
def test_what_is_not_there_is_refused(world, step):
    """Nobody can withdraw or restore a version that is not there."""
    with pytest.raises(NothingThere, match="no bill version 'nope'"):
        step(world.settings, "nope")


@pytest.mark.parametrize("step", [returns.withdraw, returns.restore])
def test_what_was_not_known_yet_is_refused(world, step):
    """Nobody can withdraw or restore a version before it became known."""
    with pytest.raises(WrongVersion, match="2026-05-04 00:00 UTC"):
        step(world.settings, V3, at("01"))


def test_what_others_are_built_on_stays(tmp_path):
    """A day file that the current version is built on cannot be withdrawn alone."""
    shown = Shown(tmp_path)
    for number in (1, 2):
        path = tmp_path / f"day-{number}.csv"
        shown.ingest(write_csv(path, day(number), f"2026-05-{number + 1:02d}"))
    with pytest.raises(WrongVersion, match=f"{V2}, which counts now, is built on"):
        returns.withdraw(shown.settings, V1)
    returns.withdraw(shown.settings, V2)
    shown.read()
    assert shown.days() == {1: 1}


def test_a_restoration_survives_a_broken_copy(world, monkeypatch):
    """All of it is kept or nothing: a failure in the middle leaves the old state."""
    before = world.state()
    monkeypatch.setattr(returns, "COPIED", {"ops.runs": "SELECT $new, error('broken')"})
    with pytest.raises(Exception, match="broken"):
        returns.restore(world.settings, V1, datetime.now(UTC))
    assert world.state() == before
    with warehouse.connect(world.settings.database) as con:
        assert con.execute("SELECT count(*) FROM bills.parts").fetchone() == (3,)
