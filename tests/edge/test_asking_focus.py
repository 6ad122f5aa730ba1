"""FOCUS rows are asked as FOCUS's own queries ask: its names, its functions, as text.

The queries are ours, of the shapes and with the functions of the published use cases;
they run on the published copy, as a reader would run them.
"""

from datetime import date
from decimal import Decimal

import pytest

from tasks.edge.database import published, warehouse
from tasks.edge.intake import bills
from tasks.edge.mapping import focus
from tasks.edge.settings import Settings

HEADER = (
    "BilledCost,EffectiveCost,ListCost,BillingAccountId,BillingCurrency,"
    "BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,"
    "ChargeCategory,ProviderName,PublisherName,InvoiceIssuerName,InvoiceId,ServiceName,"
    "Tags,SkuPriceDetails,ContractApplied"
)
FEBRUARY = "2024-02-01T00:00:00Z,2024-03-01T00:00:00Z"
ROWS = (
    (
        f"1.5,1,3,7,USD,{FEBRUARY},2024-02-05T23:00:00Z,2024-02-06T00:00:00Z,Usage,AWS,"
        'AWS,AWS,I1,EC2,"{""Application"": ""pay"", ""live"": true}",'
        '"{""CoreCount"": 4, ""InstanceSeries"": ""m7"", ""ModelId"": ""x""}",'
        '"{""Elements"": [{""ContractCommitmentID"": ""c1"", ""Cost"": 1.25},'
        ' {""ContractCommitmentID"": ""c2""}]}"'
    ),
    (
        f"2.5,2,3,7,USD,{FEBRUARY},2024-02-06T00:00:00Z,2024-02-06T01:00:00Z,Usage,AWS,"
        'Other,AWS,I1,EC2,"{""Application"": ""shop""}","{""CoreCount"": 2}",'
    ),
    (
        f"-1,-1,-1,7,USD,{FEBRUARY},2024-02-06T00:00:00Z,2024-02-06T01:00:00Z,Credit,AWS,"
        'AWS,AWS,,Odd,"{""Application"": ""a"", ""Application"": ""b""}",,'
    ),
    (
        f"4,4,4,7,USD,{FEBRUARY},2024-02-29T23:00:00Z,2024-03-01T00:00:00Z,Tax,AWS,"
        "AWS,AWS,I1,Tax,,,"
    ),
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A published copy with one bill, opened as a notebook opens it."""
    folder = tmp_path_factory.mktemp("asked")
    settings = Settings(database=str(folder / "w.duckdb"))
    path = folder / "bill.csv"
    path.write_text("\n".join([HEADER, *ROWS]) + "\n", encoding="utf-8")
    bills.ingest(settings, [str(path)])
    with warehouse.connect(settings.database) as con:
        focus.install(con, settings.lake_path)
        target = published.publish(con, folder / "costs.duckdb")
    with warehouse.read(target) as con:
        yield con


MONTH = ("2024-02-01", "2024-03-02")
ASKED = {
    "names of 1.2": (
        (
            "SELECT ProviderName, PublisherName, SUM(BilledCost) FROM focus_data_table"
            " WHERE BillingPeriodStart >= ? AND BillingPeriodEnd < ?"
            " AND ChargeCategory = 'Usage' GROUP BY ProviderName, PublisherName"
            " ORDER BY 3 DESC"
        ),
        MONTH,
        [("AWS", "Other", Decimal("2.5")), ("AWS", "AWS", Decimal("1.5"))],
    ),
    "names of 1.4": (
        (
            "SELECT ServiceProviderName, HostProviderName, COUNT(1)"
            " FROM focus_data_table"
            " GROUP BY ServiceProviderName, HostProviderName"
        ),
        (),
        [("AWS", "AWS", 4)],
    ),
    "an invoice, by older names": (
        (
            "SELECT InvoiceIssuer, InvoiceID, SUM(BilledCost) FROM focus_data_table"
            " WHERE ChargePeriodStart >= ? and ChargePeriodEnd < ?"
            " AND InvoiceID != ''"
            " GROUP BY InvoiceIssuer, InvoiceID"
        ),
        MONTH,
        [("AWS", "I1", Decimal(8))],
    ),
    "a tag as in a map": (
        (
            "SELECT MONTH(BillingPeriodStart), SUM(EffectiveCost) FROM focus_data_table"
            " WHERE Tags['Application'] = ? GROUP BY MONTH(BillingPeriodStart)"
        ),
        ("shop",),
        [(2, Decimal(2))],
    ),
    "a tag by a key in double quotes": (
        (
            'SELECT Tags["Application"] AS Application, SUM(BilledCost) AS Total'
            ' FROM focus_data_table WHERE Tags["ApplicationId"] IS NULL'
            " AND BillingPeriodStart >= ? AND BillingPeriodEnd < ?"
            ' GROUP BY Tags["Application"] ORDER BY Total'
        ),
        MONTH,
        [
            ("b", Decimal(-1)),
            ("pay", Decimal("1.5")),
            ("shop", Decimal("2.5")),
            (None, Decimal(4)),
        ],
    ),
    "elements of an array, by the name of their row": (
        (
            "SELECT JSON_VALUE(CA, '$.ContractCommitmentID') AS Id, SUM(CU.BilledCost),"
            " SUM(CAST(JSON_VALUE(CA, '$.Cost') AS FLOAT64)) FROM CostAndUsage CU"
            " CROSS JOIN UNNEST(JSON_EXTRACT_ARRAY(CU.ContractApplied, '$.Elements'))"
            " AS CA GROUP BY JSON_VALUE(CA, '$.ContractCommitmentID') ORDER BY Id"
        ),
        (),
        [("c1", Decimal("1.5"), 1.25), ("c2", Decimal("1.5"), None)],
    ),
    "an element that an array has": (
        (
            "SELECT COUNT(*) FROM focus_data_table CU WHERE CommitmentDiscountId IS NOT"
            " NULL OR EXISTS (SELECT 1 FROM UNNEST(JSON_EXTRACT_ARRAY("
            "CU.ContractApplied, '$.Elements')) AS CP WHERE JSON_VALUE(CP,"
            " '$.ContractCommitmentID') IN ('c2', 'c3'))"
        ),
        (),
        [(1,)],
    ),
    "a tag as in JSON": (
        (
            "SELECT Tags->>'$.Application', JSON_UNQUOTE(JSON_EXTRACT(Tags, '$.live'))"
            " FROM focus_data_table WHERE ServiceName = 'EC2' ORDER BY ALL"
        ),
        (),
        [("pay", "true"), ("shop", None)],
    ),
    "the last value of a tag that an object has twice": (
        (
            "SELECT Tags, Tags['Application'] FROM focus_data_table"
            " WHERE ChargeCategory = 'Credit'"
        ),
        (),
        [({"Application": "b"}, "b")],
    ),
    "share of tagged costs": (
        (
            "SELECT SUM(CASE WHEN JSON_CONTAINS_PATH(tags, 'one', '$.live')"
            " THEN EffectiveCost ELSE 0 END) / SUM(EffectiveCost) * 100"
            " FROM focus_data_table WHERE EffectiveCost > 0"
        ),
        (),
        [(pytest.approx(100 / 7),)],
    ),
    "details of a price": (
        (
            "SELECT JSON_UNQUOTE(JSON_EXTRACT(SkuPriceDetails, '$.InstanceSeries')),"
            " SUM(CAST(JSON_UNQUOTE(JSON_EXTRACT(SkuPriceDetails, '$.CoreCount'))"
            " AS UNSIGNED)) FROM focus_data_table WHERE JSON_CONTAINS_PATH("
            "SkuPriceDetails, 'all', '$.CoreCount', '$.InstanceSeries') GROUP BY 1"
        ),
        (),
        [("m7", 4)],
    ),
    "a detail that equals a word": (
        (
            "SELECT SUM(CAST(JSON_VALUE(SkuPriceDetails, '$.CoreCount') AS FLOAT64))"
            " FROM focus_data_table"
            " WHERE JSON_VALUE(SkuPriceDetails, '$.ModelId') = 'x'"
        ),
        (),
        [(4.0,)],
    ),
    "days in UTC": (
        (
            "SELECT DATE(ChargePeriodStart) AS Day, SUM(EffectiveCost)"
            " FROM focus_data_table WHERE ChargePeriodStart >= '2024-02-05T00:00:00Z'"
            " AND ChargePeriodEnd < '2024-02-07T00:00:00Z'"
            " GROUP BY DATE(ChargePeriodStart) ORDER BY Day"
        ),
        (),
        [(date(2024, 2, 5), Decimal(1)), (date(2024, 2, 6), Decimal(1))],
    ),
    "rates that divide by nothing": (
        (
            "SELECT (ListCost - EffectiveCost) / NULLIF(ListUnitPrice, 0)"
            " FROM focus_data_table WHERE ChargeCategory = 'Tax'"
        ),
        (),
        [(None,)],
    ),
    "a share of the whole": (
        (
            "SELECT ServiceName, ROUND(SUM(BilledCost) * 100.0"
            " / SUM(SUM(BilledCost)) OVER (), 2) AS Share FROM focus_data_table"
            " WHERE ChargeCategory <> 'Credit' GROUP BY ServiceName"
            " ORDER BY Share, 1"
        ),
        (),
        [("EC2", 50.0), ("Tax", 50.0)],
    ),
}


@pytest.mark.parametrize("asked", ASKED)
def test_it_is_answered(copy, asked):
    """A query of a published shape runs as it is, and its answer is right."""
    query, values, expected = ASKED[asked]
    assert copy.execute(query, list(values)).fetchall() == expected


def test_both_views_answer_alike(copy):
    """The names of 1.2 mean the same in focus.cost_and_usage_1_2, tags as a map too."""
    query = (
        "SELECT ProviderName, PublisherName, Tags['Application'], BilledCost"
        " FROM {} ORDER BY ALL"
    )
    assert (
        copy.execute(query.format("focus.cost_and_usage_1_2")).fetchall()
        == copy.execute(query.format("focus_data_table")).fetchall()
    )


def test_the_zone_of_a_session_moves_no_day(copy):
    """A reader in Tokyo sees the same UTC days."""
    cursor = copy.cursor()
    cursor.execute("SET TimeZone = 'Asia/Tokyo'")
    assert cursor.execute(
        "SELECT DISTINCT DATE(ChargePeriodStart) FROM focus_data_table ORDER BY 1"
    ).fetchall() == [(date(2024, 2, 5),), (date(2024, 2, 6),), (date(2024, 2, 29),)]
