"""Advice promises little, keeps its headroom, and says when it does not know."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given

from tasks.core.rightsizing import (
    advice,
    idle,
    machine_types,
    oversized,
    previous_generation,
    recommendations,
    unattached,
)
from tasks.core.rightsizing.advice import Rules
from tasks.core.rightsizing.idle import Idle
from tasks.core.rightsizing.oversized import Oversized
from tasks.core.rightsizing.previous_generation import PreviousGeneration
from tasks.core.rightsizing.prices import Observed, Prices
from tasks.core.rightsizing.recommendations import Abstention, Proposal
from tasks.core.rightsizing.unattached import Unattached
from tests.core.resources import COST, WINDOW, busy, instance, metric, resources, volume

COVERED = replace(COST, uncovered=Decimal(0), uncovered_time=Decimal(0))
YOUNG = replace(COST, first_date=date(2026, 6, 25))


def observed(sku, price, unit="time"):
    return Observed(
        "AWS", "eu-west-1", "", "USD", unit, sku, Decimal(price), Decimal(1)
    )


NO_PRICES = Prices([])
PRICES = Prices(
    [
        observed("m5.xlarge", "0.2"),
        observed("m5.large", "0.1"),
        observed("m4.xlarge", "0.25"),
        observed("gp2", "0.10", "capacity"),
        observed("gp3", "0.08", "capacity"),
    ]
)


@given(resource=resources)
def test_a_saving_never_exceeds_the_cost(resource):
    """Whatever the evidence, no advice saves more than what no commitment pays."""
    rows = advice.find(
        [resource], {"AWS": WINDOW}, [observed("gp3", "0.08", "capacity")], Rules()
    )
    for row in rows:
        assert row.monthly_saving is None or (
            0 <= row.monthly_saving <= resource.cost.uncovered
        )
        assert (row.status == "open") == (row.reason is None)


@given(resource=resources)
def test_a_smaller_machine_keeps_its_headroom(resource):
    """After any resize, peak CPU and memory stay below what was asked for."""
    rules = Oversized()
    found = oversized.advise(resource, WINDOW, rules, NO_PRICES)
    if isinstance(found, Proposal):
        present = machine_types.machine("AWS", resource.sku)
        target = machine_types.machine("AWS", found.proposed)
        memory = resource.usage["memory_pct"].peak * present.memory_gib
        cpu = resource.usage["cpu_pct"].peak * present.vcpus
        assert memory / target.memory_gib <= rules.target_memory_pct
        assert cpu / target.vcpus <= rules.target_cpu_pct


def test_an_idle_instance_is_stopped():
    """Nothing to do for a month: stopping saves what it costs by the hour."""
    found = idle.advise(instance(), WINDOW, Idle())
    assert isinstance(found, Proposal)
    assert (found.action, found.saving) == ("stop_instance", Decimal(140))


@pytest.mark.parametrize(
    "usage",
    [
        {"cpu_pct": metric(3.5), "network_bytes": metric(1e6)},
        {"cpu_pct": metric(1.0, highest=60.0), "network_bytes": metric(1e6)},
        {"cpu_pct": metric(1.0), "network_bytes": metric(9e6)},
    ],
    ids=["busy", "one busy hour", "talks to somebody"],
)
def test_what_works_is_not_idle(usage):
    """CPU, one busy hour, or network: each alone says that it is in use."""
    assert idle.advise(instance(usage=usage), WINDOW, Idle()) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cost": YOUNG}, "only 6 days"),
        ({"usage": {"cpu_pct": metric(1.0)}}, "no measurements of network_bytes"),
        ({"usage": {}}, "no measurements of cpu_pct"),
        (
            {"usage": {"cpu_pct": metric(1.0, days=9), "network_bytes": metric(1.0)}},
            "measured on 9 days",
        ),
        (
            {"usage": {"cpu_pct": metric(1, samples=1), "network_bytes": metric(1.0)}},
            "as few as 1 samples",
        ),
        ({"cost": COVERED}, "a commitment pays"),
    ],
    ids=["young", "no network", "no cpu", "few days", "few samples", "covered"],
)
def test_short_evidence_abstains(changes, reason):
    """Where evidence or saving is missing there is no advice, but a reason."""
    found = idle.advise(instance(**changes), WINDOW, Idle())
    assert isinstance(found, Abstention)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("cpu", "memory", "proposed"),
    [
        (30.0, 39.0, "m5.large"),
        (30.0, 41.0, None),
        (36.0, 10.0, None),
        (45.0, 10.0, None),
    ],
)
def test_both_cpu_and_memory_must_fit(cpu, memory, proposed):
    """Half the machine must hold twice the peak, of CPU and of memory."""
    found = oversized.advise(busy(cpu, memory), WINDOW, Oversized(), PRICES)
    assert getattr(found, "proposed", None) == proposed


def test_two_sizes_at_once_but_no_more():
    """A nearly empty machine shrinks by two sizes; the next look decides further."""
    found = oversized.advise(
        busy(4.0, 5.0, sku="m5.4xlarge"), WINDOW, Oversized(), PRICES
    )
    assert found.proposed == "m5.xlarge"


def test_a_burstable_machine_is_measured_by_its_credits():
    """t3.large and t3.medium have the same cores, but not the same right to them."""
    fits = oversized.advise(
        busy(30.0, 30.0, sku="t3.large"), WINDOW, Oversized(), PRICES
    )
    full = oversized.advise(
        busy(36.0, 30.0, sku="t3.large"), WINDOW, Oversized(), PRICES
    )
    assert (fits.proposed, full) == ("t3.medium", None)


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (busy(10.0, None), "CPU would fit into m5.large, but"),
        (busy(10.0, 10.0, sku="p4d.24xlarge"), "sizes of p4d.24xlarge are not known"),
        (busy(10.0, 10.0, cost=COVERED), "a commitment pays"),
        (busy(10.0, 10.0, cost=YOUNG), "only 6 days"),
    ],
    ids=["no memory", "unknown type", "covered", "young"],
)
def test_resizing_abstains(resource, reason):
    """Without memory, sizes or a saving nothing is resized, and it says why."""
    found = oversized.advise(resource, WINDOW, Oversized(), PRICES)
    assert isinstance(found, Abstention)
    assert reason in found.reason


def test_observed_prices_come_before_ratios():
    """What the bill shows of both types counts; sizes only where it shows less."""
    shown = PRICES.ratio(instance(), "m5.large")
    derived = PRICES.ratio(instance(sku="m4.xlarge"), "m5.xlarge")
    by_size = NO_PRICES.ratio(instance(), "m5.large")
    unknown = NO_PRICES.ratio(instance(sku="m4.xlarge"), "m5.xlarge")
    assert (shown.value, shown.basis) == (Decimal("0.5"), "observed_price")
    assert (derived.value, derived.basis) == (Decimal("0.8"), "observed_price")
    assert (by_size.value, by_size.basis) == (Decimal("0.5"), "size_ratio")
    assert unknown is None


def test_a_price_of_another_region_is_no_price():
    """Prices are compared within a region, an operating system and a currency."""
    elsewhere = instance(sku="m4.xlarge", region_id="us-east-1")
    assert PRICES.ratio(elsewhere, "m5.xlarge") is None


@pytest.mark.parametrize(
    ("detached_at", "kind"),
    [
        (datetime(2026, 6, 1, tzinfo=UTC), Proposal),
        (datetime(2026, 6, 20, tzinfo=UTC), Abstention),
        (None, Abstention),
    ],
    ids=["long ago", "lately", "unknown"],
)
def test_an_unattached_volume_goes_after_a_while(detached_at, kind):
    """A volume must be unused for two weeks, and since when must be known."""
    unused = volume(attached_to=None, detached_at=detached_at)
    assert isinstance(unattached.advise(unused, WINDOW, Unattached()), kind)


def test_an_old_inventory_is_not_believed():
    """What was unattached a month ago may be in use by now."""
    unused = volume(
        attached_to=None,
        detached_at=datetime(2026, 5, 1, tzinfo=UTC),
        observed_at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    found = unattached.advise(unused, WINDOW, Unattached())
    assert isinstance(found, Abstention)
    assert "29 days older than the bill" in found.reason


def test_without_an_inventory_only_the_idle_meter_counts():
    """A volume that no inventory knows is not called unused; an idle address is."""
    unknown = volume(attached_to=None, observed_at=None)
    metered = replace(
        unknown, resource_type="address", cost=replace(COST, idle_days=20)
    )
    assert unattached.advise(unknown, WINDOW, Unattached()) is None
    assert isinstance(unattached.advise(metered, WINDOW, Unattached()), Proposal)


def test_a_covered_part_is_no_saving():
    """Where a commitment pays for a part, only the rest counts, and it is said."""
    part = replace(COST, uncovered=Decimal(80), uncovered_time=Decimal(80))
    (row,) = advice.find([instance(cost=part)], {"AWS": WINDOW}, [], Rules())
    assert row.monthly_saving == 80
    assert "A commitment pays for a part" in row.evidence


def test_the_providers_idle_meter_dates_an_address():
    """Where no inventory knows since when, the bill's own idle charge does."""
    address = volume(
        resource_type="address", attached_to=None, cost=replace(COST, idle_days=20)
    )
    found = unattached.advise(address, WINDOW, Unattached())
    assert isinstance(found, Proposal)
    assert "20 days" in found.evidence


