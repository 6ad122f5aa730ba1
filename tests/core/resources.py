"""Resources for tests of advice: an ordinary instance, and strategies around it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from tasks.core.rightsizing.recommendations import Cost, Metric, Resource, Window

WINDOW = Window(date(2026, 6, 1), date(2026, 6, 30))

COST = Cost(
    currency="USD",
    effective=Decimal(150),
    uncovered=Decimal(150),
    uncovered_time=Decimal(140),
    uncovered_capacity=Decimal(0),
    days=30,
    idle_days=0,
    first_date=date(2026, 5, 1),
)


def metric(peak, *, days=30, samples=288, highest=None):
    return Metric(days, samples, peak / 2, peak, peak if highest is None else highest)


def instance(**changes):
    """Return a running m5.xlarge that is idle unless told otherwise."""
    ordinary = Resource(
        provider="AWS",
        resource_id="i-0123456789abcdef0",
        resource_type="instance",
        sku="m5.xlarge",
        state="running",
        cost=COST,
        sub_account_id="111122223333",
        region_id="eu-west-1",
        observed_at=datetime(2026, 7, 1, tzinfo=UTC),
        usage={
            "cpu_pct": metric(1.0),
            "memory_pct": metric(10.0),
            "network_bytes": metric(1e6),
        },
    )
    return replace(ordinary, **changes)


def busy(cpu, memory, **changes):
    """Return an instance with this peak CPU and memory, in percent."""
    usage = {"cpu_pct": metric(cpu), "network_bytes": metric(1e10)}
    if memory is not None:
        usage["memory_pct"] = metric(memory)
    return instance(usage=usage, **changes)


def volume(sku="gp2", **changes):
    """Return a volume of 100 GiB that something uses unless told otherwise."""
    cost = replace(COST, uncovered_time=Decimal(0), uncovered_capacity=Decimal(120))
    settings = {
        "resource_id": "vol-0123456789abcdef0",
        "resource_type": "volume",
        "sku": sku,
        "cost": cost,
        "attached_to": "i-0123456789abcdef0",
        "size_gib": 100.0,
        "usage": {},
    }
    return instance(**(settings | changes))


money = st.decimals(0, 10_000, places=6)
percent = st.floats(0.0, 100.0)
SKUS = ("m5.large", "m5.2xlarge", "t3.medium", "m4.xlarge", "p4d.24xlarge", "gp2", "")
metrics = st.builds(
    Metric,
    days=st.integers(0, 30),
    samples=st.integers(0, 288),
    mean=percent,
    peak=percent,
    highest=percent,
)


@st.composite
def costs(draw):
    """Draw costs whose parts are no more than the whole, as on a bill."""
    effective = draw(money)
    uncovered = min(draw(money), effective)
    time = min(draw(money), uncovered)
    return Cost(
        currency=draw(st.sampled_from(["USD", "EUR"])),
        effective=effective,
        uncovered=uncovered,
        uncovered_time=time,
        uncovered_capacity=uncovered - time,
        days=30,
        idle_days=draw(st.integers(0, 30)),
        first_date=draw(st.dates(date(2026, 5, 1), date(2026, 6, 30))),
    )


resources = st.builds(
    Resource,
    provider=st.just("AWS"),
    resource_id=st.from_regex(r"\A[iv]-[0-9a-f]{8}\Z"),
    resource_type=st.sampled_from(["instance", "volume", "address", "database"]),
    sku=st.sampled_from(SKUS),
    state=st.sampled_from(["running", "stopped", ""]),
    cost=costs(),
    region_id=st.just("eu-west-1"),
    attached_to=st.none() | st.just("i-1"),
    size_gib=st.none() | st.floats(1.0, 16_000.0),
    detached_at=st.none()
    | st.integers(0, 90).map(
        lambda days: datetime(2026, 6, 30, tzinfo=UTC) - timedelta(days=days)
    ),
    usage=st.dictionaries(
        st.sampled_from(["cpu_pct", "memory_pct", "network_bytes"]), metrics
    ),
)
