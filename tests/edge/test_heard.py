"""What was heard is kept: days are judged as if all of them were heard anew."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tasks.core.detection import alerts, voices
from tasks.core.detection.declaration import Detection, Seasonality, Threshold
from tasks.core.findings.anomalies import Scope
from tasks.edge.detection import heard
from tasks.edge.detection.heard import FINISHED, Heard
from tests.core import worlds

ROWS, DAYS = 40, 330
PARAMS = Detection(thresholds=(Threshold(absolute=20.0, percent=50.0),))
HOLIDAYS = {
    date(2025, 5, 1): "Labour Day",
    date(2025, 8, 15): "Assumption",
    date(2025, 10, 31): "Reformation",
    date(2025, 11, 20): "Another",
}


def world(holidays=None):
    """A world in which every detector has something to say."""
    rng = np.random.default_rng(7)
    costs = np.array(worlds.quiet(rows=ROWS, days=DAYS, seed=3))
    quantities = costs / 3
    wild = rng.random(costs.shape) < 0.004
    costs[wild] *= rng.uniform(0, 9, wild.sum())
    costs[3::7, :150] = np.nan
    costs[1, : DAYS - 24] = np.nan
    costs[5::11, 200:] *= 1.6
    costs[2::9, 250:] *= np.exp(0.02 * np.arange(DAYS - 250))
    costs[7, 20::14] *= 4
    quantities[9::13, 250:] *= 0.85
    laid = worlds.panel(costs, quantities=quantities, holidays=holidays)
    return replace(laid, accounts=np.arange(ROWS) // 20)


def names(rows=range(ROWS)):
    return [
        Scope("AWS", "payer", f"account-{row}", "EC2", "eu", "usage", "USD")
        for row in rows
    ]


def until(panel, days):
    """Return the first days of a panel."""
    parts = panel.costs[:, :days].copy(), panel.quantities[:, :days].copy()
    return replace(panel, costs=parts[0], quantities=parts[1])


def answers(panel, params=PARAMS, mind=None):
    settled = np.ones(panel.costs.shape, dtype=bool)
    found = alerts.find(panel, settled, params, mind=mind)
    fields = {name: getattr(found, name) for name in alerts.Alerts.__slots__}
    says = fields.pop("says")
    fields["at_usual_price"] = found.at_usual_price(np.arange(len(panel.costs)))
    return {**fields, **says}


def is_same(panel, mind, params=PARAMS):
    """Assert that a panel is judged as it is by those who keep nothing."""
    plain, kept = answers(panel, params), answers(panel, params, mind)
    for name, days in plain.items():
        np.testing.assert_array_equal(days, kept[name], err_msg=name)


@pytest.fixture
def listened(monkeypatch):
    """Count the series that are heard from their first day, and the others."""
    found = Counter()
    usual = voices.listen

    def listen(panel, params, before=None, **more):
        found["anew" if before is None else "going on"] += len(panel.costs)
        return usual(panel, params, before, **more)

    monkeypatch.setattr(voices, "listen", listen)
    return found


def heard_by(mind, listened, panel, params=PARAMS):
    """Judge a panel; return how many series are heard anew, and how many go on."""
    plain = answers(panel, params)
    listened.clear()
    kept = answers(panel, params, mind)
    for name, days in plain.items():
        np.testing.assert_array_equal(days, kept[name], err_msg=name)
    return listened["anew"], listened["going on"]


@pytest.mark.parametrize("holidays", [None, HOLIDAYS])
def test_each_day_is_judged_as_without(tmp_path, holidays):
    """Day after day over several weeks, also where days off come and go."""
    panel = world(holidays)
    mind = Heard(tmp_path, names(), PARAMS)
    answers(until(panel, 290), PARAMS, mind)
    for days in range(291, DAYS + 1, 3):
        is_same(until(panel, days), mind)
    assert len(list(tmp_path.iterdir())) == 1


def test_only_new_days_are_heard(tmp_path, listened):
    """A morning goes on with every series; what is kept does not grow."""
    panel = world()
    mind = Heard(tmp_path, names(), PARAMS)
    assert heard_by(mind, listened, until(panel, 310)) == (ROWS, 0)
    size = sum(file.stat().st_size for file in tmp_path.rglob("*"))
    assert heard_by(mind, listened, until(panel, 311)) == (0, ROWS)
    assert heard_by(mind, listened, until(panel, 327)) == (0, ROWS)
    assert heard_by(mind, listened, until(panel, 328)) == (0, ROWS)
    [look] = tmp_path.iterdir()
    assert json.loads((look / FINISHED).read_text())["until"] == 308
    assert sum(file.stat().st_size for file in look.rglob("*")) < 1.2 * size


def test_a_restated_series_is_heard_anew(tmp_path, listened):
    """Whatever day or quantity of it was restated; all others go on."""
    panel = world()
    mind = Heard(tmp_path, names(), PARAMS)
    answers(until(panel, 310), PARAMS, mind)
    panel.costs[4, 30] *= 1.01
    panel.quantities[12, 200] = np.nan
    assert heard_by(mind, listened, until(panel, 311)) == (2, ROWS - 2)
    panel.costs[:30, 280] *= 1.001
    assert heard_by(mind, listened, until(panel, 312)) == (ROWS, 0)
    assert heard_by(mind, listened, until(panel, 313)) == (0, ROWS)


def test_series_that_come_and_go(tmp_path, listened):
    """A new series among others is heard alone; one that is gone is not missed."""
    panel = world()
    some = np.delete(np.arange(ROWS), [1, 20])
    answers(until(panel, 310).rows(some), PARAMS, Heard(tmp_path, names(some), PARAMS))
    more = np.delete(np.arange(ROWS), 20)
    mind = Heard(tmp_path, names(more), PARAMS)
    now = until(panel, 311).rows(more)
    assert heard_by(mind, listened, now) == (1, ROWS - 2)
    fewer = np.delete(np.arange(ROWS), [1, 8, 20, 30])
    mind = Heard(tmp_path, names(fewer), PARAMS)
    now = until(panel, 312).rows(fewer)
    assert heard_by(mind, listened, now) == (0, ROWS - 4)


@pytest.mark.parametrize(
    "params",
    [
        Detection(),
        PARAMS.model_copy(update={"seasonality": Seasonality(weeks=8)}),
        PARAMS.model_copy(update={"alerts_per_week": 2.0}),
    ],
)
def test_other_settings_hear_all_anew(tmp_path, listened, params):
    """What was kept with other settings does not count."""
    panel = world()
    answers(until(panel, 310), PARAMS, Heard(tmp_path, names(), PARAMS))
    mind = Heard(tmp_path, names(), params)
    assert heard_by(mind, listened, until(panel, 311), params) == (ROWS, 0)
    assert heard_by(mind, listened, until(panel, 312), params) == (0, ROWS)


def test_a_setting_that_looks_further_back_keeps_nothing(tmp_path):
    """Where a detector asks for more days than are laid out again."""
    far = Detection(seasonality=Seasonality(spread_days=200))
    mind = Heard(tmp_path, names(), far)
    is_same(until(world(), 310), mind, far)
    assert list(tmp_path.iterdir()) == []


def test_another_edition_or_calendar_hears_all_anew(tmp_path, listened, monkeypatch):
    """What other detectors heard, or with other days off, does not count."""
    mind = Heard(tmp_path, names(), PARAMS)
    answers(until(world(), 310), PARAMS, mind)
    assert heard_by(mind, listened, until(world(HOLIDAYS), 311)) == (ROWS, 0)
    monkeypatch.setattr(heard, "_edition", lambda: "another")
    assert heard_by(mind, listened, until(world(HOLIDAYS), 312)) == (ROWS, 0)


def test_a_past_moment_is_judged_by_its_own_days(tmp_path, listened):
    """A run of an earlier day changes neither its answer nor what is kept."""
    panel = world()
    mind = Heard(tmp_path, names(), PARAMS)
    answers(panel, PARAMS, mind)
    [look] = tmp_path.iterdir()
    assert heard_by(mind, listened, until(panel, 260)) == (ROWS, 0)
    assert [*tmp_path.iterdir()] == [look]
    assert heard_by(mind, listened, panel) == (0, ROWS)


def test_a_killed_run_leaves_nothing_that_counts(tmp_path, listened, monkeypatch):
    """What was being kept is taken away, and what was there before is asked."""
    panel = world()
    mind = Heard(tmp_path, names(), PARAMS)
    answers(until(panel, 310), PARAMS, mind)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(heard.Writer, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            answers(until(panel, 328), PARAMS, mind)
    assert len(list(tmp_path.iterdir())) == 2
    mind = Heard(tmp_path, names(), PARAMS)
    assert heard_by(mind, listened, until(panel, 328)) == (0, ROWS)
    assert len(list(tmp_path.iterdir())) == 1


def flip(file):
    """Change one bit in the middle of a file."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)


