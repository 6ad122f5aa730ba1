"""One AWS bill in every shape that it can come in is one bill, to the last decimal."""

import csv
import gzip
import json
import zipfile
from decimal import Decimal

import duckdb
import pytest

from tasks.core.intake.formats.aws import CUR_NUMBERS, athena_names
from tasks.edge.costs import daily
from tasks.edge.database import warehouse
from tasks.edge.mapping import focus
from tests.edge.export_world import World, write_csv

COMMON = {
    "bill/PayerAccountId": "111111111111",
    "bill/BillingPeriodStartDate": "2026-05-01T00:00:00Z",
    "bill/BillingPeriodEndDate": "2026-06-01T00:00:00Z",
    "lineItem/UsageAccountId": "222222222222",
    "lineItem/UsageStartDate": "2026-05-02T03:00:00Z",
    "lineItem/UsageEndDate": "2026-05-02T04:00:00Z",
    "lineItem/ProductCode": "AmazonEC2",
    "lineItem/CurrencyCode": "USD",
    "product/ProductName": "Amazon Elastic Compute Cloud",
    "product/region": "eu-west-1",
    "resourceTags/user:Team": "blue",
}


def line(kind, cost, **more):
    """A report line; ``a__B`` stands for the column ``a/B``."""
    named = {key.replace("__", "/"): value for key, value in more.items()}
    return {"lineItem/LineItemType": kind, "lineItem/UnblendedCost": cost} | named


RI, SP = "arn:aws:ec2:::reserved/1", "arn:aws:savingsplans:::2"
MONTH = {
    "lineItem__UsageStartDate": "2026-05-01T00:00:00Z",
    "lineItem__UsageEndDate": "2026-06-01T00:00:00Z",
}
LINES = [
    line("Usage", "1.0000000001", pricing__publicOnDemandCost="1.25"),
    line("Usage", "0.5", lineItem__Operation="EKSPod-EC2"),
    line(
        "Usage",
        "0.3",
        lineItem__UsageType="EU-SpotUsage:m5.large",
        pricing__publicOnDemandCost="0.9",
    ),
    line(
        "DiscountedUsage",
        "0",
        reservation__ReservationARN=RI,
        reservation__EffectiveCost="1.8",
        pricing__publicOnDemandCost="3",
    ),
    line(
        "RIFee",
        "20",
        reservation__ReservationARN=RI,
        reservation__UnusedRecurringFee="2",
        reservation__UnusedAmortizedUpfrontFeeForBillingPeriod="0.5",
        **MONTH,
    ),
    line("Fee", "500", reservation__ReservationARN=RI),
    line(
        "SavingsPlanCoveredUsage",
        "4",
        savingsPlan__SavingsPlanARN=SP,
        savingsPlan__SavingsPlanEffectiveCost="2.6",
        pricing__publicOnDemandCost="4",
    ),
    line("SavingsPlanNegation", "-4", savingsPlan__SavingsPlanARN=SP),
    line(
        "SavingsPlanRecurringFee",
        "10",
        savingsPlan__SavingsPlanARN=SP,
        savingsPlan__TotalCommitmentToDate="10",
        savingsPlan__UsedCommitment="9.5",
    ),
    line("SavingsPlanUpfrontFee", "1000", savingsPlan__SavingsPlanARN=SP),
    line("Credit", "-5"),
    line("EdpDiscount", "-0.2"),
    line("FlatRateSubscription", "15"),
    line(
        "Refund",
        "-30",
        lineItem__ProductCode="ComputeSavingsPlans",
        lineItem__LineItemDescription="Refund for one-time fee for Savings Plan ID 2",
    ),
    line("Tax", "0.7", lineItem__TaxType="VAT", **MONTH),
    line(
        "Usage",
        "7",
        bill__BillingEntity="AWS Marketplace",
        lineItem__LegalEntity="Acme GmbH",
        bill__InvoicingEntity="Amazon Web Services EMEA SARL",
    ),
    line(
        "Usage",
        "29",
        lineItem__ProductCode="AWSSupportBusiness",
        product__ProductName="AWS Support (Business)",
        **MONTH,
    ),
]
ROWS = [COMMON | one for one in LINES]
HEADER = list(dict.fromkeys(name for row in ROWS for name in row))
ROWS = [{name: row.get(name, "") for name in HEADER} for row in ROWS]

BILLED = Decimal("1.0000000001") + Decimal("0.3") + 20 + 500 + 10 + 1000 - 5
BILLED += Decimal("-0.2") + 15 - 30 + Decimal("0.7") + 7 + 29
EFFECTIVE = Decimal("1.0000000001") + Decimal("0.3") + Decimal("1.8") + Decimal("2.5")
EFFECTIVE += Decimal("2.6") + Decimal("0.5") - 5 + Decimal("-0.2") + 15
EFFECTIVE += Decimal("0.7") + 7 + 29