@pytest.mark.parametrize(
    ("resource", "proposed"),
    [
        (volume(), "gp3"),
        (volume(size_gib=2000.0), None),
        (volume(size_gib=None), None),
        (volume("gp3"), None),
        (volume(attached_to=None), None),
    ],
    ids=["plain", "too fast", "no size", "newest", "unused"],
)
def test_gp2_becomes_gp3_where_that_is_enough(resource, proposed):
    """A gp2 volume is changed when gp3's base is at least as fast, and cheaper."""
    found = previous_generation.advise(resource, PreviousGeneration(), PRICES)
    assert getattr(found, "proposed", None) == proposed


def test_a_successor_must_be_cheaper():
    """The newer generation is advised only where the same bill shows it cheaper."""
    old = instance(sku="m4.xlarge")
    cheap = previous_generation.advise(old, PreviousGeneration(), PRICES)
    dear = Prices([observed("m4.xlarge", "0.2"), observed("m5.xlarge", "0.2")])
    assert cheap.proposed == "m5.xlarge"
    assert previous_generation.advise(old, PreviousGeneration(), dear) is None


def test_the_largest_saving_is_said_and_the_rest_named():
    """One resource has one recommendation; the others are mentioned in it."""
    old_and_idle = instance(sku="m4.xlarge")
    (row,) = advice.find(
        [old_and_idle],
        {"AWS": WINDOW},
        [observed("m4.xlarge", "0.25"), observed("m5.xlarge", "0.2")],
        Rules(),
    )
    assert row.action == "stop_instance"
    assert "resize_instance to m5.xlarge" in row.evidence