def cut(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize("harm", [flip, cut, lambda file: file.unlink()])
@pytest.mark.parametrize(
    "name", ["low", "bits", "mark", "past_noise", "walk_scores", "p_value", "names"]
)
def test_what_is_broken_is_heard_anew(tmp_path, harm, name):
    """Whatever is lost or changed of what was kept, the answer is the same."""
    panel = world()
    mind = Heard(tmp_path, names(), PARAMS)
    answers(until(panel, 310), PARAMS, mind)
    [look] = tmp_path.iterdir()
    harm(look / name)
    is_same(until(panel, 311), mind)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"until": "soon", "days": 1}'])
def test_what_tells_nothing_does_not_count(tmp_path, listened, text):
    """A look that does not say what it is, is as good as none."""
    panel = world()
    mind = Heard(tmp_path, names(), PARAMS)
    answers(until(panel, 310), PARAMS, mind)
    [look] = tmp_path.iterdir()
    (look / FINISHED).write_text(text)
    assert heard_by(mind, listened, until(panel, 311)) == (ROWS, 0)
    assert heard_by(mind, listened, until(panel, 312)) == (0, ROWS)


def test_a_full_disk_stops_no_run(tmp_path, listened, monkeypatch):
    """The run goes on, and keeps nothing."""

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(heard.Writer, "_write", full)
    mind = Heard(tmp_path, names(), PARAMS)
    assert heard_by(mind, listened, until(world(), 310)) == (ROWS, 0)
    assert list(tmp_path.iterdir()) == []
