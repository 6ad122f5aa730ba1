"""What people are told of an anomaly that only a sum shows."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations

import pytest
import yaml

from tasks.core.alerting import digest as screen
from tasks.core.detection.people import Filter
from tasks.edge.delivery import alertmanager
from tasks.edge.delivery.declaration import Alertmanager
from tasks.edge.people import mutes
from tasks.edge.reporting import digest
from tasks.edge.settings import DEPLOYMENTS
from tests.edge.alert_world import TODAY, World, anomaly

HOUR = timedelta(hours=1)
NOW = datetime.now(UTC)
PLACES = ("region_id", "service_name", "sub_account_id")
SUMS = [*chain.from_iterable(combinations(PLACES, count) for count in (1, 2, 3))]
EXAMPLE = yaml.safe_load((DEPLOYMENTS / "alertmanager/alertmanager.yml").read_text())


def spread():
    """Return what twelve accounts spend more on one service in one region."""
    found = anomaly(180, sub_account_id=None, rolled_up=("sub_account_id",))
    return replace(found, detector="sums", spread_over=12)


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    made.find(spread(), at=NOW - HOUR)
    return made


def alerts(world):
    declared = Alertmanager(
        kind="alertmanager", name="am", url="http://127.0.0.1:1", digest=False
    )
    with world.open() as con:
        return alertmanager.AlertmanagerSink(declared).load(con, NOW + HOUR).wanted


def mute(world, **parts):
    until = TODAY + timedelta(days=2)
    mutes.mute(
        world.settings, Filter(**parts), until=until, author="ada", reason="noisy"
    )


def shown(world):
    return "\n".join(screen.lines(digest.of(world.settings, NOW + HOUR)))


def test_its_labels_name_the_sum(world):
    """What was summed over has no label of its own, and the sentence says how many."""
    [one] = alerts(world)
    assert one.labels["rolled_up"] == "sub_account_id"
    assert "sub_account_id" not in one.labels
    assert one.labels["service_name"] == "Amazon EC2"
    assert "several accounts" in one.annotations["summary"]
    assert "spread over 12 series" in one.annotations["summary"]
    assert one.annotations["title"].endswith("80.00 · Amazon EC2 · eu-west-1 · AWS")


def test_it_is_in_the_digest(world):
    """The day's screen has it, as it has any other."""
    assert "Amazon EC2" in shown(world)


def test_a_mute_of_its_scope_covers_it(world):
    """Who mutes the service hears nothing of its sum, neither alert nor digest."""
    mute(world, provider="AWS", service_name="Amazon EC2")
    assert alerts(world) == []
    assert "Amazon EC2" not in shown(world)


def test_a_mute_of_a_member_does_not(world):
    """One account of many that is muted hides nothing of the others."""
    mute(world, provider="AWS", sub_account_id="111122223333")
    assert len(alerts(world)) == 1
    assert "Amazon EC2" in shown(world)


def inhibits(rule, whole, part):
    """Return whether a rule lets a sum silence what is summed over fewer columns."""
    source, target = (
        next(one for one in rule[side] if one.startswith("rolled_up"))
        for side in ("source_matchers", "target_matchers")
    )
    if source != f'rolled_up="{",".join(whole)}"':
        return False
    operator, pattern = re.fullmatch(r'rolled_up(=~|!=|=)"(.*)"', target).groups()
    text = ",".join(part)
    if operator == "=~":
        return bool(re.fullmatch(pattern, text))
    return (text == pattern) == (operator == "=")


@pytest.mark.parametrize("whole", SUMS, ids=",".join)
def test_every_sum_is_told_instead_of_its_parts(whole):
    """The example of a configuration knows each way in which anomalies are summed."""
    rules = [
        rule
        for rule in EXAMPLE["inhibit_rules"]
        if any(one.startswith("rolled_up") for one in rule["source_matchers"])
    ]
    parts = [part for part in [(), *SUMS] if set(part) < set(whole)]
    for part in parts:
        [rule] = [rule for rule in rules if inhibits(rule, whole, part)]
        same = {"provider", "billing_account_id", "charge_kind", "direction"}
        assert set(rule["equal"]) == same | set(PLACES) - set(whole)
        assert 'severity!="critical"' in rule["target_matchers"]
