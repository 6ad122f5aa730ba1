"""Utilisation and inventory are merged by key; what is newer wins."""

import pytest

from tests.edge.export_world import FOCUS, World, rows_of, write_csv, write_parquet

USE = {
    "provider": "AWS",
    "resource_id": "i-1",
    "metric": "cpu_pct",
    "usage_date": "2026-05-01",
    "mean_value": "2.5",
    "p95_value": "3",
    "max_value": "4.25",
    "samples": "24",
}
THING = {
    "provider": "AWS",
    "resource_id": "vol-1",
    "resource_type": "volume",
    "sku": "gp2",
    "size_gib": "100",
    "attached_to": "i-1",
    "observed_at": "2026-05-10T00:00:00Z",
}


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_utilisation_is_loaded_once(world, tmp_path):
    """A file is loaded, then known; it is no bill and does not enter the lake."""
    rows = rows_of(USE, {}, {"metric": "memory_pct"})
    path = write_csv(tmp_path / "in" / "use.csv", rows)
    write_csv(tmp_path / "in" / "focus.csv", rows_of(FOCUS))
    first, again = world.ingest(tmp_path / "in"), world.ingest(tmp_path / "in")
    assert (first.loaded, first.known) == (2, 0)
    assert (again.loaded, again.known) == (0, 2)
    assert world.rows("SELECT count(*), max(max_value) FROM evidence.utilisation") == [
        (2, 4.25)
    ]
    assert [row[0] for row in world.versions()] == ["focus.acme.2026-05.v1"]
    assert world.rows("SELECT origin, row_count FROM evidence.loads") == [
        (str(path), 2)
    ]


def test_a_later_file_corrects_a_day(world, tmp_path):
    """Utilisation of the same resource, metric and day is replaced."""
    world.ingest(write_csv(tmp_path / "a.csv", rows_of(USE, {"samples": "3"})))
    types = {"usage_date": "DATE", "mean_value": "DOUBLE", "samples": "INTEGER"}
    world.ingest(write_parquet(tmp_path / "b.parquet", rows_of(USE), types))
    assert world.rows("SELECT samples, mean_value FROM evidence.utilisation") == [
        (24, 2.5)
    ]


@pytest.mark.parametrize("order", [("10", "12"), ("12", "10")])
def test_the_newest_observation_stays(world, tmp_path, order):
    """An older inventory that arrives late changes nothing."""
    for day in order:
        attached = "i-1" if day == "10" else ""
        change = {"observed_at": f"2026-05-{day}T00:00:00Z", "attached_to": attached}
        world.ingest(write_csv(tmp_path / f"{day}.csv", rows_of(THING, change)))
    assert world.rows(
        "SELECT attached_to, size_gib, vcpus, observed_at::DATE::TEXT"
        " FROM evidence.resources"
    ) == [(None, 100.0, None, "2026-05-12")]


def test_one_file_may_observe_twice(world, tmp_path):
    """Within a file, too, the newest observation of a resource counts."""
    rows = rows_of(THING, {"sku": "gp3", "observed_at": "2026-05-11T00:00:00Z"}, {})
    world.ingest(write_csv(tmp_path / "a.csv", rows))
    assert world.rows("SELECT sku FROM evidence.resources") == [("gp3",)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"mean_value": "lots"}, "row 1, column mean_value: 'lots' is not a number"),
        ({"usage_date": "1/5/26"}, "1 rows have a usage_date before 2000"),
        ({"resource_id": ""}, "1 rows lack one of provider, resource_id"),
    ],
)
def test_bad_evidence_is_refused(world, tmp_path, change, sentence):
    """A bad value keeps the file out, and says where it is."""
    result = world.ingest(write_csv(tmp_path / "use.csv", rows_of(USE, change)))
    assert (result.loaded, result.quarantined) == (0, 1)
    assert sentence in result.problems[0]
    assert world.rows("SELECT count(*) FROM evidence.utilisation") == [(0,)]
