"""The demo, on as few rows as it can be had."""

import csv
import json
import shutil
from decimal import Decimal

import pytest

from flows import cli
from tasks.core.events import binary
from tasks.edge.database import warehouse
from tests import event_schemas

pytestmark = [
    pytest.mark.usefixtures("through_prefect"),
    # Prefect leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

KEPT = {
    "bills.versions": "* EXCLUDE (loaded_at)",
    "series.daily_cost_versions": "*",
    "findings.anomalies": "*",
    "findings.anomaly_drivers": "*",
    "actions.recommendations": "*",
    "actions.verdicts": "*",
    "actions.workflows": "*",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Where the demo of this module plays."""
    return tmp_path_factory.mktemp("demo")


def demo(world, *more):
    database = str(world / "costwarden.duckdb")
    return cli.execute(["demo", "--rows", "20000", "--database", database, *more])


@pytest.fixture
def played(world):
    """The same once the demo has played, whichever test comes first."""
    if not (world / "report.html").exists():
        assert demo(world) == 0
    return world


def left_by(world):
    with warehouse.connect(world / "costwarden.duckdb") as con:
        return {
            table: sorted(
                con.execute(f"SELECT {what} FROM {table}").fetchall(), key=repr
            )
            for table, what in KEPT.items()
        }


def test_the_demo_leaves_what_it_says(world, capsys):
    """Warehouse, copy, manifests and report are there, and the screen names them."""
    assert demo(world) == 0
    said = capsys.readouterr()
    assert "generated" in said.out
    assert "anomalies" in said.out
    assert "a month" in said.out
    assert "The policy" in said.out
    ingest, explain = (
        next(line.split() for line in said.out.splitlines() if f" {verb} " in line)
        for verb in ("ingest PATH", "explain")
    )
    assert shutil.which(ingest[0])
    assert cli.execute(explain[1:]) == 0
    assert (world / "published" / "costs.duckdb").exists()
    assert (world / "report.html").stat().st_size > 100_000
    assert str(world / "report.html") in said.out
    assert list((world / "workflows").rglob("*.yaml")) != []


def test_twice_gives_the_same(played, capsys):
    """Nothing is new the second time: not a bill, not a finding, not a verdict."""
    before = left_by(played)
    capsys.readouterr()
    assert demo(played, "--json") == 0
    stages = json.loads(capsys.readouterr().out)["answer"]["stages"]
    assert stages["ingest_bills"]["loaded"] == 0
    assert stages["plan_workflows"]["written"] == 0
    assert left_by(played) == before


def test_every_event_is_as_its_schema_says(played):
    """Each event of a whole run is what is published, and a foreign reader agrees."""
    from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
    from cloudevents.core.formats.json import JSONFormat
    from cloudevents.core.v1.event import CloudEvent

    schemas = event_schemas.load()
    with warehouse.connect(played / "costwarden.duckdb") as con:
        payloads = con.execute(
            "SELECT event_type, subject, payload FROM ops.events"
        ).fetchall()
    for event_type, subject, payload in payloads:
        event_schemas.check(schemas, payload)
        told = JSONFormat().read(CloudEvent, payload)
        headers, value = binary(payload)
        record = from_binary(KafkaMessage(dict(headers), subject, value), JSONFormat())
        assert told.get_type() == record.get_type() == event_type
        assert told.get_subject() == record.get_subject() == subject
        assert told.get_data() == record.get_data() == json.loads(payload)["data"]
    assert {kind.split(".")[2] for kind, _, _ in payloads} == {
        "anomaly",
        "recommendation",
        "verdict",
        "workflow",
    }


def test_every_bill_sums_to_the_truth(played):
    """Each version's billed and effective cost are what the simulator wrote down."""
    with (played / "demo-bills" / "truth" / "totals.csv").open() as file:
        truth = {
            (row["billing_period"], Decimal(row["billed"]), Decimal(row["effective"]))
            for row in csv.DictReader(file)
            if row["format"] in {"aws_cur2", "azure_focus", "gcp_focus"}
        }
    with warehouse.connect(played / "costwarden.duckdb") as con:
        loaded = con.execute(
            "SELECT versions.billing_period, totals.billed_cost, totals.effective_cost"
            " FROM bills.totals AS totals JOIN bills.versions AS versions"
            " USING (bill_id)"
        ).fetchall()
    # An export that repeats the one before it is known already: no version of its own.
    assert set(loaded) == truth


def test_real_bills_are_left_alone(bills, tmp_path, capsys):
    """A warehouse with somebody's bills is refused before anything is generated."""
    database = str(tmp_path / "mine.duckdb")
    assert cli.execute(["ingest", str(bills), "--database", database]) == 0
    assert cli.execute(["demo", "--database", database]) == 2
    assert "real bills" in capsys.readouterr().err
    assert not (tmp_path / "mine" / "demo-bills").exists()


def test_a_look_back_over_the_demo(played, capsys):
    """Two months of it can be looked at again from the command line, muted."""
    arguments = ["--from", "2026-08", "--to", "2026-09"]
    capsys.readouterr()
    database = ["--database", str(played / "costwarden.duckdb")]
    assert cli.execute(["backfill", *arguments, *database, "--json"]) == 0
    stages = json.loads(capsys.readouterr().out)["answer"]
    assert "detect_anomalies 2026-08" in stages
    assert "detect_anomalies 2026-09" in stages
    with warehouse.connect(played / "costwarden.duckdb") as con:
        done = con.execute(
            "SELECT billing_period FROM ops.runs WHERE stage = 'month' ORDER BY ALL"
        ).fetchall()
    assert done == [("2026-08",), ("2026-09",)]
    assert cli.execute(["backfill", *arguments, *database, "--json"]) == 0
    again = json.loads(capsys.readouterr().out)["answer"]
    looked = [name for name in again if name.startswith("detect")]
    assert looked == ["detect_anomalies as known today"]
