"""A passing copy of the warehouse, which nobody waits for."""

import subprocess
import sys

import pytest

from tasks.core.errors import WarehouseBusy
from tasks.edge.database import snapshot, warehouse
from tests import dying

ADD = "INSERT INTO ops.deliveries VALUES ($event, 'sink', now())"
COUNT = "SELECT count(*) FROM ops.deliveries"

# Adds a row and dies before it is anywhere but in the log.
CHILD = """
import sys
from tasks.edge.database import warehouse
from tests import dying
with warehouse.connect(sys.argv[1]) as con:
    con.execute("SET checkpoint_threshold = '1 GB'")
    con.execute(sys.argv[2], {"event": "logged"})
    dying.die()
"""

# Says whether another process may write.
OPEN = """
import sys
from tasks.edge.database import warehouse
with warehouse.connect(sys.argv[1], wait_seconds=0):
    pass
"""


@pytest.fixture
def place(tmp_path):
    """A warehouse with one row."""
    path = tmp_path / "-w.duckdb"
    with warehouse.connect(path) as con:
        con.execute(ADD, {"event": "first"})
    return path


def can_write(path):
    """Return whether another process gets the warehouse."""
    asked = [sys.executable, "-c", OPEN, str(path)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or WarehouseBusy.__name__ in done.stderr, done.stderr
    return done.returncode == 0


def test_it_is_the_warehouse_as_it_was(place, tmp_path):
    """It has what was there, also in the log of a killed process; nothing later."""
    dying.killed(CHILD, str(place), ADD)
    copy = tmp_path / "copy"
    copy.write_text("what a killed process left")
    with warehouse.connect(place) as con:
        with warehouse.transaction(con):
            snapshot.take(str(place), copy)
            con.execute(ADD, {"event": "later"})
        assert con.execute(COUNT).fetchone() == (3,)
    with snapshot.opened(copy) as con:
        assert con.execute(COUNT).fetchone() == (2,)
    assert sorted(path.name for path in tmp_path.iterdir()) == [place.name]


def test_the_warehouse_stays_ours(place, tmp_path):
    """Copying lets no other writer in; reading the copy keeps none out."""
    copy = tmp_path / "copy"
    with warehouse.connect(place):
        snapshot.take(str(place), copy)
        assert not can_write(place)
    with snapshot.opened(copy):
        assert can_write(place)


def test_a_copy_that_cannot_be_made_is_said(place, tmp_path):
    """Where there is no room for it, the reason is told and nothing is left behind."""
    with warehouse.connect(place), pytest.raises(OSError, match="not copied"):
        snapshot.take(str(place), tmp_path / "nowhere" / "copy")
    copy = tmp_path / "copy"
    with warehouse.connect(place):
        snapshot.take(str(place), copy)
    with pytest.raises(ZeroDivisionError), snapshot.opened(copy):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == [place]