# Type, category, pricing category, status, billed, effective, kind of each line.
MEANINGS = [
    "Credit Credit -5.0 -5.0 credit",
    "DiscountedUsage Usage Committed Used 0.0 1.8 usage",
    "EdpDiscount Usage Standard -0.2 -0.2 usage",
    "Fee Purchase Standard 500.0 0.0 commitment",
    "FlatRateSubscription Usage Standard 15.0 15.0 usage",
    "RIFee Purchase Standard 20.0 0.0 commitment",
    "RIFee Usage Committed Unused 0.0 2.5 commitment",
    "Refund Usage Standard -30.0 0.0 refund",
    "SavingsPlanCoveredUsage Usage Committed Used 0.0 2.6 usage",
    "SavingsPlanRecurringFee Purchase Standard 10.0 0.0 commitment",
    "SavingsPlanRecurringFee Usage Committed Unused 0.0 0.5 commitment",
    "SavingsPlanUpfrontFee Purchase Standard 1000.0 0.0 commitment",
    "Tax Tax 0.7 0.7 tax",
]


def athena(folder, suffix=".csv"):
    """The report as Athena names it."""
    names = athena_names(HEADER)
    rows = [dict(zip(names, row.values(), strict=True)) for row in ROWS]
    return write_csv(folder / f"cur{suffix}", rows)


def zipped(folder):
    """The report as AWS packs it on request."""
    path = folder / "cur.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(write_csv(folder / "x" / "cur-1.csv.gz", ROWS), "cur-1.csv.gz")
        archive.writestr("README.txt", "What this is.")
    (folder / "x" / "cur-1.csv.gz").unlink()
    return path


def cur2_rows():
    """The rows as CUR 2.0 has them: maps where the legacy report has columns."""
    for row in ROWS:
        flat = dict(zip(athena_names(HEADER), row.values(), strict=True))
        tags = {"user_team": flat.pop("resource_tags_user_team")}
        product = {
            "product_name": flat.pop("product_product_name"),
            "region": flat.pop("product_region"),
        }
        yield flat | {
            "product": json.dumps(product),
            "resource_tags": json.dumps(tags),
            "discount": "{}",
        }


def cur2_csv(folder):
    """CUR 2.0 as CSV: a map is the text of a JSON object."""
    return write_csv(folder / "cur2.csv.gz", list(cur2_rows()))


def parquet(folder, source, maps, spelt=str):
    """Money as DOUBLE, times as TIMESTAMP, maps as MAP, empty text as null."""
    with duckdb.connect() as con:
        read = f"read_csv('{source}', all_varchar = TRUE, header = TRUE)"
        names = [row[0] for row in con.execute(f"DESCRIBE FROM {read}").fetchall()]
        kinds = {
            name: "DOUBLE"
            if name in CUR_NUMBERS
            else "TIMESTAMP"
            if name.endswith("_date")
            else "VARCHAR"
            for name in names
        }
        shown = ", ".join(
            f"{name}::JSON::MAP(VARCHAR, VARCHAR) AS {spelt(name)}"
            if name in maps
            else f"{name}::{kinds[name]} AS {spelt(name)}"
            for name in names
        )
        target = folder / "cur.snappy.parquet"
        con.execute(f"COPY (SELECT {shown} FROM {read}) TO '{target}'")
    source.unlink()
    return target


SHAPES = {
    "slashes": lambda folder: write_csv(folder / "cur.csv", ROWS),
    "gzip": lambda folder: write_csv(folder / "cur.csv.gz", ROWS),
    "zip": zipped,
    "athena": athena,
    "legacy_parquet": lambda folder: parquet(folder, athena(folder), ()),
    "shouted": lambda folder: parquet(folder, athena(folder), (), str.upper),
    "cur2_csv": cur2_csv,
    "cur2_parquet": lambda folder: parquet(
        folder, cur2_csv(folder), ("product", "resource_tags", "discount")
    ),
}


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def road(world, *paths):
    """Load bills, and go on to the days."""
    result = world.ingest(*paths)
    assert (result.loaded, result.problems) == (len(paths), ())
    with warehouse.connect(world.settings.database) as con:
        focus.install(con, world.settings.lake_path)
        daily.aggregate(con, world.settings.lake_path)


