"""FOCUS bills of any origin: every published header, and providers' own quirks."""

import csv
from decimal import Decimal

import pytest

from tasks.core.intake.formats.focus import COLUMNS, NUMBERS
from tasks.edge.costs import daily
from tasks.edge.database import warehouse
from tasks.edge.mapping import focus
from tests.edge.export_world import FOCUS, World, rows_of, write_csv

MOMENTS = {
    "BillingPeriodStart": "2026-05-01T00:00:00Z",
    "BillingPeriodEnd": "2026-06-01T00:00:00Z",
    "ChargePeriodStart": "2026-05-02T00:00:00Z",
    "ChargePeriodEnd": "2026-05-03T00:00:00Z",
}
WORDS = {
    "BillingCurrency": "USD",
    "ChargeCategory": "Usage",
    "ChargeClass": "Correction",
    "ChargeFrequency": "Usage-Based",
    "CommitmentDiscountCategory": "Spend",
    "CommitmentDiscountStatus": "Used",
    "CapacityReservationStatus": "Unused",
    "PricingCategory": "Committed",
}
OBJECTS = {
    "AllocatedMethodDetails",
    "AllocatedTags",
    "CommitmentProgramEligibilityDetails",
    "ContractApplied",
    "SkuPriceDetails",
    "Tags",
}

# Columns of previews, by the names that they have now.
OLD = {
    "UsageQuantity": "ConsumedQuantity",
    "UsageUnit": "ConsumedUnit",
    "Region": "RegionId",
    "x_OnDemandCost": "ContractedCost",
    "x_OnDemandUnitPrice": "ContractedUnitPrice",
}

# Of these no row of ours says more than where they are from.
DERIVED = {"ProviderName", "PublisherName"}


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def road(world, path):
    """Load a bill, and go on to the days."""
    result = world.ingest(path)
    assert (result.loaded, result.problems) == (1, ())
    with warehouse.connect(world.settings.database) as con:
        focus.install(con, world.settings.lake_path)
        daily.aggregate(con, world.settings.lake_path)


def names_in(path, wanted="Cost and Usage"):
    """The column names of a published list."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    key = next(
        name for name in ("column", "Column", "source_column") if name in rows[0]
    )
    return [row[key] for row in rows if row.get("Dataset", wanted) == wanted]


def value(name, position):
    """A value that fits a column and is no other column's."""
    known = {**MOMENTS, **WORDS}
    if name in known:
        return known[name]
    if name in OBJECTS:
        return f'{{"k": "{name}"}}'
    if name in NUMBERS or OLD.get(name) in NUMBERS:
        return f"{position + 1}.250000000000000001"
    return f"{name} {position}"


def as_shown(name, text):
    """What the view shows of a value, as text."""
    if name in MOMENTS:
        return text.replace("T", " ").removesuffix("Z")
    return text


LISTS = [
    "aws/focus_1_0_aws_columns.csv",
    "aws/focus_1_2_aws_columns.csv",
    "azure/focuscost_1.0-preview(v1).csv",
    "azure/focuscost_1.0.csv",
    "azure/focuscost_1.0r2.csv",
    "azure/focuscost_1.2-preview.csv",
    "azure/focuscost_1.2.csv",
    "focus/focus_v1.0_columns.csv",
    "focus/focus_v1.1_columns.csv",
    "focus/focus_v1.2_columns.csv",
    "focus/focus_v1.3_cost_and_usage_columns_derived.csv",
    "focus/focus_v1.4_columns.csv",
]


@pytest.mark.shared
@pytest.mark.parametrize("name", LISTS)
def test_every_published_header_is_mapped(world, shared, tmp_path, name):
    """Each FOCUS column that an export has comes out with the value that went in."""
    header = names_in(shared / "data" / "schemas" / name)
    row = {column: value(column, place) for place, column in enumerate(header)}
    road(world, write_csv(tmp_path / "bill.csv", [row]))
    expected = {
        now: as_shown(now, row[column])
        for column in header
        if (now := OLD.get(column, column)) in COLUMNS and now not in DERIVED
    }
    assert len(expected) >= 40
    with warehouse.connect(world.settings.database) as con:
        shown = ", ".join(f'"{column}"::VARCHAR' for column in expected)
        rows = con.execute(f"SELECT {shown} FROM focus.cost_and_usage").fetchall()
    assert [dict(zip(expected, found, strict=True)) for found in rows] == [expected]


def test_a_second_pair_of_quotes_is_no_part_of_a_name(world, tmp_path):
    """AWS quotes text twice: account, currency and provider are the same without."""
    quoted = {
        "BillingAccountId": '"111"',
        "BillingCurrency": '"USD"',
        "ProviderName": '"AWS"',
        "InvoiceIssuerName": '"Amazon Web Services, Inc."',
        "SubAccountId": '""',
        "ServiceProviderName": "",
    }
    rows = rows_of(FOCUS, quoted, quoted | {"BillingAccountId": '"222"'})
    path = write_csv(tmp_path / "BILLING_PERIOD=2026-05" / "data.csv", rows)
    assert world.ingest(path).loaded == 2
    with warehouse.connect(world.settings.database) as con:
        focus.install(con, world.settings.lake_path)
        daily.aggregate(con, world.settings.lake_path)
    assert world.versions("billing_account_id, billing_currency, provider") == [
        ("111", "USD", "AWS"),
        ("222", "USD", "AWS"),
    ]
    assert world.rows(
        "SELECT BillingAccountId, InvoiceIssuerName, SubAccountId"
        " FROM focus.cost_and_usage ORDER BY ALL"
    ) == [
        ("111", "Amazon Web Services, Inc.", None),
        ("222", "Amazon Web Services, Inc.", None),
    ]


def test_numbers_with_an_exponent_are_exact(world, tmp_path):
    """E notation loses no digit; a tax without effective cost has its billed one."""
    rows = rows_of(
        FOCUS,
        {"BilledCost": "1.23456789012345678E-1", "EffectiveCost": "-2.5e-10"},
        {"BilledCost": "1.234567890123456789E2", "EffectiveCost": "0E-10"},
        {"ChargeCategory": "Tax", "BilledCost": "1E-18", "EffectiveCost": ""},
    )
    road(world, write_csv(tmp_path / "bill.csv", rows))
    expected = [
        (
            Decimal("0.123456789012345678")
            + Decimal("123.456789012345678900")
            + Decimal("0.000000000000000001"),
            Decimal("-0.00000000025") + Decimal("0.000000000000000001"),
        )
    ]
    sums = "SELECT sum({}), sum({}) FROM {}"
    for query in (
        sums.format("billed_cost", "effective_cost", "bills.versions"),
        sums.format("BilledCost", "EffectiveCost", "focus.cost_and_usage"),
        sums.format("billed_cost", "effective_cost", "series.daily_cost"),
    ):
        assert world.rows(query) == expected


def test_a_column_of_another_name_is_no_step_of_ours(world, tmp_path):
    """Whatever else a file has, nothing of it is taken for what queries work out."""
    names = "source version category starts billed filename day Cost x_ChargeCount"
    others = dict.fromkeys(names.split(), "7")
    road(world, write_csv(tmp_path / "in" / "bill.csv", rows_of(FOCUS | others)))
    days = world.rows("SELECT billed_cost, effective_cost FROM series.daily_cost")
    assert days == [(Decimal("1.5"), Decimal("1.25"))]
