"""Bills that say that they were made tomorrow."""

from datetime import UTC, datetime

import pytest

from tests.edge.export_world import World, write_csv
from tests.edge.test_left_parts import CURRENT, cost, state

WHEN = "SELECT known_at FROM bills.versions ORDER BY known_at DESC"


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.mark.parametrize("newest", ["a", "b"])
def test_a_file_of_tomorrow_is_known_now(world, newest):
    """Of several the last counts; a run would leave it out until its time has come."""
    for name in "ab":
        rows = state(21) if name == newest else state(20)
        written = "2100-01-02" if name == newest else "2100-01-01"
        write_csv(world.folder / "in" / name / "cur.csv", rows, written)
    result = world.ingest(world.folder / "in")
    assert (result.loaded, result.notes) == (2, ())
    assert world.rows(CURRENT) == [(cost(state(21)), len(state(21)))]
    assert world.rows(WHEN)[0][0] <= datetime.now(UTC)


def test_an_export_that_ran_tomorrow_is_told(world):
    """Its folder says so: nobody may know when it ran instead."""
    path = world.folder / "20991231T081120Z" / "cur.csv"
    [note] = world.ingest(write_csv(path, state(20), "2026-06-01")).notes
    assert "was made at 2099-12-31 08:11 UTC, which is still to come" in note
    assert world.rows(WHEN)[0][0].year == 2099
