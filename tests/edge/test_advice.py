"""Advice rests on evidence, never claims more than the cost, and says what it knows."""

import pytest

from tasks.edge import advice, warehouse
from tasks.edge.settings import Settings
from tests.edge.evidence_world import company


@pytest.fixture
def settings(tmp_path):
    settings = Settings(database=str(tmp_path / "w.duckdb"))
    with warehouse.connect(settings.database) as con:
        company(con)
    return settings


def rows(settings, columns="action, resource_id, proposed, status"):
    with warehouse.read(settings.database) as con:
        return con.execute(
            f"SELECT {columns} FROM actions.recommendations"
            " ORDER BY resource_id, action"
        ).fetchall()


def test_each_kind_of_waste_is_found(settings):
    """Idle, oversized, unattached and outdated resources each get their own advice."""
    advice.recommend(settings)
    assert rows(settings) == [
        ("release_address", "eipalloc-00000000000000001", None, "open"),
        ("stop_instance", "i-0000000000000001d", None, "open"),
        ("resize_instance", "i-0000000000000002d", "m5.large", "open"),
        ("resize_instance", "i-0000000000000004d", None, "abstained"),
        ("stop_instance", "i-0000000000000005d", None, "abstained"),
        ("stop_instance", "i-0000000000000006d", None, "abstained"),
        ("delete_volume", "vol-00000000000000001", None, "open"),
        ("change_volume_type", "vol-00000000000000002", "gp3", "open"),
    ]


def test_nothing_new_writes_nothing(settings):
    """The same evidence leaves every row as it is, its time included."""
    advice.recommend(settings)
    before = rows(settings, "*")
    advice.recommend(settings)
    assert rows(settings, "*") == before
