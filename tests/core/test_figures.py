"""Figures, the steps that bring a store to them, and rules over them."""

import json
import re
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tasks.core.detection.declaration import Detection, Threshold
from tasks.core.figures import health, rules, series
from tasks.core.figures.health import GAUGES, PREFIX, Gauge
from tasks.core.figures.series import DAILY, Figure, Held, Sent
from tasks.edge.settings import DEPLOYMENTS, ROOT


def figure(values, first=20_000, **labels):
    told = tuple(sorted({"service_name": "EC2", **labels}.items()))
    days = np.arange(first, first + len(values), dtype=np.int64)
    return Figure("cost_daily", told, days, np.array(values, dtype=np.float64))


class Store:
    """A store that cannot change samples, and what was sent to it."""

    def __init__(self):
        """Begin empty."""
        self.samples, self.sent = {}, {}

    def held(self):
        return {
            key: Held(len(values), sum(values), sum(v * v for v in values))
            for key, values in self.samples.items()
        }

    def bring(self, wanted, *, dies_after=10**9):
        """Do the steps, or only so many of them."""
        figures = {one.key: one for one in wanted}
        for key in figures:
            self.sent.setdefault(key, Sent(0, ""))
        steps = series.steps(figures, self.sent, self.held())
        deeds = [lambda key=key: self.samples.pop(key) for key in steps.delete]
        deeds += [
            lambda one=one: self.samples.setdefault(one.key, []).extend(one.values)
            for one in steps.send
        ]
        for deed in deeds[:dies_after]:
            deed()
        if dies_after < len(deeds):
            return None
        self.sent = {key: Sent(len(one), one.digest) for key, one in figures.items()}
        return steps


STATES = st.lists(
    st.dictionaries(
        st.sampled_from("abc"),
        st.lists(st.sampled_from([0.0, 1.5, 2.5, 1e6]), min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=5,
)


@given(states=STATES, deaths=st.lists(st.integers(0, 6), min_size=5, max_size=5))
def test_a_store_is_brought_to_any_state(states, deaths):
    """Whatever was there, and wherever it was stopped before, all is right in the end.

    A second time there is nothing to do.
    """
    store = Store()
    for state, dies_after in zip(states, deaths, strict=False):
        wanted = [figure(values, service_name=name) for name, values in state.items()]
        store.bring(wanted, dies_after=dies_after)
        store.bring(wanted)
        assert store.samples == {one.key: list(one.values) for one in wanted}
        assert store.bring(wanted) == series.Steps()


def test_growth_is_added_and_change_is_sent_whole():
    """A series that only grew gets its new days; one whose past changed is replaced."""
    store = Store()
    store.bring([figure([1, 2])])
    grown = store.bring([figure([1, 2, 3])])
    assert (grown.delete, [len(one) for one in grown.send]) == ([], [1])
    changed = store.bring([figure([2, 1, 3])])
    assert (len(changed.delete), [len(one) for one in changed.send]) == (1, [3])


def test_what_the_store_lost_is_sent_again():
    """A store that lost a series, or some of its days, gets it back."""
    store = Store()
    store.bring([figure([1, 2]), figure([5, 6], service_name="S3")])
    store.samples.pop(figure([1, 2]).key)
    store.samples[figure([5, 6], service_name="S3").key] = [5.0]
    done = store.bring([figure([1, 2]), figure([5, 6], service_name="S3")])
    assert (len(done.delete), len(done.send)) == (1, 2)


def test_series_of_others_are_left_alone():
    """What was never sent from here is not deleted."""
    store = Store()
    store.samples["somebody's"] = [1.0]
    store.bring([figure([1, 2])])
    assert "somebody's" in store.samples


def test_a_selector_matches_one_series():
    """A label that a series does not have is asked to be empty, and quotes are kept."""
    told = series.selector("cost_daily", {"service_name": 'a"b'})
    assert 'service_name="a\\"b"' in told
    assert 'sub_account_id=""' in told


def test_a_line_is_at_midnight():
    """A figure lies at 00:00 UTC of its day, with the labels and the marks."""
    line = json.loads(figure([1.5], first=20_000).line({"warehouse": "main"}))
    at = datetime.fromtimestamp(line["timestamps"][0] / 1000, UTC)
    assert (at.isoformat(), line["values"]) == ("2024-10-04T00:00:00+00:00", [1.5])
    assert line["metric"]["warehouse"] == "main"


def test_the_example_is_what_the_settings_give():
    """The committed rules are those of the default settings."""
    path = DEPLOYMENTS / "victoriametrics" / "rules" / "thresholds.yml"
    assert path.read_text(encoding="utf-8") == rules.thresholds(Detection())


def test_a_rule_without_bounds_is_no_rule():
    """A threshold that sets no bound never tells, so there is nothing to alert on."""
    assert rules.expression(Threshold()) is None
    assert "alert:" not in rules.thresholds(Detection(thresholds=(Threshold(),)))


def test_every_metric_is_in_the_documents():
    """docs/metrics.md lists each metric, and none that is not there."""
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `((?:cost|costwarden)_\w+)` \|", text, re.MULTILINE))
    assert listed == {*DAILY, *(PREFIX + name for name in GAUGES)}


def test_health_rules_name_real_gauges():
    """The health alerts read gauges that exist, and each says what to do."""
    path = DEPLOYMENTS / "victoriametrics" / "rules" / "health.yml"
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(rf"\b{PREFIX}(\w+)", text))
    assert named <= GAUGES.keys()
    assert text.count("alert:") == text.count("runbook:")


def test_exposition_escapes_what_it_must():
    """Quotes, backslashes and line ends in names do not break the text format."""
    told = health.exposition([Gauge("dead_letters", (("sink", 'a"\\\n'),), 1.0)])
    assert told.splitlines()[-1] == 'costwarden_dead_letters{sink="a\\"\\\\\\n"} 1.0'
