"""A back-test hides what it says, and counts what was found of it."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
import worlds

from tasks.core.backtest import alarms, baselines, figures, hiding, placing, proposals
from tasks.core.backtest import trials as backtest
from tasks.core.backtest.alarms import Alarm
from tasks.core.backtest.matching import Stated
from tasks.core.detection import floors
from tasks.core.detection.arrival import complete
from tasks.core.detection.declaration import Detection
from tasks.core.detection.looking import Known, look
from tasks.core.detection.people import Rules
from tasks.core.findings.anomalies import Anomaly, Day, Scope

PARAMS = Detection()
DAYS = 260


def nobody(_done, _of):
    """Tell nobody about progress."""


def world(rows=24, days=DAYS, seed=3):
    """Return a quiet history whose prices are known, and some unused commitments."""
    costs = worlds.quiet(rows, days, seed=seed, noise=0.03)
    book = worlds.book(costs)
    kinds = ("usage",) * (rows - 2) + ("commitment",) * 2
    panel = replace(book.panel, charge_kinds=kinds, quantities=costs / 0.5)
    scopes = [
        replace(scope, charge_kind=kind)
        for scope, kind in zip(book.scopes, kinds, strict=True)
    ]
    book = replace(book, panel=panel, scopes=scopes)
    return Known(book, complete(costs.shape), (), (), Rules())


def ground(known, findings=()):
    last = known.book.panel.n_days - 1
    return placing.Ground(known.book, findings, 50, last, 25.0, 42)


def drawn(known, count=24, seed=1, findings=()):
    rng = np.random.default_rng(seed)
    return placing.draw(ground(known, findings), count, rng)


def plan(**changed):
    given = {
        "first_date": None,
        "last_date": None,
        "anomalies": 16,
        "trials": 2,
        "seed": 1,
        "budget": 5.0,
    }
    return backtest.Plan(**(given | changed))


def total(book):
    """Sum all amounts, exactly."""
    rows, days = book.panel.costs.shape
    return sum(book.amounts(row, day) for row in range(rows) for day in range(days))


@pytest.fixture(scope="module")
def known():
    return world()


@pytest.fixture(scope="module")
def found(known):
    return backtest.run(known, (), PARAMS, plan(), nobody)


def test_every_kind_and_size_is_hidden(known):
    """Each kind of anomaly has its turn, in each size."""
    hidden = drawn(known, 48)
    assert {one.kind for one in hidden} == {
        shape.kind for shape in placing.shapes.SHAPES
    }
    assert {one.size for one in hidden} == set(placing.shapes.SIZES)


def test_what_is_hidden_adds_up(known):
    """All series together cost as much more as was hidden in them, to the last cent."""
    before = known.book.panel.costs.copy()
    hidden = drawn(known)
    changed = hiding.hidden(known, hidden).book
    added = sum(one.costs.sum() for one in hidden)
    gained = np.nansum(changed.panel.costs) - np.nansum(before)
    assert gained == pytest.approx(added)
    exact = total(changed) - total(known.book)
    assert abs(exact - Decimal(float(added))) < Decimal("0.001")
    np.testing.assert_array_equal(known.book.panel.costs, before)


def test_a_price_moves_alone_and_a_new_scope_has_no_past(known):
    """A price change leaves quantities; a new scope is unknown before its first day."""
    hidden = drawn(known)
    changed = hiding.hidden(known, hidden).book
    price = next(one for one in hidden if one.kind == "price_change")
    days = slice(price.first, price.last + 1)
    own = known.book.panel.quantities[price.row, days]
    assert (changed.panel.quantities[price.row, days] == own).all()
    new = next(one for one in hidden if one.is_new)
    place = changed.scopes.index(new.scope)
    assert np.isnan(changed.panel.costs[place, : new.first]).all()
    assert changed.panel.costs[place, new.first] == pytest.approx(new.costs[0])
    assert new.scope not in known.book.scopes


def test_nothing_is_hidden_near_a_finding_or_another(known):
    """Days around real findings and hidden anomalies stay as they are."""
    day = known.book.panel.day
    free = known.book.scopes[0]
    findings = [
        Stated(scope, (), "spike", "up", day(0), day(DAYS - 1))
        for scope in known.book.scopes[1:12]
    ]
    findings.append(Stated(free, (), "spike", "up", day(60), day(DAYS - 1)))
    hidden = drawn(known, 48, findings=findings)
    assert hidden
    changed = {one.row for one in hidden if not one.is_new}
    assert changed & set(range(12)) == set() != changed
    for row in {one.row for one in hidden}:
        own = sorted((one.first, one.last) for one in hidden if one.row == row)
        gaps = [later[0] - sooner[1] for sooner, later in itertools.pairwise(own)]
        assert all(gap > placing.APART for gap in gaps)


def test_the_seed_draws_everything(known, found):
    """The same seed gives the same back-test, and another one another."""
    again = backtest.run(known, (), PARAMS, plan(), nobody)
    other = backtest.run(known, (), PARAMS, plan(seed=2), nobody)
    assert again == found
    assert other.cells != found.cells


def test_no_later_day_matters(known):
    """Cut off the last weeks, and all that was told before is the same."""
    hidden = drawn(known)
    whole = hiding.hidden(known, hidden).book
    cut = DAYS - 40
    panel = replace(
        whole.panel,
        costs=whole.panel.costs[:, :cut],
        quantities=whole.panel.quantities[:, :cut],
    )
    short = replace(whole, panel=panel, settled=whole.settled[:, :cut])
    firsts = [
        {
            (alarm.key, alarm.told_date)
            for alarm in alarms.told(
                look(
                    Known(book, complete(book.settled.shape), (), (), Rules()), PARAMS
                ),
                floors.least_impact(book.panel, PARAMS),
            )
            if alarm.told_date < panel.day(cut)
        }
        for book in (whole, short)
    ]
    assert firsts[0] == firsts[1] != set()


def test_detection_beats_simple_methods(found):
    """At no more alerts on the plain history, detection finds more than each."""
    own, *simple = found.methods
    assert [one.method for one in simple] == list(baselines.METHODS)
    for one in simple:
        assert one.alerts_per_week * found.weeks <= max(
            own.alerts_per_week * found.weeks, 1.01
        )
        assert one.recall < own.recall


def test_a_crippled_detector_scores_worse(known, found):
    """Detection that tells next to nothing finds less, and loses more money."""
    crippled = PARAMS.model_copy(
        update={"alerts_per_week": 1e-6, "floor_cost": 100.0, "thresholds": ()}
    )
    worse = backtest.run(known, (), crippled, plan(), nobody)
    assert worse.methods[0].recall < 0.6 * found.methods[0].recall
    assert worse.methods[0].money[0].lost > found.methods[0].money[0].lost
    assert worse.methods[0].hidden == found.methods[0].hidden


def test_too_short_a_history_gives_nothing():
    """Where no day may hold anything, there is no back-test."""
    assert backtest.run(world(days=30), (), PARAMS, plan(), nobody) is None
    later = plan(first_date=worlds.START + timedelta(days=400))
    assert backtest.run(world(rows=4), (), PARAMS, later, nobody) is None


def test_an_alert_is_told_once_its_impact_is_large_enough():
    """Delay counts to the day on which the sum of an anomaly reached the floor."""
    days = tuple(
        Day(date(2026, 3, number), Decimal(30), *[Decimal(20)] * 3, 9.0)
        for number in (1, 2, 3, 4)
    )
    scope = Scope("AWS", "1", "2", "EC2", None, "usage", "USD")
    one = Anomaly(scope, (), "spike", "up", "seasonal", "confirmed", days)
    assert alarms.told_date(one, Decimal(25)) == date(2026, 3, 3)
    assert alarms.told_date(one, Decimal(41)) is None


def alarm(one, **changed):
    told = Alarm(
        *(one.scope, (), one.kind, one.direction),
        *(one.first_date, one.last_date, one.first_date),
    )
    return replace(told, **changed)


def test_what_was_told_anyway_tells_nothing(known):
    """An alert that the plain history has, too, catches no hidden anomaly."""
    one, *_ = drawn(known)
    late = alarm(one, told_date=one.first_date + timedelta(days=1), kind="other")
    elsewhere = alarm(one, scope=replace(one.scope, service_name="S3"))
    caught = figures.trial([late, elsewhere], [], [one], history=2)
    assert (caught.fates[0].delay, caught.echoes, caught.history) == (1, 1, 2)
    assert caught.fates[0].is_right_kind is False
    missed = figures.trial([late], [late], [one], history=2)
    assert (missed.fates[0].delay, missed.echoes) == (None, 0)
    measured = figures.figures("x", [caught, missed], weeks=4)
    assert (measured.recall, measured.precision) == (0.5, 0.5)
    assert (measured.alerts_per_week, measured.precision_least) == (0.5, 0.1667)


def test_money_is_caught_from_the_day_it_is_told(known):
    """What an anomaly adds before it is told is lost; both sum to all of it."""
    one = next(
        item for item in drawn(known) if len(item.costs) > 5 and item.costs[0] > 0
    )
    late = alarm(one, told_date=one.first_date + timedelta(days=2))
    [money] = figures.figures(
        "x", [figures.trial([late], [], [one], history=0)], weeks=1
    ).money
    assert money.lost == pytest.approx(
        Decimal(float(one.costs[:2].sum())), abs=Decimal("0.01")
    )
    assert money.caught + money.lost == pytest.approx(one.money(), abs=Decimal("0.02"))


def tried(alerts, f1, **settings):
    """Return settings that were tried, with two of their figures."""
    measured = figures.figures("x", [figures.Trial((), 0, 0, 0)], 1.0)
    values = proposals.values(PARAMS) | settings
    return proposals.Tried(
        values, replace(measured, alerts_per_week=alerts, f1_least=f1)
    )


def test_settings_stay_within_what_people_read():
    """The best may not raise more alerts; of equals the nearest to the present wins."""
    now = tried(1.0, 0.5)
    loud = tried(9.0, 0.9, floor_cost=2.0)
    far = tried(2.0, 0.7, floor_cost=2.0, min_impact=10.0)
    near = tried(2.0, 0.7, floor_cost=2.0)
    assert proposals.best([now, loud, far, near], budget=5.0) is near
    assert proposals.best([loud, now], budget=0.5) is now


def test_settings_that_do_not_hold_are_not_proposed():
    """What is better on one half alone stays where it was found."""
    now, better = tried(1.0, 0.5), tried(1.0, 0.7, floor_cost=2.0)
    kept = proposals.proposal([now, better], better, now.figures, now.figures)
    assert (kept.is_better, kept.settings) == (False, now.settings)
    taken = proposals.proposal([now, better], better, now.figures, better.figures)
    assert (taken.is_better, "floor_cost = 2.0" in taken.toml) == (True, True)
