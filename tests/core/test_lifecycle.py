"""How anomalies live."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tasks.core.detection.declaration import Detection
from tasks.core.findings import lifecycle
from tasks.core.findings.anomalies import Anomaly, Day, Scope

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
FIRST = date(2026, 3, 5)
ALWAYS = (date(2026, 1, 1), date(2026, 12, 31))
SCOPE = Scope("AWS", "payer", "1", "Amazon EC2", "eu-west-1", "usage", "USD")


def anomaly(days=1, first=FIRST, status="confirmed", actual="250"):
    return Anomaly(
        scope=SCOPE,
        rolled_up=(),
        kind="spike",
        direction="up",
        detector="seasonal",
        status=status,
        days=tuple(
            Day(first + timedelta(days=n), Decimal(actual), *[Decimal(100)] * 3, 9.0)
            for n in range(days)
        ),
    )


def tell(stored, found, days=ALWAYS):
    return lifecycle.changes(stored, found, days, NOW)


def opened(item=None):
    [change] = tell([], [item or anomaly()])
    return change.stored


def test_opened_once():
    """A new anomaly is opened with revision 1; the same again is no change."""
    [change] = tell([], [anomaly()])
    assert (change.what, change.stored.revision) == ("opened", 1)
    assert tell([change.stored], [anomaly()]) == []


def test_growth_is_an_update_of_the_same_id():
    """More days keep the id and add a revision."""
    old = opened()
    [change] = tell([old], [anomaly(days=2)])
    assert (change.what, change.stored.revision) == ("updated", 2)
    assert change.stored.anomaly_id == old.anomaly_id


def test_a_first_day_that_moves_keeps_the_id():
    """A restated bill may move the first day; overlapping days are the same anomaly."""
    old = opened(anomaly(days=3))
    earlier = anomaly(days=4, first=FIRST - timedelta(days=1))
    [change] = tell([old], [earlier])
    assert earlier.anomaly_id != old.anomaly_id == change.stored.anomaly_id


def test_end_is_resolved():
    """An anomaly that ended is resolved once."""
    old = opened()
    [change] = tell([old], [anomaly(status="resolved")])
    assert change.what == "resolved"
    assert tell([change.stored], [anomaly(status="resolved")]) == []


def test_what_the_bill_takes_back_is_retracted():
    """An anomaly that is not found any more is retracted, once."""
    [change] = tell([opened()], [])
    assert (change.what, change.stored.status) == ("retracted", "retracted")
    assert tell([change.stored], []) == []


def test_what_comes_back_is_opened_again():
    """A retracted anomaly that is found again is opened under its old id."""
    [gone] = tell([opened()], [])
    [change] = tell([gone.stored], [anomaly()])
    assert (change.what, change.stored.revision) == ("opened", 3)


def test_days_that_nobody_asked_about_stay():
    """A run over other days neither retracts nor updates."""
    other = (date(2026, 6, 1), date(2026, 6, 30))
    assert tell([opened()], [], other) == []
    assert tell([], [anomaly()], other) == []


def test_a_score_alone_is_no_news():
    """A score that moves while amounts stay gives no revision."""
    old = opened()
    moved = replace(anomaly(), days=(replace(anomaly().days[0], score=8.9),))
    assert tell([old], [moved]) == []


@pytest.mark.parametrize(
    ("status", "names"),
    [("confirmed", ["opened"]), ("resolved", ["opened", "resolved"])],
)
def test_events_of_a_change(status, names):
    """What was over before anybody saw it is opened and resolved at once."""
    [change] = tell([], [anomaly(status=status)])
    told = lifecycle.event_of(change, Detection(), NOW)
    types = [f"io.costwarden.anomaly.{name}.v1" for name in names]
    assert [event.event_type for event in told] == types
    assert len({event.event_id for event in told}) == len(names)
