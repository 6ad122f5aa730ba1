"""The warehouse: one writer at a time, all or nothing."""

import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from tasks.core.errors import NothingThere, WarehouseBusy
from tasks.edge.database import queries, warehouse
from tests import dying

pytestmark = pytest.mark.from_nothing

HOLD = textwrap.dedent("""
    import sys
    from tasks.edge.database import warehouse
    with warehouse.connect(sys.argv[1]):
        print("held", flush=True)
        sys.stdin.readline()
""")


@pytest.fixture
def held(tmp_path):
    """A warehouse that another process is writing to."""
    path = tmp_path / "costwarden.duckdb"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "held\n"
    yield path, holder
    holder.communicate("done\n")


def test_a_second_writer_waits_for_its_turn(held):
    """A writer says once whom it waits for, and goes on when the other is done."""
    path, holder = held
    said = []

    def release(line):
        said.append(line)
        holder.stdin.write("done\n")
        holder.stdin.flush()

    with warehouse.connect(path, wait_seconds=60, say=release) as con:
        assert con.execute("SELECT count(*) FROM bills.versions").fetchall() == [(0,)]
    assert len(said) == 1
    assert str(holder.pid) in said[0]


def test_a_writer_gives_up_in_time(held):
    """After the time that it was told, a writer names the process in its way."""
    path, holder = held
    with (
        pytest.raises(WarehouseBusy, match=str(holder.pid)),
        warehouse.connect(path, wait_seconds=0, say=lambda _: None),
    ):
        pass


def test_a_transaction_keeps_nothing_when_it_fails(tmp_path):
    """A block that raises leaves the tables as they were."""
    row = "INSERT INTO ops.deliveries VALUES ('e', 's', now())"

    def twice(con):
        with warehouse.transaction(con):
            con.execute(row)
            con.execute(row)

    with warehouse.connect(tmp_path / "w.duckdb") as con:
        with pytest.raises(duckdb.ConstraintException):
            twice(con)
        assert con.execute("SELECT count(*) FROM ops.deliveries").fetchall() == [(0,)]


def test_reading_what_is_not_there_says_what_to_do(tmp_path):
    """A missing warehouse is an error in words, not an empty new file."""
    with pytest.raises(NothingThere, match="ingest"), warehouse.read(tmp_path / "no"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "value", ["plain", "O'Neil", "'); DROP TABLE x; --", "a\\b", "$x", ["a'b", "c"], ""]
)
def test_a_literal_is_the_value_and_nothing_else(value):
    """Text written into SQL comes back as the same text."""
    con = duckdb.connect()
    assert con.execute(f"SELECT {queries.literal(value)}").fetchall() == [(value,)]


def test_a_query_becomes_a_macro(monkeypatch):
    """A parameter becomes an argument; comments and strings stay as they are."""
    monkeypatch.setattr(
        queries, "text", lambda _: "-- $no\nSELECT $lo + 1 AS a, '$no' AS b, $lo AS c"
    )
    con = duckdb.connect()
    con.execute("CREATE SCHEMA focus")
    con.execute(queries.as_macro("focus/thing"))
    assert con.execute("FROM focus.thing(2)").fetchall() == [(3, "$no", 2)]


def test_threads_open_it_while_others_close_it(tmp_path):
    """Threads of one process that come and go never stand in each other's way."""
    path = tmp_path / "costwarden.duckdb"
    with warehouse.connect(path):
        pass

    def come_and_go(_turn):
        with warehouse.connect(path) as con:
            return con.execute("SELECT count(*) FROM ops.events").fetchone()

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(come_and_go, range(40))) == {(0,)}


def test_a_file_that_another_thread_just_closes_is_waited_for(tmp_path, monkeypatch):
    """DuckDB says it in several classes of error; the words are what counts."""
    path = tmp_path / "costwarden.duckdb"
    opened = duckdb.connect
    refusals = [
        duckdb.OperationalError('… is already attached by database "costwarden"'),
        duckdb.BinderException('… is already attached by database "costwarden"'),
    ]

    def reluctant(*args, **settings):
        if refusals:
            raise refusals.pop()
        return opened(*args, **settings)

    monkeypatch.setattr(duckdb, "connect", reluctant)
    with warehouse.connect(path) as con:
        assert con.execute("SELECT count(*) FROM ops.events").fetchone() == (0,)
    assert refusals == []


def test_any_other_error_is_told_at_once(tmp_path, monkeypatch):
    """What waiting cannot mend is not waited for."""

    def broken(*_, **__):
        raise duckdb.OperationalError("the file is not a database")

    monkeypatch.setattr(duckdb, "connect", broken)
    with (
        pytest.raises(duckdb.OperationalError, match="not a database"),
        warehouse.connect(tmp_path / "costwarden.duckdb"),
    ):
        pass


def test_a_warehouse_whose_maker_was_killed_opens(tmp_path):
    """Tables that a killed process left in the log alone are there, comments too."""
    path = tmp_path / "w.duckdb"
    child = """
        import sys
        from tasks.edge.database import schema, warehouse
        from tests import dying
        with warehouse.connect(sys.argv[1]) as con:
            schema.describe(con)
            dying.die()
    """
    dying.killed(textwrap.dedent(child), str(path))
    assert path.with_name("w.duckdb.wal").stat().st_size > 0
    with warehouse.connect(path) as con:
        assert con.execute("SELECT count(*) FROM actions.verdicts").fetchone() == (0,)
        assert con.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE comment IS NULL"
        ).fetchone() == (0,)
