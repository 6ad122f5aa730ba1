"""Planned events widen what is normal, from the day on which they were told."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tasks.core.detection.people import Planned
from tasks.core.errors import NothingThere
from tasks.detect import detect_anomalies
from tasks.edge.database import warehouse
from tasks.edge.people import calendar
from tasks.edge.settings import Settings
from tests.edge import open_month
from tests.edge.open_month import ended

DAY = date(2026, 6, 9)
TOLD = ended(DAY - timedelta(days=3))
LOOKED = ended(DAY + timedelta(days=4))


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "w.duckdb"))


def load_test(**given):
    return Planned(
        title="load test",
        first_date=DAY,
        last_date=DAY + timedelta(days=1),
        **given,
    )


def found(settings, factor, *, at=LOOKED):
    """Load a month in which one day costs so many times the usual, and detect."""
    last = DAY + timedelta(days=4)
    extra = {DAY: factor}
    open_month.load(settings, [*open_month.closed(DAY, extra)])
    open_month.load(settings, [open_month.grown(last, extra)])
    detect_anomalies.fn(settings, as_of=at + timedelta(hours=6))
    return told(settings)


def told(settings, columns="first_date"):
    with warehouse.read(settings.database) as con:
        return con.execute(f"SELECT {columns} FROM findings.anomalies").fetchall()


SCOPES = {
    "everything": ({}, 0),
    "its service": ({"service_name": "EC2", "provider": "AWS"}, 0),
    "another service": ({"service_name": "S3"}, 1),
    "another region": ({"region_id": "us-east-1"}, 1),
    "only cheaper": ({"direction": "down"}, 1),
    "enough money": ({"extra_cost": Decimal(500)}, 0),
    "enough percent": ({"extra_pct": 250.0}, 0),
    "too little": ({"extra_pct": 50.0}, 1),
}


@pytest.mark.parametrize("name", SCOPES)
def test_a_plan_widens_its_scope_and_nothing_else(settings, name):
    """What lies within a plan's scope, direction and amount is not told."""
    scope, count = SCOPES[name]
    calendar.add(settings, load_test(**scope), "ada", TOLD)
    assert len(found(settings, 3.0)) == count


def test_what_exceeds_a_plan_is_told_and_says_so(settings):
    """The sentence says how much of it the plan explains; the impact is the rest."""
    calendar.add(settings, load_test(extra_cost=Decimal(400)), "ada", TOLD)
    found(settings, 5.5)
    [(sentence, impact)] = told(settings, "explanation, impact")
    assert "; planned load test until 10 June 2026 explains USD 400.00 of " in sentence
    assert float(impact) == pytest.approx(4.5 * open_month.USUAL - 400, rel=0.15)


def test_a_plan_after_the_fact_changes_nothing(settings):
    """What was told stays when somebody plans it afterwards."""
    first = found(settings, 3.0)
    calendar.add(settings, load_test(), "ada", LOOKED + timedelta(hours=8))
    detect_anomalies.fn(settings, as_of=LOOKED + timedelta(hours=9))
    assert told(settings) == first == [(DAY,)]
    assert [row[0] for row in told(settings, "revision")] == [1]


def test_a_plan_that_was_taken_off_no_longer_counts(settings):
    """Days after an event was taken off are judged as if nobody had planned it."""
    event_id = calendar.add(settings, load_test(), "ada", TOLD)
    calendar.remove(settings, event_id[:6], "bob", TOLD + timedelta(days=1))
    assert len(found(settings, 3.0)) == 1
    with pytest.raises(NothingThere, match="0 planned events"):
        calendar.remove(settings, event_id, "bob")


def test_the_settings_put_events_on_the_calendar_once(settings):
    """A run takes them over as of now, and takes off what is no longer written."""
    with_plan = settings.model_copy(update={"planned": (load_test(),)})
    found(with_plan, 1.0)
    assert len(calendar.listing(with_plan).events) == 1
    assert calendar.listing(settings).events == ()
    with warehouse.read(settings.database) as con:
        rows = con.execute(
            "SELECT title, author, removed_by FROM ops.planned_events"
        ).fetchall()
    assert rows == [("load test", "settings file", "settings file")]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"extra_cost": 1, "extra_pct": 1}, "not both"),
        ({"last_date": date(2026, 1, 1)}, "before first_date"),
        ({"direction": "sideways"}, "up"),
    ],
)
def test_an_impossible_plan_is_refused(given, problem):
    """A plan that means nothing is refused with a reason."""
    event = {"title": "x", "first_date": DAY, "last_date": DAY}
    with pytest.raises(ValueError, match=problem):
        Planned(**(event | given))
