"""Costs that moved, from the daily series to the events."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

import numpy as np
import pytest

from tasks.edge.people import feedback
from tasks.edge.settings import Settings
from tests.edge.test_findings import START, detect, fill, series_rows, table

DAYS, FIRST = 200, 180

VERSIONS = count(1)


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "w.duckdb"))


def bills(days, *, rise=FIRST, fall=FIRST, share=0.7):
    """A service whose cost moves from account 2 to account 1, and one that stays."""
    rng = np.random.default_rng(1)
    here = dict.fromkeys(range(rise, DAYS), 1 + share)
    there = dict.fromkeys(range(fall, DAYS), 1 - share)
    rows = series_rows(rng, DAYS, service="EC2", account="1", spikes=here)
    rows += series_rows(rng, DAYS, service="EC2", account="2", spikes=there)
    rows += series_rows(rng, DAYS, service="S3", account="2")
    last = START + timedelta(days=days)
    return [row for row in rows if row["charge_date"] < last]


def known(day):
    return datetime.combine(START + timedelta(days=day), datetime.min.time(), UTC)


def morning(settings, day, **given):
    """Bring the bills of the days before a morning, and look at them."""
    version = next(VERSIONS)
    fill(settings, bills(day, **given), known_at=known(day), version=version)
    return detect(settings, as_of=known(day))


def alerts(settings):
    return table(
        settings,
        "SELECT anomaly_id, status, sub_account_id, moved_from.sub_account_id"
        " FROM findings.anomalies ORDER BY detected_at, sub_account_id",
    )


@pytest.mark.thorough
@pytest.mark.parametrize(("rise", "fall"), [(0, 0), (0, 1), (1, 0), (2, 0), (0, 2)])
def test_day_by_day_one_alert_becomes_a_move(settings, rise, fall):
    """Whichever side is seen first, its alert is updated and there is no second one."""
    for day in range(FIRST + 1, FIRST + 9):
        morning(settings, day, rise=FIRST + rise, fall=FIRST + fall)
        assert len(alerts(settings)) <= 1
    [(one, status, here, there)] = alerts(settings)
    assert (status, here, there) == ("confirmed", "1", "2")
    told = table(
        settings,
        "SELECT event_type, payload FROM ops.events"
        f" WHERE subject = '{one}' ORDER BY revision",
    )
    assert [name.split(".")[3] for name, _ in told][:2] == ["opened", "updated"]
    data = json.loads(told[-1][1])["data"]
    assert data["moved_from"] == {
        "sub_account_id": "2",
        "service_name": "EC2",
        "region_id": "eu-west-1",
    }
    assert data["summary"].startswith(
        "Cost moved from EC2 in eu-west-1 (account 2, AWS) to EC2 in eu-west-1"
        " (account 1, AWS): "
    )
    assert Decimal(data["moved_cost"]) > 2 * abs(Decimal(data["impact"]))


def test_drivers_are_the_two_sides(settings):
    """Both places are named, and their impacts sum to the net change."""
    from tasks.explain import explain_anomalies

    morning(settings, FIRST + 8)
    explain_anomalies.fn(settings)
    drivers = table(
        settings,
        "SELECT dimension, member, impact > 0 FROM findings.anomaly_drivers"
        " WHERE member IS NOT NULL ORDER BY member",
    )
    assert drivers == [("sub_account", "1", True), ("sub_account", "2", False)]
    [(is_whole, words)] = table(
        settings,
        "SELECT (SELECT sum(impact) FROM findings.anomaly_drivers) = impact,"
        " explanation FROM findings.anomalies",
    )
    assert is_whole
    assert words.startswith("Cost moved from ")


@pytest.mark.parametrize("verdict", ["expected", "false"])
def test_what_is_said_of_a_move_is_said_of_both_sides(settings, verdict):
    """It closes the one alert, and the side that fell is not told instead."""
    day = FIRST + 12
    morning(settings, day)
    [(one, *_)] = alerts(settings)
    feedback.give(settings, one, verdict=verdict, author="a", reason="r", at=known(day))
    later = day + 3 if verdict == "expected" else day
    for at in range(day, later + 1):
        morning(settings, at)
        assert [row[0] for row in alerts(settings)] == [one]
    assert alerts(settings)[0][1] in ("resolved", "retracted")
