"""What many series show together, and none of them alone."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal

import numpy as np
import pytest
import worlds

from tasks.core.attribution import drivers
from tasks.core.attribution.drivers import Line
from tasks.core.detection import alerts, looking
from tasks.core.detection.arrival import complete
from tasks.core.detection.declaration import Detection
from tasks.core.detection.looking import Known
from tasks.core.detection.people import Feedback, Plan, Planned, Rules
from tasks.core.findings import incidents
from tasks.core.findings.anomalies import Scope
from tasks.core.findings.sentences import sentence
from tasks.core.hierarchy import collective, groups

PARAMS = Detection()
DAYS = 240
FIRST, LAST = 180, 184
SERVICES = ("Amazon EC2", "Amazon S3", "Amazon RDS")
ACCOUNTS = 10


def scope(account, service, region="eu-west-1", currency="USD"):
    return Scope(
        "AWS", "payer", f"account-{account}", service, region, "usage", currency
    )


SCOPES = [scope(account, name) for name in SERVICES for account in range(ACCOUNTS)]
EC2 = slice(0, ACCOUNTS)


def company(seed=1, noise=0.1):
    """Thirty quiet series of three services in ten accounts."""
    rng = np.random.default_rng(seed)
    level = rng.uniform(60, 240, (len(SCOPES), 1))
    return level * np.exp(noise * rng.standard_normal((len(SCOPES), DAYS)))


def risen(costs, rows=EC2, by=1.2):
    """The same, with some series a little dearer on five days."""
    more = costs.copy()
    more[rows, FIRST : LAST + 1] *= by
    return more


def known(costs, *, feedback=(), plans=(), **more):
    book = worlds.book(costs, scopes=SCOPES, **more)
    arrived = complete(book.panel.costs.shape)
    return Known(book, arrived, plans, feedback, Rules())


def found(costs, **more):
    """What is told of sums; what is told of single series is tested elsewhere."""
    told = looking.look(known(costs, **more), PARAMS)
    return [one for one in told if one.spread_over]


def day(column):
    return worlds.panel(company()).day(column)


def test_what_only_the_sum_shows_is_told_once_of_the_sum():
    """Ten accounts spend a little more on a service: one alert, of the service."""
    costs = risen(company())
    [one] = found(costs)
    assert (one.scope, one.rolled_up) == (
        replace(SCOPES[0], sub_account_id=None),
        ("sub_account_id",),
    )
    assert (one.kind, one.direction, one.detector) == ("spike", "up", "sums")
    assert day(FIRST) <= one.first_date <= day(FIRST + 2)
    assert one.last_date == day(LAST)
    assert one.spread_over in range(8, ACCOUNTS + 1)
    assert f"spread over {one.spread_over} series" in sentence(one)


def test_no_series_says_it_alone():
    """The same ten accounts, each looked at by itself, tell nothing."""
    book = known(risen(company())).book
    told = alerts.find(book.panel, book.settled, PARAMS)
    days = set(range(FIRST, LAST + 1))
    assert [
        run for run in incidents.runs(book, told, PARAMS) if days & set(run.columns)
    ] == []


def test_money_is_exact():
    """The impact is what its series cost, less what is expected, to the last digit."""
    costs = risen(company())
    book = known(costs).book
    [one] = found(costs)
    columns = [(item.charge_date - book.panel.start).days for item in one.days]
    actual = sum(
        (book.amounts(row, column) for row in range(ACCOUNTS) for column in columns),
        Decimal(0),
    )
    assert one.actual_cost == actual
    assert one.impact == actual - one.expected_cost
    usual = company()[EC2][:, columns].sum()
    assert float(one.expected_cost) == pytest.approx(usual, rel=0.05)
    assert all(
        item.expected_low < item.expected_cost < item.expected_high for item in one.days
    )


def test_impact_decomposes_over_members():
    """What drove it is named by account, and sums to the impact exactly."""
    costs = risen(company())
    [one] = found(costs)
    lines = [
        Line(
            {
                **dict.fromkeys(("resource", "sku", "service", "region")),
                "sub_account": SCOPES[row].sub_account_id,
            },
            False,
            Decimal(str(costs[row, FIRST : LAST + 1].sum())),
            Decimal(str(company()[row, FIRST : LAST + 1].sum())),
            None,
            None,
        )
        for row in range(ACCOUNTS)
    ]
    parts = drivers.explain(one, lines)
    assert sum((part.impact for part in parts), Decimal(0)) == one.impact
    assert len({part.member for part in parts if part.member}) >= ACCOUNTS - 2


def test_what_no_billing_account_shows_alone_is_told_of_all():
    """Everything is a little dearer in three billing accounts of two providers."""
    payers = (("AWS", "a"), ("AWS", "b"), ("Microsoft", "c"))
    scopes = [
        replace(one, provider=payers[row % 3][0], billing_account_id=payers[row % 3][1])
        for row, one in enumerate(SCOPES)
    ]
    costs = risen(company(), rows=slice(None), by=1.1)
    book = worlds.book(costs, scopes=scopes)
    accounts = np.arange(len(scopes)) % 3
    book = replace(book, panel=replace(book.panel, accounts=accounts))
    told = alerts.find(book.panel, book.settled, PARAMS)
    [one] = [one for one in looking.find(book, told, PARAMS) if one.spread_over]
    assert (one.scope.provider, one.scope.billing_currency) == (None, "USD")
    assert {"provider", "billing_account_id"} <= set(one.rolled_up)
    assert "(several billing accounts, several providers)" in sentence(one)


def test_quiet_companies_hear_nothing():
    """Noise that is each series' own adds up to no alert, or one in four years."""
    told = [one for seed in range(1, 9) for one in found(company(seed))]
    assert len(told) <= 1


