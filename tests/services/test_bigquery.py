"""Google's billing table asked through BigQuery's SDK: each row once, none by halves.

No emulator is at hand, so a server here answers the requests that the SDK makes.
"""

import json
import os
import signal
import subprocess
import sys
from decimal import Decimal

import pytest

from tasks.core.errors import ConfigError, NothingThere, NotPermitted, SourceUnavailable
from tasks.edge.intake.arriving import bigquery
from tasks.edge.reporting.doctor import examine
from tasks.edge.settings import Source
from tests.edge.export_world import World
from tests.services.bigquery_server import (
    PARTITION_BYTES,
    URL,
    Server,
    field,
    micros,
)

pytest.importorskip("google.cloud.bigquery")

pytestmark = [
    pytest.mark.service,
    pytest.mark.timeout(200),
    # The SDK leaves its connections to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def table(monkeypatch):
    made = Server()
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", made.url)
    monkeypatch.setattr(bigquery, "RETRY_SECONDS", 3.0)
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def row(cost="5.28E-4", day="2026-05-02", **changes):
    """A row of the standard table, as the API tells it."""
    return {
        "billing_account_id": "01-ACME",
        "service": {"id": "6F81", "description": "Compute Engine"},
        "usage_start_time": micros(f"{day}T03:00:00"),
        "usage_end_time": micros(f"{day}T04:00:00"),
        "cost": cost,
        "currency": "EUR",
        "invoice": {"month": day[:7].replace("-", "")},
        "cost_type": "regular",
        "credits": [{"name": "SUD", "amount": "-1.0E-5", "type": "DISCOUNT"}],
    } | changes


def versions(world):
    return world.versions("billing_period, version, status, known_at::DATE::VARCHAR")


def test_a_second_run_asks_for_what_is_new(table, world):
    """All rows in pages; then nothing, at no cost but a look; then what was added."""
    table.add("2026-05-02T06:00:00", row("1.1"), row("2.1"), row("3.1"))
    table.add("2026-05-03T06:00:00", row("4.1"), row("5.1"))
    first = world.ingest(URL)
    assert (first.loaded, first.known) == (1, 0)
    assert versions(world) == [("2026-05", 1, "current", "2026-05-03")]

    table.queries.clear()
    before = world.state()
    again = world.ingest(URL)
    assert (again.loaded, again.known) == (0, 1)
    assert world.state() == before
    assert not any("SELECT *" in query for query in table.queries)

    table.add("2026-05-20T06:00:00", row("7.25"), row("-0.5", "2026-04-30"))
    table.queries.clear()
    table.billed = 0
    third = world.ingest(URL)
    assert (third.loaded, third.known) == (2, 1)
    assert versions(world) == [
        ("2026-04", 1, "current", "2026-05-20"),
        ("2026-05", 1, "superseded", "2026-05-03"),
        ("2026-05", 2, "current", "2026-05-20"),
    ]
    # The newest time and the rows, each from the last two of three partitions; and
    # before each of them which partitions these are.
    assert table.billed == 2 * (1 + 2) * PARTITION_BYTES
    assert world.versions("billed_cost")[-1] == (Decimal("22.74994"),)
    assert list((world.settings.lake_path / ".downloads").iterdir()) == []


def test_numbers_are_as_the_api_gives_them(table, world):
    """No binary float lies between the API's text and the sum."""
    table.add("2026-05-03T06:00:00", row("0.1"), row("0.2"), row("5.28E-4"))
    world.ingest(URL)
    assert world.versions("billed_cost") == [(Decimal("0.300498"),)]
    (bill,) = world.versions("bill_id")[0]
    assert sorted(one["cost"] for one in world.content(bill)) == [
        Decimal("0.000528"),
        Decimal("0.1"),
        Decimal("0.2"),
    ]


def test_rows_that_came_while_we_looked_are_not_lost(table, world):
    """A row with an earlier time is seen by the next window, the others not twice."""
    table.add("2026-05-03T06:00:00", row("1"), row("2"))
    world.ingest(URL)
    table.add("2026-05-03T05:00:00", row("4"))
    table.add("2026-05-03T09:00:00", row("8"))
    assert world.ingest(URL).loaded == 1
    assert world.versions("billed_cost")[-1] == (Decimal("14.99996"),)


def test_streamed_rows_are_seen_before_they_have_a_partition(table, world):
    """They count once, before and after BigQuery sorts them into a partition."""
    table.add("2026-05-03T06:00:00", row("1"))
    world.ingest(URL)
    table.add("2026-05-03T07:00:00", row("2"), is_streamed=True)
    table.add("2026-05-03T08:00:00", row("4"))
    assert world.ingest(URL).loaded == 1
    total = world.versions("billed_cost")[-1]
    assert total == (Decimal("6.99997"),)
    table.rows = [(at, day or table.rows[0][1], one) for at, day, one in table.rows]
    assert world.ingest(URL).loaded == 0
    assert world.versions("billed_cost")[-1] == total


@pytest.mark.parametrize(
    "partitioning", [None, {"type": "MONTH"}, {"type": "DAY", "field": "export_time"}]
)
def test_a_table_without_daily_partitions(table, world, partitioning):
    """A view, or a table of another kind, is filtered by its time of export alone."""
    table.partitioning = partitioning
    table.add("2026-05-03T06:00:00", row("1"))
    assert world.ingest(URL).loaded == 1
    table.add("2026-05-04T06:00:00", row("2"))
    assert world.ingest(URL).loaded == 1
    assert world.versions("billed_cost")[-1] == (Decimal("2.99998"),)
    assert not any("INFORMATION_SCHEMA" in query for query in table.queries)


def test_rows_that_a_bucket_had_are_counted_once(table, world, tmp_path):
    """The same row as BigQuery writes it into files and as its API tells it."""
    exported = row(0.000528) | {
        "usage_start_time": "2026-05-02 03:00:00 UTC",
        "usage_end_time": "2026-05-02 04:00:00 UTC",
        "export_time": "2026-05-03 06:00:00 UTC",
        "credits": [{"name": "SUD", "amount": -1e-05, "type": "DISCOUNT"}],
    }
    file = tmp_path / "history.json"
    file.write_text(json.dumps(exported) + "\n", encoding="utf-8")
    assert world.ingest(file).loaded == 1
    table.add("2026-05-03T06:00:00", row("5.28E-4"))
    result = world.ingest(URL)
    assert (result.loaded, result.known) == (0, 1)


def test_google_focus_rows(table, world):
    """Google's table of FOCUS rows is known by its columns."""
    focus = {
        "BilledCost": "1.25",
        "EffectiveCost": "1.125",
        "BillingAccountId": "01-ACME",
        "BillingCurrency": "EUR",
        "BillingPeriodStart": micros("2026-05-01T00:00:00"),
        "ChargePeriodStart": micros("2026-05-02T00:00:00"),
        "ChargeCategory": "Usage",
        "x_CostType": "regular",
        "x_ExportTime": None,
    }
    numbers, times = ("BilledCost", "EffectiveCost"), ("Start", "Time")
    table.schema = [
        field(
            name,
            "NUMERIC"
            if name in numbers
            else "TIMESTAMP"
            if name.endswith(times)
            else "STRING",
        )
        for name in focus
    ]
    table.add("2026-05-03T06:00:00", focus)
    assert world.ingest(URL).loaded == 1
    assert world.versions("source_format, billed_cost, known_at::DATE::VARCHAR") == [
        ("gcp_focus", Decimal("1.25"), "2026-05-03")
    ]
    table.add("2026-05-04T06:00:00", focus | {"BilledCost": "2"})
    assert world.ingest(URL).loaded == 1
    assert world.versions("billed_cost")[-1] == (Decimal("3.25"),)


def test_a_busy_service_is_asked_again(table, world):
    """Refusals for haste and short failures pass by themselves."""
    table.add("2026-05-03T06:00:00", row("1"), row("2"), row("3"))
    table.busy = [
        (503, "backendError", "try again"),
        (403, "rateLimitExceeded", "Exceeded rate limits"),
    ]
    assert world.ingest(URL).loaded == 1
    assert table.busy == []


INGEST = """
import sys
from tasks.edge.intake import bills
from tasks.edge.settings import Settings

bills.ingest(Settings.model_validate_json(sys.argv[1]), [sys.argv[2]])
"""


def test_a_killed_run_leaves_nothing(table, world):
    """Killed between two pages: no version, no torn file; the next run has it all."""
    table.add("2026-05-03T06:00:00", *(row(f"{n}") for n in range(1, 6)))
    running = subprocess.Popen(
        [sys.executable, "-c", INGEST, world.settings.model_dump_json(), URL],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    def kill(page):
        if page == 1:
            os.kill(running.pid, signal.SIGKILL)

    table.at_page = kill
    assert running.wait() == -signal.SIGKILL
    table.at_page = lambda _page: None
    assert world.versions() == []
    assert world.ingest(URL).loaded == 1
    assert world.versions("billed_cost") == [(Decimal("14.99995"),)]
    assert list((world.settings.lake_path / ".downloads").iterdir()) == []


def test_a_query_costs_no_more_than_it_may(table, world):
    """BigQuery refuses it before it costs anything, and we say which option it was."""
    table.add("2026-05-03T06:00:00", row())
    source = Source(name="google", path=URL, options={"maximum_bytes_billed": 1000})
    world.settings = world.settings.model_copy(update={"sources": (source,)})
    with pytest.raises(ConfigError, match="maximum_bytes_billed = 1000 allows"):
        world.ingest(URL)
    assert table.billed == 0


def test_what_is_wrong_is_told(table, world, monkeypatch):
    """A right that lacks, a table that is not there, one of another kind, nobody."""
    table.refusal = (403, "accessDenied", "Access Denied: Table")
    with pytest.raises(NotPermitted, match=rf"{URL} may not .*bigquery.jobs.create"):
        world.ingest(URL)
    table.refusal = None
    with pytest.raises(NothingThere, match=f"There is nothing at {URL}x"):
        world.ingest(f"{URL}x")
    with pytest.raises(ConfigError, match="bigquery://PROJECT/DATASET/TABLE"):
        world.ingest("bigquery://acme-billing/costs")
    with pytest.raises(ConfigError, match="has no option locatoin"):
        bigquery.listed(URL, {"locatoin": "EU"}, ())
    table.schema = [field("name")]
    with pytest.raises(ConfigError, match="no column export_time or x_ExportTime"):
        world.ingest(URL)
    monkeypatch.delenv("BIGQUERY_EMULATOR_HOST")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(ConfigError, match=f"no credentials for {URL}: set GOOGLE_"):
        world.ingest(URL)


def test_a_stopped_service_is_told(table, world):
    """The error says who does not answer."""
    table.shutdown()
    table.server_close()
    with pytest.raises(SourceUnavailable, match=f"{URL} does not answer"):
        world.ingest(URL)


def test_the_doctor_looks_for_nothing(table, world):
    """A look at the table costs no query."""
    source = Source(name="google", path=URL)
    settings = world.settings.model_copy(update={"sources": (source,)})
    (part,) = [one for one in examine(settings) if one.name == "source google"]
    assert (part.state, part.detail) == ("ok", f"{URL}: a table of 10 columns")
    assert table.queries == []
