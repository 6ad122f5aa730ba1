"""Macros and views are made once, and again when what makes them has changed."""

import pytest

from tasks.edge.database import warehouse
from tasks.edge.mapping import focus, macros

CATALOGUE = (
    "SELECT schema_name, view_name, view_oid FROM duckdb_views() WHERE NOT internal"
    " UNION ALL SELECT schema_name, function_name, function_oid FROM duckdb_functions()"
    " WHERE NOT internal ORDER BY ALL"
)
MIDDAY = "CREATE OR REPLACE MACRO main.iso_time(x) AS ('midday')"


@pytest.fixture
def install(tmp_path):
    """Refresh everything in a warehouse, and return what is in it."""
    with warehouse.connect(tmp_path / "w.duckdb") as con:

        def refreshed():
            focus.install(con, tmp_path / "lake")
            (time,) = con.execute("SELECT iso_time('2026-11-01')").fetchone()
            return time, con.execute(CATALOGUE).fetchall()

        yield refreshed


def test_what_is_there_is_left(install):
    """Refreshed once more, nothing is made."""
    assert install() == install()


def test_a_changed_rule_is_made_again(install, monkeypatch):
    """So are the views, whose columns it may change."""
    time, before = install()
    right = macros.scalar
    monkeypatch.setattr(
        macros, "scalar", lambda name: MIDDAY if name == "iso_time" else right(name)
    )
    midday, after = install()
    assert time != midday == "midday"
    assert not set(before) & set(after)
