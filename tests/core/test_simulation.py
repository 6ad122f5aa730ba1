"""The made-up company keeps its books, and hides what it says it hides."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from tasks.core.simulation import charges, exports, lines, metering, truth, world
from tasks.core.simulation.catalogue import AWS, AZURE, COST_DECIMALS
from tasks.core.simulation.exports import Span
from tasks.core.simulation.world import CLOUDS

DEMO = Span.ending(date(2026, 11, 20), 13)
KINDS = {
    "spike",
    "level_shift",
    "drift",
    "drop",
    "new_scope",
    "pattern_break",
    "price_change",
    "commitment",
}


@pytest.fixture(scope="module")
def company():
    return [
        world.build(cloud, 200_000 * cloud.share, DEMO, 7, is_hourly=False)
        for cloud in CLOUDS
    ]


@pytest.fixture(scope="module")
def at_aws(company):
    return company[0]


class TestIncidents:
    def test_every_kind_twice(self, company):
        """The demo hides every kind of anomaly at least twice."""
        kinds = Counter(item.kind for part in company for item in part.incidents)
        assert set(kinds) == KINDS
        assert min(kinds.values()) >= 2

    def test_one_a_series(self, company):
        """No two anomalies lie in the same series, so each can be told apart."""
        for part in company:
            series = [
                (item.account, item.service, item.region, bool(item.meters.size))
                for item in part.incidents
                if item.kind != "commitment"
            ]
            assert len(series) == len(set(series))

    def test_in_the_last_ten_months(self, company):
        """Detectors have months to learn from before anything happens."""
        for part in company:
            days = [item.first for item in part.incidents]
            assert min(days) >= DEMO.n_days - 310
            assert max(item.last for item in part.incidents) < DEMO.n_days

    def test_direction_is_the_sign(self, company):
        """Whatever is called up adds cost, and whatever is called down removes some."""
        for part in company:
            impacts = Counter()
            for month in range(DEMO.n_months):
                impacts.update(metering.usage(part, month)[1])
            for row in truth.anomalies(part, impacts, 1):
                sign = 1 if row["direction"] == "up" else -1
                assert row["impact"] * sign > 0, row

    def test_graded(self, at_aws):
        """Some anomalies are one resource's doing, others a whole fleet's."""
        assert len({bool(item.resource_id) for item in at_aws.incidents}) == 2


class TestCommitments:
    def test_they_close(self, company):
        """On every day, used and unused add up to what was bought."""
        for part in company:
            assert part.commitments
            for item in part.commitments:
                assert (item.used + item.unused == item.total).all()
                assert (item.unused >= 0).all()

    def test_used_is_what_lines_show(self, company):
        """What a commitment says was used is the sum over the covered lines."""
        for part in company:
            usage, _ = metering.usage(part, 4)
            begin, end = DEMO.days(4)
            worth = usage.quantity * usage.effective_price * usage.is_covered
            used = sum(item.used[begin:end].sum() for item in part.commitments)
            assert worth.sum() == used

    def test_lapse_shows_as_unused(self, at_aws):
        """The commitment anomaly is unused commitment beyond the ordinary."""
        lapse = next(
            item for item in at_aws.incidents if item.service.endswith("Plans")
        )
        plan = at_aws.commitments[0]
        assert plan.unused[lapse.first] > 3 * plan.unused[lapse.first - 1]
        assert plan.unused[lapse.last + 1] == plan.unused[lapse.first - 1]


class TestMetering:
    def test_same_seed_same_usage(self):
        """The same seed gives the same company to the last digit."""
        drawn = [
            world.build(CLOUDS[1], 9_000, DEMO, 3, is_hourly=False) for _ in range(2)
        ]
        first, second = (metering.usage(part, 6)[0] for part in drawn)
        for name in vars(first):
            np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
        assert drawn[0].meters.resource_ids == drawn[1].meters.resource_ids

    def test_other_seed_other_usage(self):
        """Another seed is another company."""
        first, second = (
            world.build(CLOUDS[1], 9_000, DEMO, seed, is_hourly=False)
            for seed in (3, 4)
        )
        assert first.meters.resource_ids != second.meters.resource_ids

    def test_only_the_newest_days_are_incomplete(self, at_aws):
        """Three days after the day, all of its lines have arrived."""
        usage, _ = metering.usage(at_aws, 12)
        late = usage.known_day - usage.day
        assert set(np.unique(late)) == {1, 2, 3}
        assert 0.5 < (late == 1).mean() < 0.8

    def test_machines_have_24_hours(self, company):
        """No machine runs for more than 24 hours a day."""
        for part in company:
            usage, _ = metering.usage(part, 7)
            decimals = np.array(
                [
                    COST_DECIMALS - part.cloud.skus[fleet.sku].price_decimals
                    for fleet in part.meters.fleets
                ]
            )
            fleet = part.meters.fleet[usage.meter]
            is_machine = np.array(
                [
                    part.cloud.skus[item.sku].kind == "instance"
                    for item in part.meters.fleets
                ]
            )[fleet]
            hours = usage.quantity / 10.0 ** decimals[fleet]
            assert hours[is_machine].max() <= 24

    def test_correction_takes_back(self, at_aws):
        """Some usage was reported too high until the bill was corrected."""
        month = DEMO.n_months - 1 - exports.CORRECTED_MONTHS[AWS][0]
        usage, _ = metering.usage(at_aws, month)
        is_wrong = usage.corrected_day > 0
        assert 0 < is_wrong.sum() <= 2
        assert (usage.first_quantity[is_wrong] > usage.quantity[is_wrong]).all()
        known = DEMO.day(exports.schedule(DEMO, AWS, month)[-1].on)
        assert (usage.corrected_day[is_wrong] <= known).all()

    @pytest.mark.parametrize("is_hourly", [False, True])
    def test_lines_sum_to_the_books(self, is_hourly):
        """Lines, each an exact decimal, add up to the books' whole numbers."""
        part = world.build(
            CLOUDS[0], 60_000, Span.ending(date(2026, 5, 9), 2), 5, is_hourly=is_hourly
        )
        usage, _ = metering.usage(part, 0)
        found = lines.lines(part, usage, 0, 999)
        net = sum(
            int(np.rint(chunk.columns["line_item_net_unblended_cost"] * 1e10).sum())
            for chunk in lines.amounts(part, found)
        )
        cost = (usage.quantity * usage.price)[~usage.is_covered].sum()
        assert net == int(cost) * (100 - part.cloud.discount_pct)


