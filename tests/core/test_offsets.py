"""A rise in one place and a fall in another are one cause."""

from decimal import Decimal

import numpy as np
import pytest
import worlds

from tasks.core.detection import alerts, looking
from tasks.core.detection.declaration import Detection
from tasks.core.findings.anomalies import Scope
from tasks.core.findings.sentences import sentence

PARAMS = Detection()
DAYS = 200
HERE, THERE = "eu-west-1", "us-east-1"


def scope(region=HERE, account="1", service="Amazon EC2", currency="USD"):
    return Scope("AWS", "payer", account, service, region, "usage", currency)


def found_in(costs, scopes, settled=None):
    book = worlds.book(costs, scopes=scopes, settled=settled)
    return looking.find(book, alerts.find(book.panel, book.settled, PARAMS), PARAMS)


def steady(rows, level=200.0, seed=1):
    rng = np.random.default_rng(seed)
    return level * np.exp(0.02 * rng.standard_normal((rows, DAYS)))


def moved(share=0.7, rate=1.0, late=0):
    """Two steady series; a share of the second one's cost moves to the first.

    Where it went it shows so many days later, or earlier, than where it was.
    """
    costs = steady(2)
    gone = share * costs[1]
    costs[0, 150 + late :] += rate * gone[150 + late :]
    costs[1, 150:] -= gone[150:]
    return costs


SIDES = {
    "region": (scope(HERE), scope(THERE)),
    "account": (scope(account="1"), scope(account="2")),
    "service": (scope(service="AWS Fargate"), scope()),
}


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("rate", [0.6, 1.0, 1.5])
def test_what_moves_is_told_once(sides, rate):
    """One alert at the place where costs went names both, and what they come to."""
    to, origin = SIDES[sides]
    [one] = found_in(moved(rate=rate), [to, origin])
    assert (one.scope, one.moved_from, one.direction) == (to, origin, "up")
    assert float(one.impact) == pytest.approx(
        (rate - 1) * float(one.moved_cost), abs=0.08 * float(one.moved_cost)
    )
    assert one.impact == one.actual_cost - one.expected_cost
    assert sentence(one).startswith("Cost moved from ")


@pytest.mark.parametrize("late", [-2, -1, 1, 2])
def test_sides_may_begin_apart(late):
    """A move takes a few days: either side may be seen first."""
    [one] = found_in(moved(late=late), list(SIDES["region"]))
    assert one.moved_from == scope(THERE)


def test_a_new_place_is_where_costs_moved():
    """A workload that moves to where nothing was is no new scope beside a drop."""
    costs = moved(share=0.9)
    costs[0, 150:] -= steady(1, seed=3)[0, 150:]
    costs[0, :150] = np.nan
    costs[0] = np.where(costs[0] <= 0, 0.5, costs[0])
    [one] = found_in(
        np.vstack([costs, steady(1, seed=4)]), [*SIDES["region"], scope("x")]
    )
    assert (one.kind, one.moved_from) == ("new_scope", scope(THERE))


APART = {
    "another size": (0.2, scope(THERE)),
    "another currency": (1.0, scope(THERE, currency="EUR")),
    "two columns differ": (1.0, scope(THERE, account="2")),
}


@pytest.mark.parametrize("reason", APART)
def test_what_does_not_belong_together_is_told_apart(reason):
    """Amounts, currency and all but one column of the scope have to agree."""
    share, origin = APART[reason]
    costs = moved()
    costs[0, 150:] = 200 + 140 * (1.0 if share == 1.0 else 5.0)
    found = found_in(costs, [scope(HERE), origin])
    assert sorted((one.direction, one.moved_from) for one in found) == [
        ("down", None),
        ("up", None),
    ]


def test_weeks_apart_is_not_together():
    """What falls a week after the rise is told by itself."""
    costs = moved()
    costs[1, 150:157] = costs[1, 100:107]
    assert len(found_in(costs, list(SIDES["region"]))) == 2


def test_services_that_move_together_are_one_move():
    """Machines and their disks that go to another region are one alert."""
    costs = np.vstack([moved(), moved() * 0.7, steady(4, level=900.0, seed=5)])
    names = ("Amazon EC2", "Amazon EBS", "Amazon S3", "Amazon RDS")
    scopes = [scope(HERE), scope(THERE)]
    scopes += [scope(HERE, service=names[1]), scope(THERE, service=names[1])]
    scopes += [
        scope(where, service=name) for name in names[2:] for where in (HERE, THERE)
    ]
    [one] = found_in(costs, scopes)
    assert (one.scope.region_id, one.moved_from.region_id) == (HERE, THERE)
    assert (one.scope.service_name, one.rolled_up) == (None, ("service_name",))


def test_a_pair_stays_one():
    """What is told of a move on one day is told of it on every later day."""
    costs = moved(rate=0.8)
    for until in range(152, DAYS, 7):
        [one] = found_in(costs[:, :until], list(SIDES["region"]))
        assert one.moved_from == scope(THERE)


def test_what_goes_back_alone_moved_nothing():
    """A spike beside a fall that lasts is no move, once it is over for days."""
    costs = steady(2)
    costs[0, 150:152] += 140
    costs[1, 151:159] -= 130
    sides = list(SIDES["service"])
    [early] = found_in(costs[:, :154], sides)
    assert early.moved_from is not None
    found = found_in(costs, sides)
    assert [(one.kind, one.moved_from) for one in found] == [
        ("spike", None),
        ("level_shift", None),
    ]
    assert found[0].anomaly_id == early.anomaly_id


def test_the_fall_is_waited_for():
    """A fall counts when its bill is complete; until then the rise is told alone."""
    costs = moved()[:, :152]
    settled = np.ones(costs.shape, dtype=bool)
    settled[:, 150:] = False
    [early] = found_in(costs, list(SIDES["region"]), settled)
    assert (early.moved_from, early.status) == (None, "provisional")
    settled[:, 150] = True
    [later] = found_in(costs, list(SIDES["region"]), settled)
    assert later.moved_from == scope(THERE)
    assert (later.anomaly_id, later.scope) == (early.anomaly_id, early.scope)


def test_money_is_exact():
    """A move costs what its series cost, to the last digit."""
    costs = moved()
    [one] = found_in(costs, list(SIDES["region"]))
    book = worlds.book(costs)
    days = [(day.charge_date - worlds.START).days for day in one.days]
    exact = sum((book.amounts(row, day) for row in (0, 1) for day in days), Decimal(0))
    assert one.actual_cost == exact
