"""Changes in the clouds, found beside the anomalies that began there and then."""

import json
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.core.errors import BadValue, MissingColumn, NothingThere, UnreadableFile
from tasks.detect import detect_anomalies
from tasks.edge.database import warehouse
from tasks.edge.people import changes
from tasks.edge.reporting import lookups
from tasks.edge.settings import ROOT, Settings
from tests.edge import open_month
from tests.edge.open_month import ended

DAY = date(2026, 6, 9)
SAID = f"{DAY}T03:00:00Z"


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "w.duckdb"))


def written(path, rows):
    """Write rows as the kind of file that the name says."""
    if path.suffix == ".csv":
        heads = list(rows[0])
        lines = [",".join(heads)]
        lines += [",".join(str(row[name]) for name in heads) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text(json.dumps(rows), encoding="utf-8")
    return path


ROWS = [
    {"time": SAID, "what": "deploy 41", "user": "ci", "service": "EC2"},
    {"time": SAID, "what": "elsewhere", "user": "ci", "service": "S3"},
    {"time": f"{DAY - timedelta(days=9)}T00:00:00Z", "what": "long ago"}
    | {"user": "ci", "service": "EC2"},
    {"time": f"{DAY - timedelta(days=1)}T09:00:00Z", "what": "tag v2"}
    | {"user": "eve", "service": ""},
]


@pytest.mark.parametrize("name", ["c.csv", "c.json", "c.parquet"])
def test_any_table_is_loaded_once(settings, tmp_path, name):
    """CSV, JSON and Parquet give the same changes, and again adds nothing."""
    path = written(tmp_path / name, ROWS)
    assert changes.load(settings, path) == changes.Loaded(4, 4)
    assert changes.load(settings, path) == changes.Loaded(4, 0)
    other = written(tmp_path / "other.csv", ROWS)
    assert changes.load(settings, other).new == 0
    [first, *_] = changes.listing(settings, 9).changes
    assert (first["what"], first["actor"]) in [("deploy 41", "ci"), ("elsewhere", "ci")]


def test_changes_are_joined_in_time_and_scope(settings, tmp_path):
    """Explain and the event tell what happened there and then, likeliest first."""
    before = ended(DAY - timedelta(days=1))
    changes.load(settings, written(tmp_path / "c.csv", ROWS), before)
    late = written(tmp_path / "d.csv", [ROWS[0] | {"what": "told late"}])
    changes.load(settings, late)
    extra = {DAY: 4.0}
    open_month.load(settings, open_month.closed(DAY, extra))
    open_month.load(settings, [open_month.grown(DAY, extra)])
    detect_anomalies.fn(settings, as_of=ended(DAY) + timedelta(hours=6))
    with warehouse.read(settings.database) as con:
        [(payload,)] = con.execute("SELECT payload FROM ops.events").fetchall()
    data = json.loads(payload)["data"]
    assert [change["what"] for change in data["changes"]] == ["deploy 41", "tag v2"]
    explained = lookups.anomaly(settings, data["anomaly_id"])
    assert {change["what"] for change in explained.changes} == {
        *("deploy 41", "tag v2", "told late")
    }
    assert len(explained.revisions) == 1


def test_the_event_keeps_its_schema(settings, tmp_path):
    """What consumers get is what deployments/events describes."""
    import jsonschema

    schema = json.loads(
        (ROOT / "deployments/events/anomaly.v1.schema.json").read_text("utf-8")
    )
    test_changes_are_joined_in_time_and_scope(settings, tmp_path)
    with warehouse.read(settings.database) as con:
        [(payload,)] = con.execute("SELECT payload FROM ops.events").fetchall()
    jsonschema.validate(json.loads(payload)["data"], schema)


WRONG = [
    ("c.txt", "x", UnreadableFile, "c.txt is none of"),
    ("c.csv", "time,who\n2026-01-01,me\n", MissingColumn, "what, event"),
    ("c.csv", "time,what\n2026-01-01,a\nsoon,b\n", BadValue, "row 2, column time"),
    ("c.csv", "time,what\n2026-01-01,\n", BadValue, "row 1, column what"),
    ("c.json", "{", UnreadableFile, "c.json: "),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_read_is_said(settings, tmp_path, wrong):
    """File, row and column are named, and nothing of the file is kept."""
    name, text, error, match = wrong
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=match):
        changes.load(settings, path)
    assert changes.listing(settings, 9).changes == ()


def test_a_missing_file_is_said(settings, tmp_path):
    """A wrong path creates nothing."""
    with pytest.raises(NothingThere, match="no file"):
        changes.load(settings, tmp_path / "none.csv")