def test_what_usually_moves_together_tells_nothing_by_doing_so():
    """Demand that all series share makes their sum wide, and no alert."""
    rng = np.random.default_rng(3)
    costs = company(noise=0.03) * np.exp(0.1 * rng.standard_normal(DAYS))
    assert [one for one in found(costs) if one.spread_over] == []


def test_one_series_is_told_alone():
    """A group says nothing of what one of its series says already."""
    costs = company()
    costs[3, FIRST : LAST + 1] *= 4
    assert found(costs) == []


def test_one_cause_is_one_alert_though_some_of_it_stands_out():
    """A series that begins to stand out while its group is told is part of that."""
    costs = risen(company())
    costs[3, FIRST + 2 : LAST + 1] *= 1.5
    told = looking.look(known(costs), PARAMS)
    [one] = [item for item in told if item.last_date >= day(FIRST) > day(LAST - 9)]
    assert one.detector == "seasonal, sums"
    assert float(one.impact) > 0.6 * float((costs - company())[:, FIRST:].sum())


def test_the_most_specific_level_tells_it():
    """All services of one account: the account tells it, and no service does."""
    names = [f"service {number}" for number in range(ACCOUNTS)]
    scopes = [scope(account, name) for account in range(3) for name in names]
    costs = risen(company())
    book = worlds.book(costs, scopes=scopes)
    told = alerts.find(book.panel, book.settled, PARAMS)
    [one] = [one for one in looking.find(book, told, PARAMS) if one.spread_over]
    assert one.scope.sub_account_id == "account-0"
    assert one.rolled_up == ("service_name",)


def test_a_fall_of_many_is_not_told_of_a_few_days():
    """Ten accounts that spend a little less for five days cost nobody anything."""
    assert found(risen(company(), by=0.8)) == []


def test_a_fall_of_many_that_lasts_is_told_once():
    """Ten accounts spend less on a service for weeks: one alert, from its first day."""
    costs = company()
    costs[EC2, FIRST : FIRST + 28] *= 0.8
    [one] = [item for item in found(costs) if item.direction == "down"]
    assert (one.scope.service_name, one.rolled_up) == (
        "Amazon EC2",
        ("sub_account_id",),
    )
    assert abs((one.first_date - day(FIRST)).days) <= 1
    assert one.kind in ("drop", "level_shift")


def test_a_fall_is_known_after_a_week():
    """Nothing is said of it before it has lasted, whatever comes later."""
    costs = company()
    costs[EC2, FIRST:] *= 0.8
    short = costs[:, : FIRST + 6]
    assert found(short) == []
    assert [one.direction for one in found(costs[:, : FIRST + 9])] == ["down"]


