"""From a bill's lines to the reason for an anomaly, with nothing in between faked."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from tasks.edge.database import warehouse
from tasks.edge.intake import bills
from tasks.edge.settings import Explaining, Settings

START = date(2025, 1, 1)
DAYS = 150
ODD = 120

SHARED = {
    "BillingAccountId": "payer",
    "BillingAccountName": "Payer",
    "BillingCurrency": "USD",
    "ChargeCategory": "Usage",
    "ChargeFrequency": "Usage-Based",
    "ConsumedUnit": "Hours",
    "InvoiceIssuerName": "AWS",
    "PricingCategory": "Standard",
    "PricingUnit": "Hours",
    "ProviderName": "AWS",
    "PublisherName": "AWS",
    "RegionId": "eu-west-1",
    "ServiceCategory": "Compute",
    "ServiceName": "Amazon EC2",
    "SubAccountId": "1",
}


def charge(day, resource, sku, hours, price):
    start = datetime.combine(START + timedelta(days=day), datetime.min.time(), UTC)
    month = start.replace(day=1)
    cost = f"{Decimal(str(hours)) * Decimal(str(price)):.6f}"
    return SHARED | {
        "BilledCost": cost,
        "BillingPeriodEnd": (month + timedelta(days=32)).replace(day=1).isoformat(),
        "BillingPeriodStart": month.isoformat(),
        "ChargeDescription": sku,
        "ChargePeriodEnd": (start + timedelta(days=1)).isoformat(),
        "ChargePeriodStart": start.isoformat(),
        "ConsumedQuantity": hours,
        "ContractedCost": cost,
        "ContractedUnitPrice": price,
        "EffectiveCost": cost,
        "ListCost": cost,
        "ListUnitPrice": price,
        "PricingQuantity": hours,
        "ResourceId": resource,
        "SkuId": sku,
        "SkuPriceId": sku,
    }


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "w.duckdb"))


def run(settings, tmp_path, rows):
    """Bring a bill in, and run every stage up to the explanation."""
    from tasks.aggregate import aggregate_costs
    from tasks.detect import detect_anomalies
    from tasks.explain import explain_anomalies
    from tasks.normalise import normalise_bills

    path = tmp_path / "bill.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=sorted(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    bills.ingest(settings, [str(path)], known_at=datetime(2025, 12, 1, tzinfo=UTC))
    normalise_bills.fn(settings)
    aggregate_costs.fn(settings)
    detect_anomalies.fn(settings)
    explain_anomalies.fn(settings)
    with warehouse.read(settings.database) as con:
        found = con.execute(
            "SELECT kind, explanation, impact FROM findings.anomalies"
        ).fetchall()
        drivers = con.execute(
            "SELECT dimension, member, effect, impact FROM findings.anomaly_drivers"
            " ORDER BY rank"
        ).fetchall()
    return found, drivers


def again(settings, **explain):
    """Explain the same anomaly by other settings, and return its drivers."""
    from tasks.explain import explain_anomalies

    with warehouse.connect(settings.database) as con:
        con.execute("DELETE FROM findings.anomaly_drivers")
    explaining = Explaining(**explain)
    explain_anomalies.fn(settings.model_copy(update={"explain": explaining}))
    with warehouse.read(settings.database) as con:
        return con.execute(
            "SELECT dimension, member, effect, impact FROM findings.anomaly_drivers"
        ).fetchall()


def usual(rng, day):
    hours = np.round(240 * np.exp(0.02 * rng.standard_normal(2)), 3)
    return [
        charge(day, f"i-{number}", "m5.large", value, 0.1)
        for number, value in enumerate(hours)
    ]


def test_new_resources_are_named(settings, tmp_path):
    """Machines that appear for three days are the drivers, summing to the impact."""
    rng = np.random.default_rng(1)
    rows = [row for day in range(DAYS) for row in usual(rng, day)]
    rows += [charge(ODD + day, "i-miner", "p4d.24xlarge", 24, 30) for day in range(3)]
    [(kind, explanation, impact)], drivers = run(settings, tmp_path, rows)
    assert kind == "spike"
    assert drivers[0] == ("resource", "i-miner", "new", Decimal(2160))
    assert sum(driver[3] for driver in drivers) == impact
    assert "resource i-miner is new" in explanation


def test_a_dearer_price_is_named(settings, tmp_path):
    """A price that rises by half is the driver, whatever else wanders."""
    rng = np.random.default_rng(2)
    rows = [row for day in range(ODD) for row in usual(rng, day)]
    for day in range(ODD, DAYS):
        rows += [
            charge(day, row["ResourceId"], "m5.large", row["ConsumedQuantity"], 0.15)
            for row in usual(rng, day)
        ]
    [(kind, explanation, impact)], drivers = run(settings, tmp_path, rows)
    assert kind == "price_change"
    assert drivers[0][:3] == ("sku", "m5.large", "price")
    assert sum(driver[3] for driver in drivers) == impact
    assert "the price of m5.large rose" in explanation


def test_a_tag_that_many_resources_share_is_named(settings, tmp_path):
    """A team over ten machines is the driver, beside tags that divide nothing."""
    rng = np.random.default_rng(4)
    rows = []
    for day in range(DAYS):
        for number, noise in enumerate(rng.standard_normal(40)):
            team = ("search", "o'shop", "")[min(number // 10, 2)]
            is_odd = team == "search" and ODD <= day < ODD + 3
            hours = round(24 * np.exp(0.02 * noise) * (4 if is_odd else 1), 3)
            tags = {"Name": f"i-{number}", "org": "acme", "half": str(number % 2)}
            row = charge(day, f"i-{number}", "m5.large", hours, 0.1)
            rows.append(row | {"Tags": json.dumps(tags | {"team": team})})
    [(_, explanation, impact)], drivers = run(settings, tmp_path, rows)
    assert drivers[0][:3] == ("tag:team", "search", "usage")
    assert drivers[0][3] > Decimal("0.9") * impact
    assert sum(driver[3] for driver in drivers) == impact
    assert "tag team=search used more" in explanation
    others = again(settings, tags=("org",))
    assert {driver[0] for driver in others} == {"resource", "other"}
