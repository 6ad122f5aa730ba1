"""What the flows run on: a temporary Prefect, and a bill small enough to read."""

import csv
import gc
import os
from datetime import UTC, date, datetime, timedelta

import pytest

FIRST = date(2026, 1, 1)
DAYS = 90
SPIKE = date(2026, 3, 12)


@pytest.fixture(scope="session")
def prefect():
    """A Prefect of the tests' own, by its address; nobody's runs are touched."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield PREFECT_API_URL.value()


@pytest.fixture
def through_prefect(prefect):
    """A run through Prefect, and the sockets that it leaves open swept up.

    They are garbage; without this, some later test would be blamed for them.
    """
    yield prefect
    gc.collect()


@pytest.fixture
def bills(tmp_path):
    """Three months of one account, a file each: two services, one bad day."""
    folder = tmp_path / "bills"
    folder.mkdir()
    rows = [
        charge(FIRST + timedelta(days=number), service)
        for number in range(DAYS)
        for service in ("Compute", "Storage")
    ]
    for month in sorted({row["BillingPeriodStart"] for row in rows}):
        # A bill became known when its file was written: early the next month.
        write_bill(
            folder / f"{month[:7]}.csv",
            [row for row in rows if row["BillingPeriodStart"] == month],
            datetime.fromisoformat(month) + timedelta(days=32),
        )
    return folder


@pytest.fixture
def correction(tmp_path):
    """The bill of March again, three weeks later: the bad day is taken back."""
    path = tmp_path / "correction.csv"
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    rows = [
        charge(day, service, is_corrected=True)
        for day in days
        for service in ("Compute", "Storage")
        if day.month == SPIKE.month
    ]
    write_bill(path, rows, datetime(2026, 4, 24, tzinfo=UTC))
    return path


def write_bill(path, rows, written_at):
    """Write a FOCUS bill as of a time."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    os.utime(path, (written_at.timestamp(), written_at.timestamp()))


def charge(day, service, *, is_corrected=False):
    """Return one FOCUS row; compute rests at weekends, and costs tenfold once."""
    usual = 40 if service == "Storage" else 100 - 40 * (day.weekday() > 4)
    is_bad = (day, service) == (SPIKE, "Compute") and not is_corrected
    cost = usual * 10 if is_bad else usual
    month = day.replace(day=1)
    return {
        "BilledCost": f"{cost}.25",
        "EffectiveCost": f"{cost}.25",
        "ListCost": f"{cost}.25",
        "ContractedCost": f"{cost}.25",
        "BillingAccountId": "payer-1",
        "SubAccountId": "shop",
        "BillingCurrency": "USD",
        "BillingPeriodStart": f"{month}T00:00:00Z",
        "BillingPeriodEnd": f"{(month + timedelta(days=31)).replace(day=1)}T00:00:00Z",
        "ChargePeriodStart": f"{day}T00:00:00Z",
        "ChargePeriodEnd": f"{day + timedelta(days=1)}T00:00:00Z",
        "ChargeCategory": "Usage",
        "ProviderName": "AWS",
        "ServiceName": service,
        "RegionId": "eu-west-1",
        "ResourceId": f"{service.lower()}-1",
        "ConsumedQuantity": str(cost),
        "ConsumedUnit": "Hours",
    }