def test_a_rise_on_a_day_unlike_others_is_not_told():
    """On a holiday most of a company rests, and what does not is busier."""
    costs = risen(company())
    costs[ACCOUNTS:, FIRST : LAST + 1] *= 0.8
    assert found(costs) == []


@pytest.mark.parametrize("cut", [FIRST + 1, FIRST + 3, LAST + 1, 200])
def test_causal(cut):
    """What was told before a day is told the same where the bills end there."""
    costs = risen(company())
    book = known(costs).book

    def told(upto):
        panel = replace(
            book.panel,
            costs=costs[:, :upto],
            quantities=book.panel.quantities[:, :upto],
        )
        short = replace(book, panel=panel, settled=book.settled[:, :upto])
        seen = alerts.find(panel, short.settled, PARAMS)
        return {
            (one.scope, item)
            for one in looking.find(short, seen, PARAMS)
            if one.spread_over
            for item in one.days
            if item.charge_date < day(cut)
        }

    whole, part = told(DAYS), told(cut)
    assert whole == part
    assert bool(part) or cut <= FIRST + 3


def test_bills_that_still_arrive_are_waited_for():
    """A sum of which a part is missing is not judged."""
    settled = np.ones((len(SCOPES), DAYS), dtype=bool)
    settled[2, FIRST : LAST + 1] = False
    assert found(risen(company()), settled=settled) == []


def test_currencies_are_never_added():
    """Billing accounts are added to what a provider costs, and currencies never are."""
    scopes = [scope(row, "Amazon EC2", currency="USD") for row in range(3)]
    scopes += [scope(row, "Amazon EC2", currency="EUR") for row in range(3, 6)]
    scopes += [replace(scope(6, "Amazon EC2"), billing_account_id="another")]
    members = groups.of(worlds.panel(company()[:7]), scopes)
    assert [tuple(map(int, rows)) for rows in members] == [
        (0, 1, 2),
        (3, 4, 5),
        (0, 1, 2, 6),
    ]


def test_only_use_is_added():
    """Taxes, credits and commitments are in no group."""
    costs = company()[:4]
    scopes = [replace(scope(row, "Amazon EC2"), charge_kind="tax") for row in range(4)]
    assert groups.of(worlds.panel(costs, charge_kind="tax"), scopes) == []


def said(one, verdict):
    return Feedback(
        one.anomaly_id,
        verdict,
        "a sale",
        datetime.combine(day(LAST + 1), time(), UTC),
        one.scope,
        one.rolled_up,
        one.direction,
        one.kind,
        tuple(item.charge_date for item in one.days),
        max(float(item.actual_cost - item.expected_cost) for item in one.days),
        20.0,
    )


@pytest.mark.parametrize("verdict", ["false", "expected"])
def test_feedback_closes_it(verdict):
    """What somebody called false or expected of a sum is found no more."""
    costs = risen(company())
    [one] = found(costs)
    assert found(costs, feedback=[said(one, verdict)]) == []


def test_a_planned_sale_is_not_told():
    """What a calendar foresees of all accounts is no news in their sum."""
    event = Planned(
        title="sale",
        first_date=day(FIRST),
        last_date=day(LAST),
        service_name="Amazon EC2",
    )
    plan = Plan(event, datetime.combine(day(0), time(), UTC))
    assert found(risen(company()), plans=[plan]) == []


def test_a_shift_of_many_ends():
    """A level that stays is told of the sum until it is normal."""
    costs = company()
    costs[EC2, FIRST:] *= 1.2
    [one] = found(costs)
    assert (one.kind, one.status) == ("level_shift", "resolved")
    assert one.lasting_cost is not None


def test_held_out_companies():
    """Of twenty companies most sums are found, and nothing else is told."""
    told = Counter()
    for seed in range(100, 120):
        for one in found(risen(company(seed))):
            is_it = one.scope.service_name == "Amazon EC2" and one.rolled_up
            told["found" if is_it else "false"] += 1
    assert told["found"] >= 16
    assert told["false"] <= 1


def test_a_series_without_company_has_no_sum():
    """Two series are no group."""
    costs = company()[:2]
    book = worlds.book(costs, scopes=SCOPES[:2])
    told = alerts.find(book.panel, book.settled, PARAMS)
    assert collective.find(book, told, [], PARAMS).moves == []
