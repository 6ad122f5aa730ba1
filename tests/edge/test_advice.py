"""Advice rests on evidence, never claims more than the cost, and says what it knows."""

import json
import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from tasks.core.errors import NothingThere
from tasks.edge.actions import advice
from tasks.edge.database import warehouse
from tasks.edge.settings import Settings
from tests.edge.evidence_world import bill, company, instance

EVENTS = Path(__file__).parents[2] / "deployments" / "events"
SCHEMA = EVENTS / "recommendation.v1.schema.json"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A warehouse with evidence in it, made once and copied for each test."""
    path = tmp_path_factory.mktemp("world") / "w.duckdb"
    with warehouse.connect(path) as con:
        company(con)
    return path


@pytest.fixture
def settings(world, tmp_path):
    shutil.copy(world, tmp_path / "w.duckdb")
    return Settings(database=str(tmp_path / "w.duckdb"))


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


def test_without_bills_there_is_one_clear_sentence(tmp_path):
    """Asking for advice before the first bill says what to do first."""
    with pytest.raises(NothingThere, match="ingest some"):
        advice.recommend(Settings(database=str(tmp_path / "empty.duckdb")))


def test_costs_and_savings_are_the_bills_own(settings):
    """The idle machine saves what its thirty days cost, to the last digit."""
    advice.recommend(settings)
    found = rows(
        settings, "action, monthly_cost, monthly_saving, environment, revision"
    )
    by_action = {row[0]: row[1:] for row in found if row[2] is not None}
    assert by_action["stop_instance"] == (
        Decimal("138.240000000000000000"),
        Decimal("138.24"),
        "development",
        1,
    )
    assert by_action["resize_instance"][1:3] == (Decimal("69.12"), "production")


def test_an_opening_and_a_withdrawal_are_told(settings):
    """Each change of status is one event, in the transaction of the row."""
    advice.recommend(settings)
    with warehouse.connect(settings.database) as con:
        con.execute("DELETE FROM evidence.utilisation WHERE metric = 'cpu_pct'")
    advised = advice.recommend(settings, is_muted=True)
    with warehouse.read(settings.database) as con:
        events = con.execute(
            "SELECT event_type, is_muted, count(*) FROM ops.events GROUP BY ALL"
            " ORDER BY ALL"
        ).fetchall()
    opened = "io.costwarden.recommendation.opened.v1"
    withdrawn = "io.costwarden.recommendation.withdrawn.v1"
    assert (advised.withdrawn, events) == (
        2,
        [(opened, False, 5), (withdrawn, True, 2)],
    )


def test_events_meet_their_schema(settings):
    """The data of each event is what the published schema says."""
    advice.recommend(settings)
    with warehouse.connect(settings.database) as con:
        con.execute("DELETE FROM evidence.utilisation WHERE metric = 'cpu_pct'")
    advice.recommend(settings)
    with warehouse.read(settings.database) as con:
        payloads = con.execute("SELECT payload FROM ops.events").fetchall()
    checker = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    for (payload,) in payloads:
        event = json.loads(payload)
        assert event["dataschema"] == checker.schema["$id"]
        assert list(checker.iter_errors(event["data"])) == []
    assert len(payloads) == 7


def test_a_bill_alone_is_enough_for_some_advice(settings):
    """Without any inventory, type and size come from the bill's own meters."""
    with warehouse.connect(settings.database) as con:
        con.execute("DELETE FROM evidence.resources")
    advice.recommend(settings)
    assert rows(settings) == [
        ("release_address", "eipalloc-00000000000000001", None, "open"),
        ("stop_instance", "i-0000000000000001d", None, "open"),
        ("resize_instance", "i-0000000000000002d", "m5.large", "open"),
        ("resize_instance", "i-0000000000000004d", None, "abstained"),
        ("stop_instance", "i-0000000000000005d", None, "abstained"),
        ("stop_instance", "i-0000000000000006d", None, "abstained"),
        ("change_volume_type", "vol-00000000000000002", "gp3", "open"),
    ]


def test_the_past_is_not_advised_from_the_future(settings):
    """As of a day before the evidence, nothing is known and nothing advised."""
    early = datetime(2026, 5, 1, tzinfo=UTC)
    assert advice.recommend(settings, early).open == 0


