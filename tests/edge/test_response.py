"""Events of the outbox, answered once, and only within their scope."""

import json
from datetime import date
from uuid import uuid4

import pytest

from tasks.core.detection.people import Filter
from tasks.core.errors import NothingThere, WarehouseBusy
from tasks.core.response.records import Record
from tasks.edge.actions import advice, policies, workflows
from tasks.edge.database import journal, warehouse
from tasks.edge.people import mutes
from tasks.edge.response import answers, hearing
from tasks.edge.response.answers import Responded
from tasks.edge.settings import Settings
from tests.edge.response_world import (
    ACCOUNT,
    ADVISED,
    IRELAND,
    VIRGINIA,
    build,
    copied,
    left,
    outcomes,
    rows,
    tell,
    told,
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A warehouse that is made once and copied for each test."""
    folder = tmp_path_factory.mktemp("world")
    build(folder)
    return folder


@pytest.fixture
def settings(world, tmp_path):
    return copied(world, tmp_path / "here")


def respond(settings):
    run = journal.Run(str(uuid4()), "respond")
    return hearing.respond(settings, run, lambda _line: None)


def regions(settings):
    found = rows(
        settings,
        "SELECT region_id, count(*) FROM actions.recommendations"
        " WHERE status = 'open' GROUP BY ALL",
    )
    return dict(found)


def test_only_the_scope_is_optimised(settings):
    """An anomaly in one region leads to advice, verdicts and plans there alone."""
    tell(settings, told("a"))
    assert respond(settings) == Responded(heard=1, answered=1)
    assert regions(settings) == {VIRGINIA: ADVISED[VIRGINIA]}
    [row] = rows(
        settings,
        "SELECT resources, recommendations, opened, withdrawn, allowed,"
        " needs_approval, denied, workflows, anomaly_id FROM ops.responses",
    )
    assert row == (2, 1, 1, 0, 1, 0, 0, 1, "a")
    assert rows(settings, "SELECT phase FROM actions.workflows") == [("Planned",)]
    links = rows(
        settings,
        "SELECT DISTINCT anomaly_id FROM actions.recommendations WHERE status = 'open'",
    )
    assert links == [("a",)]


def test_null_is_where_the_bill_names_none(settings):
    """A region that is null is not every region, unless it was rolled up."""
    with warehouse.connect(settings.database) as con:
        con.execute(
            "UPDATE focus.cost_and_usage SET RegionId = NULL"
            " WHERE ResourceId = 'i-0000000000000002d'"
        )
    tell(settings, told("a", region=None))
    respond(settings)
    assert regions(settings) == {None: 1}
    tell(settings, told("b", region=None, rolled_up=["service_name", "region_id"]))
    respond(settings)
    assert sum(regions(settings).values()) == sum(ADVISED.values())


def test_all_scopes_together_are_the_daily_run(settings, world, tmp_path):
    """Answering every region gives the advice, verdicts and files of a whole run."""
    whole = copied(world, tmp_path / "whole")
    advice.recommend(whole)
    policies.judge(whole)
    workflows.plan(whole)
    tell(settings, told("a"), told("b", region=IRELAND))
    respond(settings)
    assert regions(settings) == regions(whole) == ADVISED
    decided = (
        "SELECT recommendation_id, decision, reasons FROM actions.verdicts ORDER BY ALL"
    )
    assert rows(settings, decided) == rows(whole, decided)
    assert left(settings)[1] == left(whole)[1]


def test_what_lies_outside_stays(settings):
    """Advice of other scopes is neither renewed nor withdrawn, nor judged again."""
    advice.recommend(settings)
    policies.judge(settings)
    with warehouse.connect(settings.database) as con:
        con.execute("DELETE FROM evidence.utilisation")
    tell(settings, told("a"))
    before = rows(settings, "FROM actions.verdicts ORDER BY ALL")
    respond(settings)
    assert regions(settings) == {IRELAND: ADVISED[IRELAND]}
    [counts] = rows(settings, "SELECT opened, withdrawn FROM ops.responses")
    assert counts == (0, 1)
    assert rows(settings, "FROM actions.verdicts ORDER BY ALL") == before


def test_what_may_go_ahead_elsewhere_counts(settings):
    """Many small responses together change no more than one run may."""
    with warehouse.connect(settings.database) as con:
        con.execute('UPDATE focus.cost_and_usage SET Tags = \'{"env": "dev"}\'')
    limited = settings.model_copy(
        update={"judge": settings.judge.model_copy(update={"changes": 1})}
    )
    tell(settings, told("a"), told("b", region=IRELAND))
    respond(limited)
    allowed = rows(settings, "SELECT subject, allowed FROM ops.responses ORDER BY ALL")
    assert allowed == [("a", 1), ("b", 0)]
    [(reasons,)] = rows(
        settings,
        "SELECT reasons FROM actions.verdicts JOIN actions.recommendations"
        " USING (recommendation_id) WHERE action = 'resize_instance'",
    )
    assert any("already has its 1 changes" in reason for reason in reasons)


def test_each_revision_once(settings):
    """Heard again, an event changes nothing; a new revision is answered."""
    tell(settings, told("a"))
    respond(settings)
    before = left(settings)
    assert respond(settings) == Responded()
    again = answers.sorted_out([Record("t/0@9", told("a").payload.encode())])
    assert answers.answer(settings, again) == Responded(heard=1, repeated=1)
    assert left(settings) == before
    tell(settings, told("a", 2, "updated"), told("a", 3, "resolved"))
    assert respond(settings) == Responded(heard=2, answered=1, refused=1)
    assert outcomes(settings) == [
        ("a", 1, "answered"),
        ("a", 2, "answered"),
        ("a", 3, "over"),
    ]


def test_a_late_revision_is_passed_over(settings):
    """What was overtaken is not answered any more, and says so."""
    tell(settings, told("a", 2, "updated"))
    respond(settings)
    tell(settings, told("a", 1))
    respond(settings)
    assert outcomes(settings)[-1] == ("a", 1, "superseded")


def test_garbage_is_put_aside(settings):
    """What cannot be read is a row with place and reason, and is passed over."""
    hostile = told("a", 2, "updated", provider="'; DROP TABLE x; --", region="\x00")
    broken = told("a", 1, status="odd")
    heard = [
        Record("t/0@1", b"\xff"),
        Record("t/0@2", broken.payload.encode()),
        Record("t/0@3", hostile.payload.encode()),
        Record("t/0@4", told("b").payload.encode()),
    ]
    done = answers.answer(settings, answers.sorted_out(heard))
    assert done == Responded(heard=4, answered=2, unreadable=2)
    found = rows(
        settings,
        "SELECT event_id, detail FROM ops.responses WHERE outcome = 'unreadable'"
        " ORDER BY ALL",
    )
    assert [place for place, _ in found] == ["t/0@1", "t/0@2"]
    assert "status" in found[1][1]
    assert rows(
        settings, "SELECT resources FROM ops.responses WHERE subject = 'a'"
    ) == [(0,)]


def known(settings, anomaly_id, status):
    """Let the warehouse know an anomaly of one region."""
    with warehouse.connect(settings.database) as con:
        con.execute(
            "INSERT INTO findings.anomalies BY NAME SELECT $id AS anomaly_id,"
            " 1 AS revision, $status AS status, 'spike' AS kind,"
            " 'up' AS direction, 'AWS' AS provider, $account AS billing_account_id,"
            " $account AS sub_account_id, $region AS region_id,"
            " 'usage' AS charge_kind, DATE '2026-06-30' AS first_date,"
            " DATE '2026-06-30' AS last_date, now() AS detected_at, now() AS known_at,"
            " 'USD' AS billing_currency, 100 AS actual_cost, 10 AS expected_cost,"
            " 9 AS expected_low, 11 AS expected_high, 90 AS impact, 9.0 AS score,"
            " 'high' AS severity, 'seasonal' AS detector",
            {
                "id": anomaly_id,
                "status": status,
                "account": ACCOUNT,
                "region": VIRGINIA,
            },
        )


def test_what_ended_meanwhile_is_over(settings):
    """An opening that is heard after the anomaly has ended starts nothing any more."""
    known(settings, "a", "retracted")
    tell(settings, told("a"))
    assert respond(settings) == Responded(heard=1, refused=1)
    assert outcomes(settings) == [("a", 1, "over")]


def test_what_is_muted_waits(settings):
    """Events of a backfill are nobody's, and those of a mute wait for its end."""
    tell(settings, told("old"), is_muted=True)
    assert respond(settings) == Responded()
    scope = Filter(provider="AWS", region_id=VIRGINIA)
    known(settings, "a", "confirmed")
    mute = mutes.mute(
        settings, scope, until=date(2100, 1, 1), author="me", reason="known"
    )
    tell(settings, told("a"))
    assert respond(settings) == Responded()
    mutes.unmute(settings, mute, "me")
    assert respond(settings) == Responded(heard=1, answered=1)


def test_it_waits_for_its_turn(settings):
    """While a run has the warehouse's turn nothing is answered, and nothing is lost."""
    tell(settings, told("a"))
    hurried = settings.model_copy(update={"wait_seconds": 0.0})
    with (
        journal.turn(settings, journal.Run("1", "daily")),
        pytest.raises(WarehouseBusy),
    ):
        respond(hurried)
    assert respond(settings).answered == 1


def test_without_bills_it_says_so(tmp_path):
    """A warehouse that never had a bill is an error, and the event stays unanswered."""
    settings = Settings(database=str(tmp_path / "empty.duckdb"))
    tell(settings, told("a"))
    with pytest.raises(NothingThere, match="ingest some"):
        respond(settings)
    assert outcomes(settings) == []


def test_the_journal_tells_of_it(settings):
    """Each batch that something came of is a stage in the journal."""
    tell(settings, told("a"))
    respond(settings)
    found = rows(settings, "SELECT flow, stage, outcome, detail FROM ops.runs")
    assert found == [
        (
            "respond",
            "respond_to_events 1",
            "done",
            "1 heard, 1 answered, 0 repeated, 0 refused, 0 unreadable",
        )
    ]


def test_recommendations_of_a_response_name_the_anomaly(settings):
    """Who hears of the new advice hears which anomaly it answers."""
    tell(settings, told("a"))
    respond(settings)
    advice = "event_type LIKE '%recommendation%'"
    found = rows(settings, f"SELECT payload FROM ops.events WHERE {advice}")
    assert [json.loads(one)["data"]["anomaly_id"] for (one,) in found] == ["a"]
