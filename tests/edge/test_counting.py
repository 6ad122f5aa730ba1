"""Two kinds of export of one account's month: one counts, and the other is kept."""

from decimal import Decimal

import pytest

from tasks.edge.costs import daily
from tasks.edge.database import queries, warehouse
from tasks.edge.intake.versions import returns
from tasks.edge.mapping import counting, focus
from tasks.edge.reconciling import bills
from tests.edge.export_world import FOCUS, LEGACY, rows_of, write_csv
from tests.edge.test_shared_files import Shown

PAYER = "111111111111"
NATIVE, HUB = (f"{name}.{PAYER}.2026-05.v1" for name in ("aws_legacy_cur", "focus"))
NEWER = HUB.replace("v1", "v2")


def legacy(days, account="222222222222", cost="2"):
    """A legacy report of the first days of May."""
    return rows_of(
        LEGACY,
        *(
            {
                "lineItem/UsageAccountId": account,
                "lineItem/UsageStartDate": f"2026-05-{day:02d}T03:00:00Z",
                "lineItem/UnblendedCost": cost,
            }
            for day in range(1, days + 1)
        ),
    )


def hub(days, account="222222222222", cost="2", **changes):
    """A FOCUS export of the same."""
    return rows_of(
        FOCUS,
        *(
            {
                "BillingAccountId": PAYER,
                "SubAccountId": account,
                "ServiceProviderName": "AWS",
                "ChargePeriodStart": f"2026-05-{day:02d}T00:00:00Z",
                "BilledCost": cost,
                "EffectiveCost": cost,
            }
            | changes
            for day in range(1, days + 1)
        ),
    )


class Chosen(Shown):
    """A warehouse of which each run reads what is new and chooses what counts."""

    def read(self, *prefer):
        with warehouse.connect(self.settings.database) as con:
            daily.aggregate(con, self.settings.lake_path)
            counting.choose(con, prefer or self.settings.prefer)
            focus.install(con, self.settings.lake_path)

    def load(self, name, rows, written_at):
        self.ingest(write_csv(self.folder / "in" / name, rows, written_at))

    def total(self, moment=None):
        return sum(self.days(moment).values())

    def counting(self):
        rows = self.rows("SELECT bill_id FROM bills.versions WHERE status = 'current'")
        return {row[0] for row in rows}


@pytest.fixture
def world(tmp_path):
    return Chosen(tmp_path)


def test_one_of_two_counts_at_every_moment(world):
    """Each day once, now and as known then, in lines and in days, in any order."""
    world.load("cur.csv", legacy(8), "2026-05-11")
    world.load("hub.csv", hub(8), "2026-05-10")
    world.read()
    assert world.counting() == {NATIVE}
    assert (world.total(), world.total("2026-05-10 12:00:00Z")) == (16, 16)
    assert world.total("2026-05-12 00:00:00Z") == 16
    world.load("hub-2.csv", hub(9), "2026-05-12")
    assert world.counting() == {NATIVE}
    world.read()
    assert (world.counting(), world.total()) == ({NATIVE}, 16)
    listed = {row["bill_id"]: row for row in bills.listing(world.settings).versions}
    assert {key: row["status"] for key, row in listed.items()} == {
        NATIVE: "current",
        HUB: "superseded",
        NEWER: "not counted",
    }
    assert listed[NEWER]["reason"] == (
        f"not counted, because {NATIVE} tells the same costs and is preferred"
    )
    assert listed[NEWER]["billed_cost"] == Decimal(18)


def test_the_other_counts_when_it_is_asked_to(world):
    """By the setting, withdrawing, restoring; no line is given up or loaded again."""
    world.load("cur.csv", legacy(8), "2026-05-10")
    world.load("hub.csv", hub(9), "2026-05-11")
    world.read()
    with warehouse.connect(world.settings.database) as con:
        gone = queries.run(con, "ops/prunable", closed_before="2027-01-01T00:00:00Z")
        assert gone.fetchall() == []
        counting.choose(con, ())
    assert world.counting() == {NATIVE, HUB}
    world.read("focus")
    assert (world.counting(), world.total()) == ({HUB}, 18)
    world.read("aws_legacy_cur")
    assert world.counting() == {NATIVE}
    done = returns.withdraw(world.settings, NATIVE)
    assert done == returns.Returned(NATIVE, None, changed=True)
    assert (world.counting(), world.total()) == ({HUB}, 18)
    again = returns.restore(world.settings, NATIVE)
    assert world.counting() == {again.current}
    assert world.total() == 16
    beside = returns.restore(world.settings, HUB)
    assert (beside.changed, beside.counted_by) == (False, again.current)


def test_an_export_that_stopped_gives_way(world):
    """The preferred one counts while it lags by days, and not when it came no more."""
    world.load("cur.csv", legacy(8), "2026-05-09")
    world.load("hub.csv", hub(11), "2026-05-12")
    world.read()
    assert (world.counting(), world.total()) == ({NATIVE}, 16)
    world.load("hub-2.csv", hub(20), "2026-05-21")
    world.read()
    assert (world.counting(), world.total()) == ({NEWER}, 40)
    assert world.total("2026-05-13 00:00:00Z") == 16
    world.load("cur-2.csv", legacy(20)[9:], "2026-05-22")
    world.read()
    assert (world.counting(), world.total()) == ({NEWER}, 40)
    world.load("cur-3.csv", legacy(20), "2026-05-23")
    world.read()
    assert (world.counting(), world.total()) == ({NATIVE.replace("v1", "v3")}, 40)


def test_nothing_is_left_out_that_the_other_does_not_tell(world):
    """The fuller one counts against all preference; what differs counts as before."""
    both, mine, other = {NATIVE, HUB}, {NATIVE}, "333333333333"
    cases = [
        (legacy(8), hub(8) + hub(8, other), {HUB}, 32),
        (legacy(8), hub(8, other), both, 32),
        (legacy(8), hub(8, cost="3"), both, 40),
        (legacy(8), hub(8, BillingCurrency="EUR"), both, 32),
        (legacy(8), hub(8, ServiceProviderName="ACME"), both, 32),
        (legacy(6)[4:], hub(7)[5:], mine, 4),
    ]
    payers = [f"90000000000{number}" for number in range(len(cases))]
    own, others = [], []
    for payer, (rows, told, _, _) in zip(payers, cases, strict=True):
        own += [row | {"bill/PayerAccountId": payer} for row in rows]
        others += [row | {"BillingAccountId": payer} for row in told]
    world.load("cur.csv", own, "2026-05-08")
    world.load("hub.csv", others, "2026-05-08")
    world.read()
    counted = world.counting()
    costs = dict(
        world.rows(
            "SELECT billing_account_id, sum(billed_cost)::INT FROM series.daily_cost"
            " GROUP BY 1"
        )
    )
    for payer, (_, _, expected, total) in zip(payers, cases, strict=True):
        ids = {bill_id.replace(PAYER, payer) for bill_id in expected}
        assert (payer, {key for key in counted if payer in key}) == (payer, ids)
        assert costs[payer] == total
