"""The benchmark of detection counts as it says."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from benchmarks import companies, finops, metrics, simple_points, tables
from benchmarks.finops import Labelled
from benchmarks.measuring import Bar
from benchmarks.sections import Report

TRUTH = {
    "provider": "AWS",
    "billing_account_id": "0",
    "sub_account_id": "1",
    "service_name": "EC2",
    "region_id": "",
    "charge_kind": "usage",
    "currency": "USD",
    "kind": "spike",
    "direction": "up",
    "first_date": "2026-03-05",
    "last_date": "2026-03-08",
}
FOUND = {
    **TRUTH,
    "region_id": "eu-west-1",
    "billing_currency": "USD",
    "rolled_up": [],
    "first_date": date(2026, 3, 6),
    "last_date": date(2026, 3, 6),
    "detector": "seasonal",
    "explanation": "",
}


def compared(*rows, **around):
    found = [companies.finding(FOUND | row) for row in rows]
    return companies.compare(found, [companies.happened(TRUTH)], **around)


def labelled(events):
    """One series whose second year holds events of three days at ten a day."""
    is_odd = np.zeros((1, 730), dtype=bool)
    injected = np.zeros((1, 730))
    for first in events:
        is_odd[0, first : first + 3] = True
        injected[0, first : first + 3] = 10.0
    return Labelled(
        ["AWS / Other"],
        100 + injected,
        is_odd,
        injected,
        [[(first, first + 2, 30.0) for first in events]],
        date(2024, 1, 1),
    )


def test_a_caught_anomaly_a_repeat_and_a_false_alert():
    """The first finding catches it, a second tells it again, another place is false."""
    other = {"service_name": "S3"}
    later = {"first_date": date(2026, 3, 8), "last_date": date(2026, 3, 8)}
    result = compared({}, later, other, series=200, weeks=10)
    assert (result.delays, result.again) == ({"spike": [1]}, 1)
    assert [item.scope.service_name for item in result.false] == ["S3"]


def test_a_missed_anomaly_has_no_delay():
    """An anomaly that nothing tells of lowers recall and leaves the delays alone."""
    report = Report()
    results = [compared({"direction": "down"}, series=400, weeks=10)]
    companies.show(report, results)
    bars = {bar.name: bar.measured for bar in report.bars}
    assert bars["F1 of alerts in made-up companies"] == 0
    assert bars["mean delay, drift apart"] is None
    assert bars["false alerts a week in 200 series"] == pytest.approx(0.05)


def test_the_labelled_set_is_scored_as_its_authors_do():
    """An event told on its second day lost its first; an event never told lost all."""
    told = np.zeros(730, dtype=bool)
    told[[401, 500]] = True
    found = finops.outcome(labelled([400, 600]), 0, told)
    assert found.f1 == pytest.approx(2 * 1 / (2 + 6))
    assert (found.dollar_recall, found.lost, found.lost_share) == (
        0.5,
        (10 + 30) / 2,
        40 / 60,
    )
    assert found.false_rate == pytest.approx(1 / (365 - 6))


def test_equal_rates_of_false_alarms():
    """At a peer's rate we raise as many false alarms as it did, by our own scores."""
    world = labelled([400])
    scores = np.random.default_rng(1).normal(size=(1, 730))
    scores[world.is_odd] += 9
    [found] = finops.at_rate(world, scores, [0.1])
    assert (found.dollar_recall, round(found.false_rate, 2)) == (1.0, 0.1)


def test_a_promise_of_at_least():
    """A promise may be a least instead of a most; exactly at it is met."""
    bar = Bar("F1", 0.85, 0.85, "", is_least=True)
    assert bar.verdict == "met"
    assert replace(bar, measured=0.84).verdict == "NOT MET"


def test_metrics_are_counted_by_anomaly_and_by_alarm():
    """One odd point in an anomaly catches it; odd ones close together are one alarm."""
    odd = np.zeros(2_000, dtype=np.bool_)
    odd[[1_500, 1_503, 1_700, 1_900]] = True
    spans = [(1_699, 1_701), (1_600, 1_610)]
    file = metrics.File("made up", "a", np.ones(2_000), 300.0, spans)
    assert metrics.counted(file, odd).tolist() == [2, 1, 2]


@pytest.mark.parametrize("name", simple_points.METHODS)
def test_simple_methods_see_a_spike_and_no_later_point(name):
    """A spike lies out furthest, and what comes after it changes no earlier score."""
    rng = np.random.default_rng(5)
    values = 100 + rng.normal(0, 1, 1_000)
    values[700] += 50
    judge = simple_points.METHODS[name]
    score = judge(values, 3_600.0)
    assert np.nanargmax(score) == 700
    if name != "fixed threshold":
        np.testing.assert_allclose(score[:650], judge(values[:650], 3_600.0))


def test_methods_are_compared_at_equal_false_alarms():
    """Each method stands at the bound that finds most within the false alarms."""
    rng = np.random.default_rng(6)
    values = 100 + rng.normal(0, 1, 2_000)
    values[[900, 1_200, 1_700]] += 40
    file = metrics.File("numenta made up", "a", values, 3_600.0, [(1_699, 1_701)])
    report = Report()
    metrics.compare(report, [file])
    lines = {line[:24].strip(): line[24:].split("  ") for line in report.said}
    for name in ("score", *simple_points.METHODS):
        assert lines[name][-1].strip().startswith("1, ")


def test_events_of_a_table_have_a_place_days_and_a_direction():
    """A rise and a fall in one of two series are two events, each on its days."""
    rng = np.random.default_rng(3)
    values = 100 + rng.normal(0, 2, (2, 300))
    values[1, 200:203] *= 2
    values[1, 250] *= 0.3
    told = tables.events(values, date(2026, 1, 1))
    assert told == [(1, 200, 202, True), (1, 250, 250, False)]


def test_a_change_of_trend_has_time_to_show(tmp_path):
    """Of a trend one point is labelled; what lies shortly after it is part of it."""
    folder = tmp_path / "merlion_synthetic"
    folder.mkdir()
    odd = (np.arange(400) == 200).astype(float)
    times = 300 * np.arange(400)
    for kind in ("trend", "spike"):
        frame = pd.DataFrame({"timestamp": times, "x": 1.0, "anomaly": odd})
        frame.to_csv(folder / f"horizontal_{kind}_anomaly.csv.gz", index=False)
    spans = {file.kind: file.spans for file in metrics._merlion(tmp_path)}
    assert spans == {"merlion trend": [(200, 250)], "merlion spike": [(200, 200)]}
