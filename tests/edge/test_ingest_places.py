"""Where exports come from and where they lie: paths, URLs, a lake with one owner."""

import os
import re

import duckdb
import pytest

from tasks.core.errors import NoBills, NothingThere, UnknownSetting
from tasks.edge.intake.arriving import sources, wanted
from tests.edge.export_world import (
    FOCUS,
    LEGACY,
    World,
    rows_of,
    write_csv,
    write_parquet,
)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_url_is_as_good_as_a_path(world, tmp_path):
    """Remote files are fetched and known by their URL."""
    write_csv(tmp_path / "in" / "a" / "cur.csv", rows_of(LEGACY), "2026-05-09")
    url = (tmp_path / "in").as_uri()
    assert world.ingest(url).loaded == 1
    assert world.versions("origin, known_at::DATE::TEXT") == [
        ([f"{url}/a/cur.csv"], "2026-05-09")
    ]


def test_nothing_there_is_an_error(world, tmp_path):
    """A folder without bills, and a path that does not exist, are told apart."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("nothing")
    with pytest.raises(NoBills, match=r"no bills at .*empty.* \.parquet"):
        world.ingest(tmp_path / "empty")
    with pytest.raises(NothingThere, match="There is nothing at"):
        world.ingest(tmp_path / "missing")
    assert world.versions() == []


def test_a_good_path_is_loaded_beside_a_bad_one(world, tmp_path):
    """One path without bills does not keep the others out."""
    path = write_csv(tmp_path / "cur.csv", rows_of(LEGACY))
    result = world.ingest(tmp_path / "missing", path)
    assert result.loaded == 1
    assert [problem.split(" at ")[0] for problem in result.problems] == [
        "There is nothing"
    ]


def test_a_lake_has_one_warehouse(world, tmp_path):
    """A second warehouse cannot write into the lake of the first."""
    path = write_csv(tmp_path / "cur.csv", rows_of(LEGACY))
    world.ingest(path)
    other = World(tmp_path / "other")
    other.settings = other.settings.model_copy(
        update={"lake": str(world.settings.lake_path)}
    )
    with pytest.raises(UnknownSetting, match="belongs to the warehouse"):
        other.ingest(path)


def test_a_lake_outlives_its_warehouse(world, tmp_path):
    """After the warehouse file was thrown away, ingesting builds the same again."""
    path = write_csv(tmp_path / "cur.csv", rows_of(LEGACY))
    world.ingest(path)
    before = world.state()
    (tmp_path / "w" / "costwarden.duckdb").unlink()
    world.ingest(path)
    assert world.state() == before


def test_a_folder_of_a_running_version_is_never_half(world, tmp_path, monkeypatch):
    """If the rows cannot be written, the version is swept by the next run."""
    path = write_csv(tmp_path / "cur.csv", rows_of(LEGACY))
    monkeypatch.setattr(
        "tasks.edge.intake.versions.quarantine.forgive",
        lambda *_: (_ for _ in ()).throw(duckdb.IOException("disk full")),
    )
    with pytest.raises(duckdb.IOException):
        world.ingest(path)
    assert (world.versions(), len(world.lake())) == ([], 1)
    monkeypatch.undo()
    good = write_csv(tmp_path / "focus.csv", rows_of(FOCUS))
    world.ingest(good)
    assert [row[0] for row in world.versions()] == ["focus.acme.2026-05.v1"]
    assert len(world.lake()) == 1


def test_what_aws_notes_beside_a_report_is_no_bill(world, tmp_path):
    """A report for Athena has a table beside it that says how far the report is."""
    root = tmp_path / "in" / "cur"
    write_csv(root / "year=2026" / "month=5" / "cur-00001.csv", rows_of(LEGACY))
    note = root / "cost_and_usage_data_status" / "cost_and_usage_data_status.parquet"
    write_parquet(note, [{"status": "READY"}], {})
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.problems) == (1, ())


def test_what_cannot_be_read_is_named(tmp_path):
    """A folder that is closed to us, and a file, say which they are and why."""
    problems = []
    assert [*wanted.below(tmp_path / "gone", problems)] == []
    assert problems == [f"{tmp_path / 'gone'} cannot be read: {os.strerror(2)}."]
    with pytest.raises(OSError, match=re.escape(str(tmp_path))):
        sources.digest(tmp_path)