def test_what_something_else_starts_again_is_left_alone():
    """An instance of an auto scaling group would only be replaced."""
    managed = instance(tags={"aws:autoscaling:groupName": "web"})
    assert advice.find([managed], {"AWS": WINDOW}, [], Rules()) == []


def test_a_trifle_is_not_worth_a_word():
    """What costs less than the smallest saving gets neither advice nor an excuse."""
    trifle = instance(cost=replace(COST, effective=Decimal("0.99")), usage={})
    assert advice.find([trifle], {"AWS": WINDOW}, [], Rules()) == []


def test_ids_follow_from_what_is_proposed():
    """The same proposal has the same id; another target is another recommendation."""
    one = recommendations.identity("resize_instance", "AWS", "i-1", "m5.large")
    assert one == recommendations.identity("resize_instance", "AWS", "i-1", "m5.large")
    assert one != recommendations.identity("resize_instance", "AWS", "i-1", "m5.xlarge")


def test_a_recommendation_comes_and_goes_and_comes():
    """Each change of status is a revision of its own; the same again is none."""
    (row,) = advice.find([instance()], {"AWS": WINDOW}, [], Rules())
    opened = advice.compare({}, [row])
    assert (opened.opened, opened.withdrawn) == ((row,), ())
    known = {row.recommendation_id: row}
    assert advice.compare(known, [row]) == advice.Changes((), (), ())
    gone = advice.compare(known, []).withdrawn[0]
    assert (gone.status, gone.revision) == ("withdrawn", 2)
    again = advice.compare({gone.recommendation_id: gone}, [row]).opened[0]
    assert (again.status, again.revision) == ("open", 3)


def test_other_advice_takes_the_place_of_the_old():
    """A withdrawn recommendation names the one that replaces it."""
    (idle_row,) = advice.find([instance()], {"AWS": WINDOW}, [], Rules())
    (resize,) = advice.find([busy(30.0, 30.0)], {"AWS": WINDOW}, [], Rules())
    changes = advice.compare({idle_row.recommendation_id: idle_row}, [resize])
    (gone,) = changes.withdrawn
    assert resize.recommendation_id in gone.reason
