"""The published copy: readers and runs never notice each other."""

import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest

from tasks.edge.database import published, warehouse
from tasks.edge.mapping import focus

READ = textwrap.dedent("""
    import sys
    import duckdb
    con = duckdb.connect(sys.argv[1], read_only=True)
    count = "SELECT count(*) FROM ops.deliveries"
    print(con.execute(count).fetchone()[0], flush=True)
    for _ in sys.stdin:
        print(con.execute(count).fetchone()[0], flush=True)
""")
DELIVERY = "INSERT INTO ops.deliveries VALUES ($event, 'sink', now())"


class Reader:
    """A notebook: another process that keeps the copy open."""

    def __init__(self, path: Path) -> None:
        """Open the copy and count once."""
        self.process = subprocess.Popen(
            [sys.executable, "-c", READ, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.first = int(self.process.stdout.readline())

    def again(self) -> int:
        """Ask once more over the connection that is still open."""
        self.process.stdin.write("again\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        """Close the notebook."""
        self.process.communicate()


@pytest.fixture
def con(tmp_path):
    with warehouse.connect(tmp_path / "w.duckdb") as con:
        focus.install(con, tmp_path / "lake")
        yield con


def test_a_reader_keeps_what_it_opened(con, tmp_path):
    """A run replaces the copy under an open notebook, and neither is disturbed."""
    copy = published.publish(con, tmp_path / "published" / "costs.duckdb")
    notebook = Reader(copy)
    con.execute(DELIVERY, {"event": "a"})
    published.publish(con, copy)
    later = Reader(copy)
    counts = (notebook.first, notebook.again(), later.first)
    notebook.close()
    later.close()
    assert counts == (0, 0, 1)


def test_the_copy_is_whole(con, tmp_path):
    """It holds every table, view and macro, with all their comments."""
    shown = """
        SELECT 'table', schema_name, table_name, comment FROM duckdb_tables()
        WHERE database_name = current_database()
        UNION ALL
        SELECT 'view', schema_name, view_name, comment FROM duckdb_views()
        WHERE database_name = current_database() AND NOT internal
        UNION ALL
        SELECT DISTINCT 'macro', schema_name, function_name, NULL
        FROM duckdb_functions()
        WHERE database_name = current_database() AND NOT internal
        UNION ALL
        SELECT table_name, schema_name, column_name, comment FROM duckdb_columns()
        WHERE database_name = current_database() AND NOT internal
        ORDER BY ALL
    """
    copy = published.publish(con, tmp_path / "costs.duckdb")
    with warehouse.read(copy) as reader:
        assert reader.execute(shown).fetchall() == con.execute(shown).fetchall()
        assert reader.execute("FROM focus.cost_and_usage").fetchall() == []


def test_leftovers_of_a_killed_run_are_no_obstacle(con, tmp_path):
    """An unfinished copy is swept away, and nothing but the copy remains."""
    target = tmp_path / "published" / "costs.duckdb"
    target.parent.mkdir()
    for name in ("costs.duckdb.unfinished", "costs.duckdb.unfinished.wal"):
        (target.parent / name).write_bytes(b"half a file")
    published.publish(con, target)
    assert [path.name for path in target.parent.iterdir()] == ["costs.duckdb"]


def test_a_failed_copy_leaves_the_old_one(con, tmp_path, monkeypatch):
    """When copying fails, readers still find the last good copy."""
    target = published.publish(con, tmp_path / "costs.duckdb")
    before = target.read_bytes()

    def fail(*_):
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(published, "_persist", fail)
    with pytest.raises(duckdb.IOException):
        published.publish(con, target)
    assert target.read_bytes() == before


def test_what_is_written_meanwhile_does_no_harm(con, tmp_path, monkeypatch):
    """A thread that writes while the file is copied leaves a copy that is whole."""

    def copy(_database, target):
        con.cursor().execute(DELIVERY, {"event": "b"})
        target.write_bytes(b"half a file")

    con.execute(DELIVERY, {"event": "a"})
    monkeypatch.setattr(published.snapshot, "copy", copy)
    path = published.publish(con, tmp_path / "costs.duckdb")
    with warehouse.read(path) as reader:
        count = reader.execute("SELECT count(*) FROM ops.deliveries").fetchone()
    assert count == (2,)