def told(world):
    """What the checks found: name, subject and first row."""
    return {
        name: json.loads(sample)[0]
        for name, sample in world.rows(
            "SELECT name, sample FROM ops.checks WHERE row_count > 0"
        )
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_the_same_bill(world, tmp_path, shape):
    """Headers, packing and types play no part in what a bill costs, or in its rows."""
    road(world, SHAPES[shape](tmp_path))
    totals = [(BILLED, EFFECTIVE)]
    assert world.versions("billed_cost, effective_cost") == totals
    sums = "SELECT sum({}), sum({}) FROM {}"
    assert totals == world.rows(
        sums.format("billed_cost", "effective_cost", "series.daily_cost")
    )
    rows = world.rows(
        "SELECT concat_ws(' ', x_SourceChargeType, ChargeCategory, PricingCategory,"
        " CommitmentDiscountStatus, BilledCost::DOUBLE, EffectiveCost::DOUBLE,"
        " x_ChargeKind) FROM focus.cost_and_usage"
        " WHERE x_SourceChargeType <> 'Usage' ORDER BY 1"
    )
    assert [row[0] for row in rows] == MEANINGS
    assert world.rows(
        "SELECT BilledCost::DOUBLE, PricingCategory, x_PublisherName,"
        " InvoiceIssuerName, x_ChargeKind FROM focus.cost_and_usage"
        " WHERE x_SourceChargeType = 'Usage' ORDER BY 1"
    ) == [
        (0.3, "Dynamic", *["Amazon Web Services, Inc."] * 2, "usage"),
        (1.0000000001, "Standard", *["Amazon Web Services, Inc."] * 2, "usage"),
        (
            *(7.0, "Standard", "Acme GmbH"),
            *("Amazon Web Services EMEA SARL", "marketplace"),
        ),
        (29.0, "Standard", *["Amazon Web Services, Inc."] * 2, "support"),
    ]
    assert world.rows(
        "SELECT DISTINCT RegionId, ServiceName, Tags::VARCHAR"
        " FROM focus.cost_and_usage WHERE x_ChargeKind = 'usage'"
    ) == [("eu-west-1", "Amazon Elastic Compute Cloud", '{"team":"blue"}')]
    assert told(world) == {}


def test_folders_are_no_columns(world, tmp_path):
    """Folders as AWS names them are no columns, for which a file would be rewritten."""
    folder = tmp_path / "data" / "BILLING_PERIOD=2026-05"
    folder.mkdir(parents=True)
    came = SHAPES["legacy_parquet"](tmp_path).rename(folder / "cur.snappy.parquet")
    road(world, came)
    (kept,) = world.settings.lake_path.glob("source=*/*/*/part-*.parquet")
    assert kept.read_bytes() == came.read_bytes()


def test_columns_that_come_and_go_are_no_hindrance(world, tmp_path):
    """A month without reservations, plans or tags is mapped beside one with them."""
    may = write_csv(tmp_path / "may" / "cur.csv", ROWS)
    few = [name for name in HEADER if name.startswith(("bill/", "lineItem/"))]
    june = [
        {name: row[name].replace("2026-05", "2026-04") for name in few}
        for row in ROWS
        if row["lineItem/LineItemType"] in {"Usage", "Tax", "Credit"}
    ]
    road(world, may, write_csv(tmp_path / "april" / "cur.csv", june))
    assert world.versions("billing_period, billed_cost") == [
        ("2026-04", Decimal("33.0000000001")),
        ("2026-05", BILLED),
    ]
    assert world.rows("SELECT sum(BilledCost) FROM focus.cost_and_usage") == [
        (BILLED + Decimal("33.0000000001"),)
    ]


def test_what_was_not_chosen_is_told(world, tmp_path):
    """Covered usage without the columns of its cost is told with what is at stake."""
    rows = [
        {
            name: value
            for name, value in row.items()
            if not name.startswith(("reservation/", "savingsPlan/"))
        }
        for row in ROWS
        if row["lineItem/LineItemType"] in {"Usage", "DiscountedUsage", "RIFee"}
    ]
    road(world, write_csv(tmp_path / "cur.csv", rows))
    found = told(world)
    assert found["focus__charges__cost_what_covers_them"] == {
        "bill_id": "aws_legacy_cur.111111111111.2026-05.v1",
        "line_type": "DiscountedUsage",
        "billing_currency": "USD",
        "charges": "1",
        "list_cost_at_stake": "3.000000000000000000",
    }
    assert found["focus__charges__name_their_commitment"]["charges"] == "2"


def test_support_is_support_without_its_name(world, tmp_path):
    """Where the names of products were not chosen, the product code tells."""
    few = [name for name in HEADER if name.startswith(("bill/", "lineItem/"))]
    rows = [{name: row[name] for name in few} for row in ROWS[-2:]]
    road(world, write_csv(tmp_path / "cur.csv", rows))
    assert world.rows(
        "SELECT DISTINCT service_name, charge_kind FROM series.daily_cost ORDER BY ALL"
    ) == [("AWSSupportBusiness", "support"), ("AmazonEC2", "marketplace")]


@pytest.mark.shared
def test_all_columns_of_cur2(world, shared, tmp_path):
    """A report with every column that CUR 2.0 has is the same bill as one with few."""
    listed = shared / "data" / "schemas" / "aws" / "cur2_columns.csv"
    with listed.open(encoding="utf-8", newline="") as lines:
        columns = {row["column"]: row["glue_type"] for row in csv.DictReader(lines)}
    rows = [
        {
            name: row.get(name, "{}" if kind.startswith("map") else "")
            for name, kind in columns.items()
        }
        for row in cur2_rows()
    ]
    path = tmp_path / "all.csv.gz"
    with gzip.open(path, "wt", newline="", encoding="utf-8") as stream:
        out = csv.DictWriter(stream, columns)
        out.writeheader()
        out.writerows(rows)
    road(world, path)
    assert world.versions("source_format, billed_cost, effective_cost") == [
        ("aws_cur2", BILLED, EFFECTIVE)
    ]
