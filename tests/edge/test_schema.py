"""A warehouse that an older version made goes on with a newer one."""

import re
from pathlib import Path

import pytest

from tasks.edge.database import schema, warehouse

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.from_nothing

INSERT = re.compile(r"INSERT (?:OR \w+ )?INTO \S+\s*(BY NAME|\(|BY)?")


@pytest.fixture
def older(tmp_path):
    """A warehouse whose tables lack two columns that were declared later."""
    path = tmp_path / "costwarden.duckdb"
    with warehouse.connect(path) as con:
        con.execute("ALTER TABLE raw.aws_cur DROP COLUMN discount_stated_elsewhere")
        con.execute("DROP TABLE ops.runs")
        con.execute("CREATE TABLE ops.runs (run_id VARCHAR, flow VARCHAR)")
        con.execute("INSERT INTO ops.runs VALUES ('r1', 'daily')")
        con.execute("DROP TABLE ops.definitions")
    return path


def columns(con):
    """Return every column with its type and comment."""
    return set(
        con.execute(
            "SELECT schema_name, table_name, column_name, data_type, comment"
            " FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    )


def test_columns_are_added(older, tmp_path):
    """Opened for writing, it has every declared column, type and comment."""
    with warehouse.connect(tmp_path / "new.duckdb") as con:
        wanted = columns(con)
    with warehouse.connect(older) as con:
        assert columns(con) == wanted


def test_rows_stay(older):
    """Rows that were there stay; what they did not know is the default or null."""
    with warehouse.connect(older) as con:
        found = con.execute(
            "SELECT run_id, flow, billing_period, outcome FROM ops.runs"
        ).fetchall()
    assert found == [("r1", "daily", "", None)]


def test_second_time_changes_nothing(older):
    """A warehouse that has been widened lacks nothing any more."""
    with warehouse.connect(older):
        pass
    with warehouse.connect(older) as con:
        assert schema.lacking(con) == []


def test_newer_columns_are_kept(tmp_path):
    """What a newer version added is left alone by an older one."""
    path = tmp_path / "costwarden.duckdb"
    with warehouse.connect(path) as con:
        con.execute("ALTER TABLE ops.runs ADD COLUMN later VARCHAR DEFAULT 'x'")
    with warehouse.connect(path) as con:
        assert "later" in {name for _, _, name, *_ in columns(con)}


def test_inserts_name_columns():
    """A column that was added lies last: no statement may count on the order."""
    for path in sorted((ROOT / "tasks").rglob("*.py")):
        text = re.sub(r'"\s*\n\s*f?"', "", path.read_text())
        for found in INSERT.finditer(text):
            assert found[1], f"{path.relative_to(ROOT)}: {found[0]}"
