"""Alerts: what they say, and how Alertmanager is brought to what is wanted."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tasks.core.alerting import alerts
from tasks.core.alerting.alerts import Alert, Links, Over

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
LATER = NOW + timedelta(hours=50)
LINKS = Links("https://r/report.html", "https://p/", "https://w/alerts")


def row(**changes):
    return {
        "anomaly_id": "a1",
        "labels": labels(),
        "event_id": "e1",
        "status": "confirmed",
        "kind": "level_shift",
        "provider": "AWS",
        "sub_account_id": None,
        "service_name": "Amazon EC2",
        "region_id": "eu-west-1",
        "moved_from": None,
        "first_date": date(2026, 3, 5),
        "last_date": date(2026, 3, 7),
        "billing_currency": "EUR",
        "actual_cost": Decimal(350),
        "expected_cost": Decimal(100),
        "impact": Decimal(250),
        "impact_pct": 250.0,
        "explanation": "Amazon EC2 cost more.",
        "effect": "usage",
        "dimension": "sub_account",
        "member": "111",
        "driver_impact": Decimal("249.99"),
        "run_id": "r1",
    } | changes


def labels(severity="low", subject="a1"):
    return {
        "alertname": "CostAnomaly",
        "generator": "costwarden",
        "anomaly_id": subject,
        "severity": severity,
    }


def alert(severity="low", subject="a1"):
    return Alert(labels(severity, subject), {}, NOW - timedelta(days=9), LATER)


def held(one, began=NOW - timedelta(days=1)):
    """Return an alert as the API tells it."""
    return {
        "labels": dict(one.labels),
        "annotations": {"summary": "s"},
        "startsAt": began.isoformat(),
        "generatorURL": "https://r",
    }


def test_an_anomaly_says_what_a_person_needs():
    """Amounts have their currency, days are counted, links lead on."""
    made = alerts.of_anomaly(row(), LINKS, LATER)
    assert made.annotations == {
        "title": "EUR +250.00 · Amazon EC2 · eu-west-1 · AWS",
        "summary": "Amazon EC2 cost more.",
        "impact": "EUR +250.00 (+250%)",
        "actual": "EUR 350.00",
        "expected": "EUR 100.00",
        "days": "5 Mar 2026 to 7 Mar 2026 (3 days)",
        "kind": "level shift",
        "status": "confirmed",
        "top_driver": "usage of sub account 111: EUR +249.99",
        "report_url": "https://r/report.html",
        "run_url": "https://p/runs/flow-run/r1",
        "runbook_url": "https://w/alerts",
    }
    assert made.starts_at == datetime(2026, 3, 5, tzinfo=UTC)


def test_what_is_not_known_is_left_out():
    """Nothing empty is sent, and no link without a base."""
    bare = row(impact_pct=None, explanation=None, driver_impact=None, run_id=None)
    made = alerts.of_anomaly(bare, Links(), LATER)
    assert {"summary", "top_driver", "report_url", "run_url"}.isdisjoint(
        made.annotations
    )
    assert made.annotations["impact"] == "EUR +250.00"
    assert "generatorURL" not in made.told


def test_new_alerts_begin_when_they_are_sent():
    """The first time an alert begins now, so that its group is waited for."""
    [first] = alerts.steps([alert()], [], {"a1": Over()}, NOW)
    assert first.starts_at == NOW
    [again] = alerts.steps([alert()], [held(alert())], {"a1": Over()}, NOW)
    assert again.starts_at == NOW - timedelta(days=9)


def test_an_end_is_where_it_was():
    """An alert ends when its anomaly did, not before it began and not after now."""
    known = {"a1": Over("resolved", NOW - timedelta(hours=2))}
    [end] = alerts.steps([], [held(alert())], known, NOW)
    assert end.ends_at == NOW - timedelta(hours=2)
    assert end.annotations == {"summary": "s", "ended": "It is over."}
    young = held(alert(), began=NOW - timedelta(hours=1))
    [end] = alerts.steps([], [young], known, NOW)
    assert end.ends_at == end.starts_at == NOW - timedelta(hours=1)


def test_a_rising_severity_begins_before_the_old_one_ends():
    """The graver alert comes first, so that it can inhibit the end of the milder."""
    new, old = alert("high"), alert("low")
    begin, end = alerts.steps([new], [held(old)], {"a1": Over()}, NOW)
    assert (begin.labels["severity"], begin.ends_at) == ("high", LATER)
    assert (end.labels["severity"], end.ends_at) == ("low", NOW)
    assert end.annotations["ended"] == "It goes on as high."


subjects = st.sampled_from(["a1", "a2", "a3", "a4"])
some = st.sets(st.tuples(st.sampled_from(["low", "high"]), subjects))


@given(wanted=some, there=some, foreign=some)
def test_one_run_is_enough(wanted, there, foreign):
    """After one run exactly what is wanted fires, and what is foreign as before."""
    known = {f"a{number}": Over() for number in range(1, 5)}
    ours = [held(alert(*one)) for one in there]
    others = [held(alert(severity, f"x{name}")) for severity, name in foreign]
    steps = alerts.steps([alert(*one) for one in wanted], ours + others, known, NOW)
    after = {frozenset(one["labels"].items()) for one in ours + others}
    for step in steps:
        (after.add if step.ends_at > NOW else after.discard)(step.key)
    assert after == {alert(*one).key for one in wanted} | {
        frozenset(one["labels"].items()) for one in others
    }