class TestExports:
    def test_open_month_is_exported_again_and_again(self):
        """The open month has several deliveries, the last on the morning after."""
        found = exports.schedule(DEMO, AWS, 12)
        assert [item.on.day for item in found] == [9, 16, 20, 21]
        assert [item.is_last for item in found] == [False, False, False, True]

    def test_support_lands_after_the_sixth(self, at_aws):
        """The support fee of a month is missing from its early bill."""
        month = DEMO.n_months - 2
        usage, _ = metering.usage(at_aws, month)
        early, final = exports.schedule(DEMO, AWS, month)
        kinds = [
            {item.kind for item in charges.charges(at_aws, month, usage, export)}
            for export in (early, final)
        ]
        assert kinds[1] - kinds[0] == {"support"}

    def test_nothing_is_known_too_early(self):
        """No delivery lies after the morning that follows the last day."""
        for provider in (AWS, AZURE):
            for month in range(DEMO.n_months):
                for item in exports.schedule(DEMO, provider, month):
                    assert item.on <= date(2026, 11, 21)


class TestWaste:
    def test_every_kind_and_a_healthy_majority(self, at_aws):
        """Waste of every kind exists, and most resources are fine."""
        kinds = Counter(item.kind for item in at_aws.wastes)
        assert set(kinds) == {"idle", "oversized", "unattached", "previous_generation"}
        assert len(at_aws.wastes) < at_aws.meters.size / 4

    def test_waste_is_paid_for(self, at_aws):
        """What is wasted is neither covered by a commitment nor part of an anomaly."""
        wasted = {item.meter for item in at_aws.wastes}
        covered = {int(m) for item in at_aws.commitments for m in item.meters}
        touched = {int(m) for item in at_aws.incidents for m in item.meters}
        assert not wasted & (covered | touched)
