"""Exports that hold no rows are sound, count nothing, and take nothing back."""

import duckdb
import pytest

from tests.edge.export_world import (
    FOCUS,
    LEGACY,
    World,
    rows_of,
    write_csv,
    write_manifest,
)

NOTE = "has a header but no rows: there is nothing to load from it"


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def _header_only(path, template):
    """A file with a header, as CSV or as Parquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.with_suffix(".csv")
    text.write_text(",".join(template) + "\n", encoding="utf-8")
    if path.suffix == ".parquet":
        with duckdb.connect() as con:
            con.execute(
                f"COPY (FROM read_csv('{text}', all_varchar = TRUE, header = TRUE))"
                f" TO '{path}'"
            )
        text.unlink()
    return path


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("template", [LEGACY, FOCUS], ids=["cur", "focus"])
def test_an_empty_export_wipes_no_month(world, tmp_path, kind, template):
    """A month that is exported again without rows stays, and a note says so."""
    write_csv(tmp_path / "first" / "bill.csv", rows_of(template), "2026-05-03")
    world.ingest(tmp_path / "first")
    before = world.state()
    path = _header_only(tmp_path / "second" / f"bill.{kind}", template)
    for _ in range(2):
        result = world.ingest(path)
        assert (result.loaded, result.quarantined, result.problems) == (0, 0, ())
        assert f"{path} {NOTE}" in result.notes[0]
    after = world.state()
    assert after[:2] + after[3:] == before[:2] + before[3:]


def test_an_empty_part_belongs_to_its_export(world, tmp_path):
    """A part without rows keeps no other part out, and is known the next time."""
    write_csv(tmp_path / "in" / "cur-00001.csv", rows_of(LEGACY))
    _header_only(tmp_path / "in" / "cur-00002.csv", LEGACY)
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.problems) == (1, ())
    again = world.ingest(tmp_path / "in")
    assert (again.loaded, again.known, again.problems) == (0, 1, ())
    assert world.versions("status, row_count") == [("current", 1)]


def test_a_manifest_may_state_no_rows(world, tmp_path):
    """What says that it has no rows, and has none, is taken at its word."""
    folder = tmp_path / "in"
    _header_only(folder / "part_0_0001.csv", FOCUS)
    manifest = {"blobs": [{"blobName": "x/part_0_0001.csv"}], "dataRowCount": 0}
    write_manifest(folder / "manifest.json", manifest)
    result = world.ingest(folder)
    assert (result.loaded, result.quarantined, result.problems) == (0, 0, ())
    assert NOTE in result.notes[0]


def test_a_manifest_of_rows_needs_rows(world, tmp_path):
    """A header alone is no delivery of rows that a manifest states."""
    folder = tmp_path / "in"
    _header_only(folder / "part_0_0001.csv", FOCUS)
    manifest = {"blobs": [{"blobName": "x/part_0_0001.csv"}], "dataRowCount": 3}
    write_manifest(folder / "manifest.json", manifest)
    result = world.ingest(folder)
    assert (result.loaded, result.quarantined) == (0, 1)
    assert "states 3 rows, but its files hold 0" in result.problems[0]


def test_a_manifest_may_list_no_files(world, tmp_path):
    """An export without rows may come without files, and is no error."""
    folder = tmp_path / "in"
    write_manifest(folder / "manifest.json", {"blobs": [], "dataRowCount": 0})
    result = world.ingest(folder)
    assert (result.loaded, result.quarantined, result.problems) == (0, 0, ())
    assert "manifest.json lists no files" in world.said[0]
