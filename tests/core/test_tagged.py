"""What only the sum of a tag shows."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import worlds

from tasks.core.detection import looking
from tasks.core.detection.arrival import complete
from tasks.core.detection.declaration import Detection
from tasks.core.detection.looking import Known
from tasks.core.detection.people import Feedback, Rules
from tasks.core.findings.anomalies import Scope, Tag
from tasks.core.findings.sentences import sentence
from tasks.core.hierarchy.tagged import Divided

PARAMS = Detection()
DAYS, FIRST, LAST = 200, 180, 184
SERVICES = ("Amazon EC2", "Amazon S3", "Amazon RDS", "AWS Lambda")
SCOPES = [
    Scope("AWS", "payer", f"account-{account}", name, "eu-west-1", "usage", "USD")
    for name in SERVICES
    for account in range(10)
]
# Each team has a part of every series of its own: ml of every fourth.
ML, WEB = Tag("team", "ml"), Tag("team", "web")
OF_ML = range(0, len(SCOPES), 4)
PARTS = [(scope, WEB) for scope in SCOPES] + [(SCOPES[row], ML) for row in OF_ML]
IS_ML = np.array([tag == ML for _, tag in PARTS])


def parts(seed=1, *, by=1.0, web=1.0):
    """Costs of the parts; those of ml, or all of web, may change for five days."""
    rng = np.random.default_rng(seed)
    level = rng.uniform(60, 240, (len(PARTS), 1))
    costs = level * np.exp(0.1 * rng.standard_normal((len(PARTS), DAYS)))
    costs[IS_ML, FIRST : LAST + 1] *= by
    costs[~IS_ML, FIRST : LAST + 1] *= web
    return costs


def whole(costs):
    """Costs of the series that these parts make up."""
    total = costs[~IS_ML].copy()
    total[OF_ML] += costs[IS_ML]
    return total


def divided(costs, tags=None):
    book = worlds.book(costs, scopes=[scope for scope, _ in PARTS])
    return Divided(book, tags or [tag for _, tag in PARTS], complete(costs.shape))


def found(costs, by_tag=None, *, feedback=()):
    book = worlds.book(whole(costs), scopes=SCOPES)
    known = Known(book, complete(book.panel.costs.shape), (), feedback, Rules())
    known = replace(known, divided=by_tag or [divided(costs)])
    return looking.look(known, PARAMS)


def test_a_tag_that_costs_more_is_told_where_no_series_is():
    """One team spends a little more in ten places: one alert, of that team."""
    costs = parts(by=1.3)
    [one] = found(costs)
    assert (one.tag, one.direction, one.detector) == (ML, "up", "sums")
    assert one.scope.billing_account_id == "payer"
    assert "with tag team=ml in eu-west-1 (several accounts, AWS)" in sentence(one)
    rows = [row for row, is_ml in enumerate(IS_ML) if is_ml]
    book = divided(costs).book
    assert one.actual_cost == sum(
        book.amounts(row, (day.charge_date - book.panel.start).days)
        for row in rows
        for day in one.days
    )


def test_what_a_sum_tells_no_tag_tells_again():
    """All of a company costs more: its sum says so, and none of its teams."""
    told = found(parts(by=1.15, web=1.15))
    assert [one.tag for one in told if one.spread_over] == [None]


def test_another_tag_is_no_rise():
    """What one team lost in the same places the other one has: nobody spends more."""
    costs = parts()
    days = slice(FIRST, LAST + 1)
    more = 0.3 * costs[IS_ML, days]
    costs[IS_ML, days] += more
    costs[np.flatnonzero(~IS_ML)[OF_ML], days] -= more
    assert found(costs) == []


def test_two_tags_of_one_cause_are_one_alert():
    """The team has its own environment: the same rise is told once."""
    costs = parts(by=1.3)
    envs = [Tag("env", "lab" if tag == ML else "prod") for _, tag in PARTS]
    [one] = found(costs, [divided(costs), divided(costs, envs)])
    assert one.tag in (ML, Tag("env", "lab"))


def test_quiet_companies_hear_nothing():
    """Noise of parts adds up to nothing, or to one alert in two years."""
    assert len([one for seed in range(2, 6) for one in found(parts(seed))]) <= 1


@pytest.mark.parametrize(("verdict", "told"), [("expected", 0), ("true", 1)])
def test_feedback_is_about_the_tag_alone(verdict, told):
    """What somebody calls expected of a tag is not told again of it."""
    costs = parts(by=1.3)
    [one] = found(costs)
    said = Feedback(
        anomaly_id=one.anomaly_id,
        verdict=verdict,
        reason="launch",
        given_at=datetime(2025, 8, 1, tzinfo=UTC),
        scope=one.scope,
        rolled_up=one.rolled_up,
        direction="up",
        kind=one.kind,
        dates=tuple(day.charge_date for day in one.days),
        daily_impact=float(one.impact),
        daily_pct=None,
        tag=one.tag,
    )
    assert len(found(costs, feedback=[said])) == told