def test_an_inventory_of_later_tells_nothing(settings):
    """A look back does not know what was attached only afterwards, or no longer."""
    with warehouse.connect(settings.database) as con:
        con.execute("UPDATE evidence.resources SET observed_at = '2026-08-01'")
    advice.recommend(settings, datetime(2026, 7, 2, 12, tzinfo=UTC))
    assert "delete_volume" not in {row[0] for row in rows(settings)}


ODD = "i-000000000000000ad"


def odd(settings, **changes):
    """Add one more idle machine, and return what is said of it."""
    with warehouse.connect(settings.database) as con:
        instance(con, ODD, cpu=1.0, memory=9.0, network="idle", **changes)
    advice.recommend(settings)
    found = rows(settings, "resource_id, status, reason")
    return [row[1:] for row in found if row[0] == ODD]


def test_an_ordinary_idle_machine_is_stopped(settings):
    """Without any of the oddities below there is advice."""
    assert odd(settings) == [("open", None)]


def test_a_machine_that_is_gone_is_not_stopped(settings):
    """What the bill stopped to charge before the evidence ends needs no advice."""
    assert odd(settings, since=4) == []


def test_a_spot_machine_is_not_changed(settings):
    """A spot machine cannot be resized, and its price is nobody's list price."""
    ((status, reason),) = odd(settings, PricingCategory="Dynamic")
    assert (status, "spot" in reason) == ("abstained", True)


def test_a_type_that_changed_is_waited_for(settings):
    """Costs of two types are neither of them's; the evidence must be of one."""
    with warehouse.connect(settings.database) as con:
        bill(con, ODD, per_day="9.216", meter="BoxUsage:m5.2xlarge", days=3, since=20)
    ((status, reason),) = odd(settings)
    assert (status, "type changed" in reason) == ("abstained", True)


def test_a_change_after_the_evidence_is_waited_for(settings):
    """When the inventory already has another type, the bill is about the old one."""
    ((status, reason),) = odd(settings, meter="BoxUsage:m5.2xlarge")
    assert (status, "type changed" in reason) == ("abstained", True)


def test_an_id_of_two_accounts_is_nobodys(settings):
    """Which account's resource to change is never guessed."""
    with warehouse.connect(settings.database) as con:
        bill(con, ODD, per_day="1", meter="Other", days=3, SubAccountId="444455556666")
    ((status, reason),) = odd(settings)
    assert (status, reason[:10]) == ("abstained", "2 accounts")


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("cpu_pct", ("stop_instance", "abstained")),
        ("network_bytes", ("resize_instance", "open")),
    ],
)
def test_what_is_no_longer_measured_is_not_judged(settings, metric, said):
    """Idle days at first say nothing about the days that were not measured."""
    with warehouse.connect(settings.database) as con:
        instance(con, ODD, cpu=1.0, memory=9.0, network="idle")
        con.execute(
            "DELETE FROM evidence.utilisation WHERE resource_id = $id"
            " AND metric = $metric AND usage_date > '2026-06-25'",
            {"id": ODD, "metric": metric},
        )
    advice.recommend(settings)
    found = {row[0]: row[1:] for row in rows(settings, "resource_id, action, status")}
    assert found[ODD] == said


def test_measurements_that_are_no_numbers_are_none(settings):
    """NaN is below every threshold's reach, and must not pass for idle."""
    with warehouse.connect(settings.database) as con:
        instance(con, ODD, cpu=float("nan"), memory=9.0, network="idle")
    advice.recommend(settings)
    found = {row[0]: row[1] for row in rows(settings, "resource_id, reason")}
    assert found[ODD] == "There are no measurements of cpu_pct."


def test_an_id_in_other_letters_is_the_same_resource(settings):
    """Upper and lower case mix on bills; costs are summed, and the id stays."""
    advice.recommend(settings)
    before = rows(settings, "recommendation_id, monthly_cost")
    with warehouse.connect(settings.database) as con:
        con.execute(
            "UPDATE focus.cost_and_usage SET ResourceId = upper(ResourceId)"
            " WHERE ChargePeriodStart < '2026-06-15'"
        )
    advice.recommend(settings)
    assert rows(settings, "recommendation_id, monthly_cost") == before


def test_nothing_new_writes_nothing(settings):
    """The same evidence leaves every row as it is, its time included."""
    advice.recommend(settings)
    before = rows(settings, "*")
    advice.recommend(settings)
    assert rows(settings, "*") == before
