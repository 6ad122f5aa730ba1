"""What people are told, as the warehouse has it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tasks.core.alerting import digest as screen
from tasks.core.alerting.silences import of_anomalies
from tasks.core.detection.people import Filter
from tasks.edge.delivery import alertmanager, outbox, silencing
from tasks.edge.delivery.declaration import Alertmanager
from tasks.edge.people import mutes
from tasks.edge.reporting import digest
from tests.edge.alert_world import TODAY, World, anomaly

HOUR = timedelta(hours=1)
NOW = datetime.now(UTC)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def state(world, at=None, **more):
    declared = Alertmanager(
        kind="alertmanager", name="am", url="http://127.0.0.1:1", **more
    )
    with world.open() as con:
        return alertmanager.AlertmanagerSink(declared).load(con, at or NOW)


def wanted(world, at=None):
    return state(world, at, digest=False).wanted


def test_labels_stay_as_first_told(world):
    """Scope and kind may grow; the labels are those of the first revision."""
    world.find(anomaly(region_id="eu-west-1"))
    [first] = wanted(world)
    grown = anomaly(
        days=3, region_id=None, rolled_up=("region_id",), kind="level_shift"
    )
    assert world.find(grown) == [first.labels["anomaly_id"]]
    [now] = wanted(world)
    assert now.key == first.key
    assert now.annotations["kind"] == "level shift"
    assert now.annotations["title"].endswith("Amazon EC2 · 111122223333 · AWS")


@pytest.mark.parametrize(
    ("lasting", "how"), [(None, "resolved"), (Decimal(80), "normal")]
)
def test_an_end_says_whether_costs_went_back(world, lasting, how):
    """A level that stays ends its alert, but nobody is told that it is over."""
    world.find(anomaly())
    [one] = wanted(world)
    world.find(anomaly(status="resolved", lasting_cost=lasting))
    assert wanted(world) == []
    assert state(world).known[one.labels["anomaly_id"]].how == how


def test_what_was_summed_over_is_a_label(world):
    """A total says what it is the total of, and lacks those labels."""
    merged = ("sub_account_id", "region_id")
    world.find(anomaly(rolled_up=merged, **dict.fromkeys(merged)))
    [total] = wanted(world)
    assert total.labels["rolled_up"] == "region_id,sub_account_id"
    assert not {"region_id", "sub_account_id"} & total.labels.keys()


def test_the_gravest_come_first(world):
    """A graver alert is there before the milder one that it inhibits."""
    world.find(*(anomaly(cost, service=f"s{cost}") for cost in (150, 90_000, 3_000)))
    severities = [alert.labels["severity"] for alert in wanted(world)]
    assert severities == ["critical", "high", "low"]


def test_an_alert_leads_to_the_run_that_told_it(world):
    """The link names the daily run within whose detection the news was found."""
    world.find(anomaly(), at=NOW)
    with world.open() as con:
        for run, flow, began in (
            ("other", "daily", NOW - 9 * HOUR),
            ("month", "backfill", NOW - HOUR),
            ("right", "daily", NOW - HOUR),
        ):
            con.execute(
                "INSERT INTO ops.runs (run_id, flow, stage, started_at, finished_at,"
                " outcome) VALUES ($1, $2, 'detect_anomalies', $3, $4, 'done')",
                [run, flow, began, began + 2 * HOUR],
            )
    [alert] = state(world, digest=False, prefect_url="https://p").wanted
    assert alert.annotations["run_url"] == "https://p/runs/flow-run/right"


def test_the_digest_is_sent_once_a_day(world):
    """It covers the day up to its hour, and is the same alert until the next."""
    at = NOW.replace(hour=12, minute=0, second=0, microsecond=0)
    world.find(anomaly(), at=at - 30 * HOUR)
    [alone] = state(world, at, digest_hour=7).wanted
    assert alone.labels["alertname"] == "CostAnomaly"
    world.find(anomaly(days=2), at=at - 10 * HOUR)
    for n in (-5, 0, 18):
        *_, last = state(world, at + n * HOUR, digest_hour=7).wanted
        assert last.labels["alertname"] == "CostDigest"
        assert last.labels["date"] == at.date().isoformat()
        assert last.ends_at == at.replace(hour=7) + timedelta(days=1)
        assert "1 changed" in last.annotations["digest"]
    alerts = state(world, at + 20 * HOUR, digest_hour=7).wanted
    assert [one.labels["alertname"] for one in alerts] == ["CostAnomaly"]


def silence(name, value, *, ends_at):
    """Return a silence as the API tells it."""
    return {
        "id": name,
        "matchers": [{"name": name, "value": value, "isRegex": False}],
        "createdBy": "ada",
        "comment": "moving",
        "startsAt": (NOW - HOUR).isoformat(),
        "endsAt": ends_at.isoformat(),
        "status": {"state": "active"},
    }


def remember(world, *told):
    with world.open() as con:
        silencing.remember(con, "am", of_anomalies(told), NOW)


def headlines(world, until=None):
    day = digest.of(world.settings, until or NOW + HOUR)
    return [(row["what"], row["service_name"]) for row in day.anomalies], screen.lines(
        day
    )


def test_the_digest_tells_what_happened(world):
    """Opened, changed and ended of the last day; what came and went only as ended."""
    world.find(anomaly(service="old"), anomaly(service="gone"), at=NOW - 40 * HOUR)
    world.find(anomaly(service="old", days=2), anomaly(2_000, service="new"), at=NOW)
    found, lines = headlines(world)
    assert found == [("opened", "new"), ("changed", "old"), ("ended", "gone")]
    assert lines[0].endswith("1 opened, 1 changed, 1 ended")
    assert headlines(world, NOW + 30 * HOUR) == ([], [])


def test_muted_things_are_not_in_the_digest(world):
    """Neither a mute, nor a silence, nor a muted run is told of in the morning."""
    world.find(anomaly(service="backfilled"), is_muted=True)
    loud = [anomaly(service=name) for name in ("muted", "silenced", "told")]
    world.find(anomaly(service="backfilled"), *loud)
    mutes.mute(
        world.settings,
        Filter(service_name="muted"),
        until=TODAY + timedelta(days=2),
        author="ada",
        reason="noisy",
    )
    remember(world, silence("service_name", "silenced", ends_at=NOW + 9 * HOUR))
    assert headlines(world)[0] == [("opened", "told")]


def waiting(world, at):
    with world.open() as con:
        return len(outbox.undelivered(con, "file", at))


def test_a_silence_is_kept_with_its_author_and_end(world):
    """It mutes from its beginning to its end, shows in explain, and may be moved."""
    world.find(anomaly())
    remember(world, silence("provider", "AWS", ends_at=NOW + 9 * HOUR))
    assert [waiting(world, NOW + n * HOUR) for n in (1, 8, 10)] == [0, 0, 1]
    remember(world, silence("provider", "AWS", ends_at=NOW + 5 * HOUR))
    assert [waiting(world, NOW + n * HOUR) for n in (1, 8)] == [0, 1]
    with world.open() as con:
        mutes.refresh(con)
        [held] = con.execute(
            "SELECT author, reason, sink FROM muted_anomalies"
        ).fetchall()
    assert held == ("ada", "moving", "am")


def test_silences_are_listed_with_mutes(world):
    """Who asks what is muted sees silences as Alertmanager writes them."""
    told = silence("provider", "AWS", ends_at=NOW + HOUR)
    told["matchers"] += [
        {"name": "region_id", "value": "eu-.*", "isRegex": True, "isEqual": False},
        {"name": "kind", "value": "drop", "isRegex": False, "isEqual": False},
    ]
    remember(world, told)
    [listed] = mutes.listing(world.settings, NOW).silences
    assert listed["scope"] == "provider=AWS region_id!~eu-.* kind!=drop"
    assert mutes.listing(world.settings, NOW + 2 * HOUR).silences == ()


def test_a_silence_that_is_gone_has_ended(world):
    """Alertmanager without its data silences nothing any more."""
    world.find(anomaly())
    remember(world, silence("provider", "AWS", ends_at=NOW + 9 * HOUR))
    remember(world)
    assert waiting(world, NOW + HOUR) == 1


def test_silences_of_other_teams_are_not_kept(world):
    """What asks for a label that no anomaly has concerns nobody here."""
    remember(world, silence("team", "search", ends_at=NOW + HOUR))
    assert world.rows("FROM ops.silences") == []
