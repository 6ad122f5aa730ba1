"""Points of hours and minutes: what is seen beside spikes, and how seldom at peace."""

from datetime import date

import numpy as np
import pytest

from tasks.core.errors import WrongArgument
from tasks.core.scoring import looks, points, records
from tasks.edge.detection import points as tables

HOUR, MINUTES = 3_600.0, 300.0
START = date(2026, 1, 1)


def alerts(values, step, asked):
    """Return the first points of events, of one series."""
    rate = points.rate_of(asked, step)
    event = points.judge(values[None], step, START, rate=rate).event[0]
    return np.flatnonzero(event == np.arange(event.size))


def busy(rng, points_, day):
    """Draw a load with a day and without a trend."""
    turn = np.sin(2 * np.pi * np.arange(points_) / day)
    return 50 + 20 * turn + rng.normal(0, 2, points_)


QUIET = {
    "counts": lambda rng, t: rng.poisson(200 + 100 * np.sin(2 * np.pi * t / 24)) * 1.0,
    "heavy": lambda rng, t: rng.lognormal(3, 0.5, t.size),
    "walk": lambda rng, t: 100 + np.cumsum(rng.normal(0, 0.3, t.size)),
}


@pytest.mark.parametrize("kind", QUIET)
def test_at_peace_there_are_no_more_alerts_than_asked_for(kind):
    """Four quiet series of 90 days have no more than one alert in five weeks each."""
    rng = np.random.default_rng(7)
    hours = np.arange(24 * 90)
    told = sum(len(alerts(QUIET[kind](rng, hours), HOUR, 0.2)) for _ in range(4))
    assert told <= 4 * 90 / 7 * 0.2


def test_a_day_that_stands_still_is_seen():
    """A load that stays in the middle all day is within its range, and odd."""
    rng = np.random.default_rng(1)
    values = busy(rng, 288 * 14, 288)
    values[288 * 11 : 288 * 12] = 50
    told = alerts(values, MINUTES, 0.2)
    assert any(288 * 11 <= place < 288 * 12 for place in told)


def test_more_noise_than_ever_is_seen():
    """Where every point is within reach, that all are far out is odd."""
    rng = np.random.default_rng(2)
    values = busy(rng, 24 * 60, 24)
    values[24 * 50 : 24 * 52] += rng.normal(0, 8, 48)
    told = alerts(values, HOUR, 0.2)
    assert any(24 * 50 <= place < 24 * 52 for place in told)


def test_one_anomaly_does_not_hide_the_next():
    """What happened once is no record yet; what happens each day is no news."""
    rng = np.random.default_rng(3)
    values = busy(rng, 288 * 14, 288)
    once, again = 288 * 9 + 50, 288 * 12 + 50
    values[[once, again]] += 60
    told = set(alerts(values, MINUTES, 0.2).tolist())
    assert {once, again} <= told
    daily = busy(rng, 288 * 14, 288)
    daily[rng.integers(0, 288, 14) + 288 * np.arange(14)] += 60
    assert not len(alerts(daily, MINUTES, 0.2))


def test_a_shape_without_its_like_is_far():
    """What came before is near, whatever the level of the values."""
    values = 1e6 + np.resize([0.0, 1, 2, 3, 4], 300)
    values[250:255] = 1e6 + np.array([4.0, 0, 4, 0, 4])
    away = looks.distance(values, 5)
    assert np.nanmax(away[100:250]) < 1e-3
    assert 100 + np.nanargmax(away[100:]) in range(250, 260)
    assert np.isnan(looks.distance(np.full(50, np.nan), 5)).all()


def test_blocks_without_a_value_are_no_records():
    """Days that are missing say nothing, and nothing is said of them."""
    size = np.ones(24 * 6)
    size[24 * 3 : 24 * 5] = np.nan
    far = records.beyond(size, 24, 0.1)
    assert np.isnan(far[: 24 * 5]).all()
    assert (far[24 * 5 :] == -records.USUAL).all()


def test_what_is_asked_for_is_said_beside_what_came(tmp_path):
    """Stated and achieved alerts a week are told; both settings at once are refused."""
    path = tmp_path / "load.csv"
    rng = np.random.default_rng(4)
    hours = 1_767_225_600 + 3_600 * np.arange(960)
    lines = [
        f"{at},{value}" for at, value in zip(hours, busy(rng, 960, 24), strict=True)
    ]
    path.write_text("\n".join(["time,value", *lines]), encoding="utf-8")
    done = tables.score(path, tmp_path / "out.csv", alerts_per_week=0.5)
    assert done.alerts_per_week == pytest.approx(0.5)
    weeks = done.judged / 168
    assert done.events_per_week == pytest.approx(done.events / weeks)
    with pytest.raises(WrongArgument, match="say the same"):
        tables.score(path, tmp_path / "out.csv", alerts_per_week=0.5, rate=0.1)
