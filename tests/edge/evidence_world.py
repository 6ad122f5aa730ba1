"""A small company, put straight into the tables that advice reads."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

LAST = date(2026, 6, 30)
DAYS = 60
NETWORK = {"idle": 1_000_000.0, "busy": 5_000_000_000.0}

COLUMNS = """
    ServiceProviderName VARCHAR, ResourceId VARCHAR, BillingCurrency VARCHAR,
    SubAccountId VARCHAR, RegionId VARCHAR, Tags JSON,
    EffectiveCost DECIMAL(38, 18), ChargePeriodStart TIMESTAMPTZ,
    ChargePeriodEnd TIMESTAMPTZ,
    CommitmentDiscountId VARCHAR, PricingCategory VARCHAR, PricingUnit VARCHAR,
    PricingQuantity DECIMAL(38, 18), ConsumedUnit VARCHAR,
    ConsumedQuantity DECIMAL(38, 18), SkuMeter VARCHAR, SkuPriceDetails JSON,
    ChargeDescription VARCHAR, ChargeCategory VARCHAR,
    BillingAccountId VARCHAR, ServiceName VARCHAR
"""


def build(con):
    """Stand in for the views that normalise and aggregate install."""
    con.execute(f"CREATE OR REPLACE TABLE focus.cost_and_usage ({COLUMNS})")
    con.execute(
        "CREATE OR REPLACE TABLE series.daily_cost"
        " (provider VARCHAR, charge_date DATE, charge_kind VARCHAR)"
    )
    # Two days more than the evidence: the newest days are left out as unsettled.
    con.execute(
        "INSERT INTO series.daily_cost VALUES ('AWS', $day, 'usage')",
        {"day": LAST + timedelta(days=2)},
    )


def bill(con, resource_id, *, per_day, meter, days=DAYS, since=0, tags="{}", **columns):
    """Charge a resource once a day, up to so many days before the evidence ends."""
    row = {
        "ServiceProviderName": "AWS",
        "ResourceId": resource_id,
        "BillingCurrency": "USD",
        "SubAccountId": "111122223333",
        "RegionId": "eu-west-1",
        "Tags": tags,
        "EffectiveCost": Decimal(per_day),
        "PricingCategory": "Standard",
        "PricingUnit": "Hours",
        "PricingQuantity": Decimal(24),
        "SkuMeter": meter,
        "ChargeCategory": "Usage",
    } | columns
    names = ", ".join(row)
    marks = ", ".join(f"${name}" for name in row)
    con.execute(
        f"INSERT INTO focus.cost_and_usage ({names}, ChargePeriodStart,"
        f" ChargePeriodEnd) SELECT {marks}, $last::DATE - age::INTEGER,"
        " $last::DATE - age::INTEGER + 1 FROM range($since, $since + $days) ages (age)",
        row | {"last": LAST, "days": days, "since": since},
    )


def stock(con, resource_id, resource_type, sku, **columns):
    """Put a resource into the inventory."""
    row = {
        "provider": "AWS",
        "resource_id": resource_id,
        "resource_type": resource_type,
        "sku": sku,
        "state": "running",
        "observed_at": datetime(2026, 7, 1, tzinfo=UTC),
    } | columns
    names = ", ".join(row)
    marks = ", ".join(f"${name}" for name in row)
    con.execute(f"INSERT INTO evidence.resources ({names}) VALUES ({marks})", row)


def measure(con, resource_id, metric, value, *, days=DAYS, samples=288):
    """Give a resource the same measurements on each day."""
    con.execute(
        "INSERT INTO evidence.utilisation SELECT 'AWS', $resource_id, $metric,"
        " $last::DATE - age::INTEGER, $value, $value, $value, $samples"
        " FROM range($days) ages (age)",
        {
            "resource_id": resource_id,
            "metric": metric,
            "last": LAST,
            "value": value,
            "samples": samples,
            "days": days,
        },
    )


def instance(con, resource_id, *, cpu, memory, network, sku="m5.xlarge", **charge):
    """Add a running instance with its bill and its measurements."""
    charge = {"per_day": "4.608", "meter": f"BoxUsage:{sku}"} | charge
    bill(con, resource_id, **charge)
    stock(con, resource_id, "instance", sku, attached_to=None)
    measure(con, resource_id, "cpu_pct", cpu)
    measure(con, resource_id, "network_bytes", NETWORK[network])
    if memory is not None:
        measure(con, resource_id, "memory_pct", memory)


def volume(con, resource_id, sku, *, per_day, quantity, **stocked):
    """Add a volume, billed by GB and month."""
    bill(
        con,
        resource_id,
        per_day=per_day,
        meter=f"EU-EBS:VolumeUsage.{sku}",
        PricingUnit="GB-Months",
        PricingQuantity=Decimal(quantity),
    )
    stock(con, resource_id, "volume", sku, **stocked)


def company(con):
    """One resource for each thing that advice can say."""
    build(con)
    dev, prod = '{"Env": "DEV"}', '{"enviroment ": "prd"}'
    instance(con, "i-0000000000000001d", cpu=1.0, memory=9.0, network="idle", tags=dev)
    instance(
        con, "i-0000000000000002d", cpu=18.0, memory=20.0, network="busy", tags=prod
    )
    instance(
        con, "i-0000000000000003d", cpu=55.0, memory=70.0, network="busy", tags=dev
    )
    instance(
        con, "i-0000000000000004d", cpu=12.0, memory=None, network="busy", tags=dev
    )
    instance(
        con,
        "i-0000000000000005d",
        cpu=1.0,
        memory=9.0,
        network="idle",
        CommitmentDiscountId="sp-1",
        PricingCategory="Committed",
    )
    instance(con, "i-0000000000000006d", cpu=1.0, memory=9.0, network="idle", days=5)
    weeks = datetime(2026, 5, 20, tzinfo=UTC)
    volume(
        con,
        "vol-00000000000000001",
        "gp3",
        per_day="0.293",
        quantity="3.33",
        detached_at=weeks,
        size_gib=100.0,
    )
    volume(
        con,
        "vol-00000000000000002",
        "gp2",
        per_day="0.3666",
        quantity="3.3333",
        attached_to="i-0000000000000003d",
        size_gib=100.0,
    )
    bill(
        con,
        "eipalloc-00000000000000001",
        per_day="0.12",
        meter="EU-ElasticIP:IdleAddress",
    )
    stock(con, "eipalloc-00000000000000001", "address", None)
