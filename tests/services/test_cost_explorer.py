"""Costs asked of AWS Cost Explorer through boto3: each month once, nothing in vain.

A server here speaks the protocol: moto's gives answers that were put there before,
and neither pages nor refusals for haste.
"""

import os
import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from tasks.core.errors import ConfigError, NotPermitted, SourceUnavailable
from tasks.edge.database import warehouse
from tasks.edge.intake.arriving import cost_explorer
from tasks.edge.reconciling import checks
from tasks.edge.reporting.doctor import examine
from tasks.edge.settings import Source
from tests.edge.export_world import LEGACY, World, rows_of, write_csv
from tests.services.cost_explorer_server import ACCOUNT, Server

pytest.importorskip("boto3")

pytestmark = [
    pytest.mark.service,
    pytest.mark.timeout(200),
    # The SDK leaves its connections to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

URL = f"ce://{ACCOUNT}"
TODAY = date(2026, 6, 15)


@pytest.fixture
def explorer(monkeypatch):
    made = Server()
    for name in ("COST_EXPLORER", "STS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{name}", made.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setattr(cost_explorer, "_today", lambda: TODAY)
    monkeypatch.setattr(cost_explorer, "SECONDS", 5)
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def fill(explorer):
    """Costs of two months, of two accounts, of several pages."""
    for day in range(1, 6):
        explorer.add(f"2026-05-0{day}", "Usage", "1.1234567891")
        explorer.add(f"2026-05-0{day}", "Usage", "2", service="AWS Lambda", account="3")
        explorer.add(f"2026-06-0{day}", "Usage", "3")
    explorer.add("2026-05-01", "Tax", "0.7", service="Tax")


def test_a_month_whose_sums_are_as_they_were_is_not_asked_for(explorer, world):
    """One answer is paid for when nothing is new; then those of what changed."""
    fill(explorer)
    assert world.ingest(URL).loaded == 2
    assert world.versions("billing_period, source_format, billed_cost") == [
        ("2026-05", "focus", Decimal("16.3172839455")),
        ("2026-06", "focus", Decimal(15)),
    ]
    # Two pages of sums; for May five of usage and one of tax; for June three.
    assert len(explorer.asked) == 2 + 5 + 1 + 3

    explorer.asked.clear()
    before = world.state()
    again = world.ingest(URL)
    assert (again.loaded, again.known) == (0, 2)
    assert world.state() == before
    assert {one["Granularity"] for one in explorer.asked} == {"MONTHLY"}

    explorer.add("2026-06-06", "Usage", "3.5")
    explorer.asked.clear()
    third = world.ingest(URL)
    assert (third.loaded, third.known) == (1, 1)
    assert world.versions("billing_period, version, status, billed_cost")[1:] == [
        ("2026-06", 1, "superseded", Decimal(15)),
        ("2026-06", 2, "current", Decimal("18.5")),
    ]
    daily = [one for one in explorer.asked if one["Granularity"] == "DAILY"]
    span = {"Start": "2026-06-01", "End": "2026-06-16"}
    assert all(one["TimePeriod"] == span for one in daily)


def test_months_are_looked_at_no_further_than_asked(explorer, world):
    """Older costs are left alone, and so are more months than AWS keeps."""
    explorer.add("2026-03-31", "Usage", "9")
    explorer.add("2026-04-01", "Usage", "1")
    source = Source(name="aws", path=URL, options={"months": 3})
    world.settings = world.settings.model_copy(update={"sources": (source,)})
    assert world.ingest(URL).loaded == 1
    assert world.versions("billing_period") == [("2026-04",)]
    with pytest.raises(ConfigError, match="months must be from 1 to 14"):
        cost_explorer.listed(URL, {"months": 15}, ())


def test_record_types_become_what_they_are(explorer, world):
    """A plan is paid once and used once; what remains is its waste; sums are kept."""
    day = "2026-05-01"
    explorer.add(day, "SavingsPlanCoveredUsage", "10", "6", "Amazon EC2")
    explorer.add(day, "SavingsPlanNegation", "-10", "0", "Amazon EC2")
    explorer.add(day, "SavingsPlanRecurringFee", "8", "2", "Savings Plans")
    explorer.add(day, "Credit", "-1")
    explorer.add(day, "Refund", "-0.5")
    assert world.ingest(URL).loaded == 1
    ((bill, billed, effective),) = world.versions(
        "bill_id, billed_cost, effective_cost"
    )
    assert (billed, effective) == (Decimal("6.5"), Decimal("6.5"))
    assert sorted(
        (row["x_RecordType"], row["ChargeCategory"], row["BilledCost"])
        for row in world.content(bill)
    ) == [
        ("Credit", "Credit", Decimal(-1)),
        ("Refund", "Usage", Decimal("-0.5")),
        ("SavingsPlanCoveredUsage", "Usage", Decimal(0)),
        ("SavingsPlanRecurringFee", "Purchase", Decimal(8)),
        ("SavingsPlanRecurringFee", "Usage", Decimal(0)),
    ]


def test_an_account_with_a_report_too_is_warned_of(explorer, world, tmp_path):
    """The same month from a report and from Cost Explorer would count twice."""
    explorer.add("2026-05-02", "Usage", "1.5")
    write_csv(tmp_path / "cur.csv", rows_of(LEGACY))
    world.ingest(tmp_path / "cur.csv")
    world.ingest(URL)
    with warehouse.connect(world.settings.database) as con:
        (twice,) = [
            one
            for one in checks.run(con, "bills")
            if one.name == "bills__versions__come_from_one_source"
        ]
    assert (twice.severity, twice.row_count) == ("warn", 1)


def test_a_busy_service_is_asked_again(explorer, world):
    """Told to slow down, we wait and ask the same question again."""
    explorer.add("2026-05-02", "Usage", "1.5")
    explorer.busy = 2
    assert world.ingest(URL).loaded == 1
    assert explorer.busy == 0


def test_a_month_that_changes_while_it_is_read_is_not_taken(explorer, world):
    """Days that do not sum to their month are no bill."""
    explorer.add("2026-05-02", "Usage", "1.5")

    def grow(asked):
        if asked["Granularity"] == "DAILY":
            explorer.add("2026-05-03", "Usage", "1")

    explorer.before = grow
    with pytest.raises(SourceUnavailable, match="changed while it was read"):
        world.ingest(URL)
    assert world.versions() == []


KILLED = """
import sys
from datetime import date
from tasks.edge.intake import bills
from tasks.edge.intake.arriving import cost_explorer
from tasks.edge.settings import Settings

cost_explorer._today = lambda: date(2026, 6, 15)
bills.ingest(Settings.model_validate_json(sys.argv[1]), [sys.argv[2]])
"""


def test_a_killed_run_leaves_nothing(explorer, world):
    """Killed between two pages of a month: the next run has all of it."""
    fill(explorer)
    running = subprocess.Popen(
        [sys.executable, "-c", KILLED, world.settings.model_dump_json(), URL],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    def kill(asked):
        if asked["Granularity"] == "DAILY" and "NextPageToken" in asked:
            os.kill(running.pid, signal.SIGKILL)

    explorer.before = kill
    assert running.wait() == -signal.SIGKILL
    explorer.before = lambda _asked: None
    assert world.versions() == []
    assert world.ingest(URL).loaded == 2
    assert sum(cost for (cost,) in world.versions("billed_cost")) == Decimal(
        "31.3172839455"
    )
    assert list((world.settings.lake_path / ".downloads").iterdir()) == []


def test_what_is_wrong_is_told(explorer, world, monkeypatch):
    """No account, another's, a right that lacks, a key that is void, nobody."""
    with pytest.raises(ConfigError, match="write ce:// and the 12 digits"):
        world.ingest("ce://billing")
    with pytest.raises(ConfigError, match=f"belong to account {ACCOUNT}"):
        world.ingest("ce://999999999999")
    with pytest.raises(ConfigError, match="has no option month"):
        cost_explorer.listed(URL, {"month": 3}, ())
    explorer.is_denied = True
    with pytest.raises(NotPermitted, match=f"{URL} may not .*ce:GetCostAndUsage"):
        world.ingest(URL)
    explorer.is_unknown = True
    with pytest.raises(NotPermitted, match=f"{URL} may not .*InvalidClientTokenId"):
        world.ingest(URL)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    with pytest.raises(ConfigError, match=f"no credentials for {URL}: set AWS_"):
        world.ingest(URL)


def test_a_stopped_service_is_told(explorer, world, monkeypatch):
    """The error says who does not answer."""
    monkeypatch.setattr(cost_explorer, "RETRIES", {"total_max_attempts": 1})
    explorer.shutdown()
    explorer.server_close()
    with pytest.raises(SourceUnavailable, match=f"{URL} does not answer"):
        world.ingest(URL)


def test_the_doctor_asks_for_nothing_that_costs(explorer, world):
    """It only looks whose credentials we have."""
    source = Source(name="aws", path=URL)
    settings = world.settings.model_copy(update={"sources": (source,)})
    (part,) = [one for one in examine(settings) if one.name == "source aws"]
    assert (part.state, part.detail) == ("ok", f"{URL}: the costs of account {ACCOUNT}")
    assert explorer.asked == []
