"""Public bills, through ingest, mapping and series, against figures from elsewhere."""

from decimal import Decimal

import pytest

from tasks.edge.costs import daily
from tasks.edge.database import warehouse
from tasks.edge.intake import bills
from tasks.edge.mapping import focus
from tasks.edge.settings import Settings

pytestmark = pytest.mark.shared

WORKSHOP = "aws_legacy_cur/walabs_Oct2018-WorkshopCUR-00001.snappy.parquet"
SAMPLE = "focus/focus_1.0_sample_1000.csv"


@pytest.fixture
def road(tmp_path, shared):
    """Take some bills down the road, and return the warehouse."""
    opened = []

    def go(*names):
        settings = Settings(database=str(tmp_path / "w.duckdb"))
        paths = [str(shared / "data" / "billing" / name) for name in names]
        bills.ingest(settings, paths)
        context = warehouse.connect(settings.database)
        opened.append(context)
        con = context.__enter__()
        focus.install(con, settings.lake_path)
        daily.aggregate(con, settings.lake_path)
        return con

    yield go
    for context in opened:
        context.__exit__(None, None, None)


def test_the_workshop_bill(road):
    """The totals are those that the bill is known for, in the rows and in the days."""
    con = road(WORKSHOP)
    for source, billed, effective in (
        ("focus.cost_and_usage", "BilledCost", "EffectiveCost"),
        ("series.daily_cost", "billed_cost", "effective_cost"),
    ):
        totals = con.execute(
            f"SELECT round(sum({billed}), 3), round(sum({effective}), 6) FROM {source}"
        ).fetchall()
        assert totals == [(Decimal("4064.483"), Decimal("4195.957109"))]


def test_the_workshop_reservations_close(road):
    """What reservations cost is what was used of them and what was wasted."""
    con = road(WORKSHOP)
    assert con.execute(
        "SELECT CommitmentDiscountStatus, round(sum(BilledCost), 6),"
        " round(sum(EffectiveCost), 6) FROM focus.cost_and_usage"
        " WHERE CommitmentDiscountId IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall() == [
        ("Unused", Decimal(0), Decimal("48.995561")),
        ("Used", Decimal(0), Decimal("232.253796")),
        (None, Decimal("149.775379"), Decimal(0)),
    ]
    # 149.775379 is the recurring part; 131.473973 of upfront payments come on top.
    assert Decimal("48.995561") + Decimal("232.253796") == (
        Decimal("149.775379") + Decimal("131.473973") + Decimal("0.000005")
    )


def test_the_focus_sample(road):
    """Literal NULLs are nulls, zone-less times are UTC, and no cent is lost."""
    con = road(SAMPLE)
    assert con.execute(
        "SELECT count(*), sum(BilledCost), sum(EffectiveCost),"
        " min(ChargePeriodStart)::VARCHAR, count(AvailabilityZone),"
        " count_if(AvailabilityZone = 'NULL') FROM focus.cost_and_usage"
    ).fetchall() == [
        (
            1000,
            Decimal("20.520226728990000000"),
            Decimal("14.976514185860000000"),
            "2024-09-01 00:00:00",
            107,
            0,
        )
    ]
    assert con.execute(
        "SELECT DISTINCT ServiceProviderName FROM focus.cost_and_usage ORDER BY ALL"
    ).fetchall() == [("AWS",), ("Microsoft",), ("Oracle",)]


@pytest.mark.parametrize(
    "name",
    [
        "aws_legacy_cur/fc_sample-anonymous-aws-export-dataset.csv",
        "aws_legacy_cur/koku/2022-07-01-alt-columns.csv",
        "aws_legacy_cur/koku/2023-06-01-not-final.csv",
        "aws_legacy_cur/koku/2023-06-01.csv",
        "aws_cur2/fivetran_seed_aws_cost_report.csv",
        "focus/toolkit_golden/aws_1_3_100.csv",
        "focus/toolkit_golden/azure_1_2_100.csv",
        "focus/toolkit_golden/gcp_1_3_100.csv",
        "focus/toolkit_golden/consolidated_multi_provider_1_3.csv",
        "focus/toolkit_generated/focus_1_3_cost_and_usage_aws_20k_seed7.parquet",
    ],
)
def test_every_bill_adds_up(road, name):
    """Rows and days of any bill sum to what its own columns say; no check fails."""
    con = road(name)
    assert (
        con.execute(
            "SELECT * FROM ops.checks WHERE row_count > 0 AND severity = 'fail'"
        ).fetchall()
        == []
    )
    stated, mapped, days = (
        con.execute(
            f"SELECT {currency}, sum({cost}) FROM {source} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        for source, currency, cost in (
            ("bills.totals", "billing_currency", "effective_cost"),
            ("focus.cost_and_usage", "BillingCurrency", "EffectiveCost"),
            ("series.daily_cost", "billing_currency", "effective_cost"),
        )
    )
    assert stated == mapped == days


def test_toolkit_commitments_close_exactly(road):
    """In a month whose commitments close, purchases equal use and waste."""
    con = road(
        "focus/toolkit_generated/focus_1_3_cost_and_usage_azure_20k_seed7.parquet"
    )
    assert (
        con.execute(
            "SELECT CommitmentDiscountId, sum(BilledCost), sum(EffectiveCost)"
            " FROM focus.cost_and_usage WHERE CommitmentDiscountId IS NOT NULL"
            " GROUP BY ALL HAVING sum(BilledCost) <> sum(EffectiveCost)"
        ).fetchall()
        == []
    )


@pytest.mark.parametrize(
    ("name", "charges", "billed"),
    [
        ("gcp/koku/gcp_2020-11-08_2020-11-11.csv", 33, "0"),
        ("gcp/koku/gcp_2022-08-01_5.csv", 9, "0.000012"),
        (
            "synthetic_nise/nise_gcp_202508_2025-08-01_2025-09-01.csv.gz",
            8928,
            "37.79964589055792",
        ),
        (
            "synthetic_nise/nise_gcp_202509_2025-09-01_2025-09-30.csv.gz",
            8352,
            "35.167846918012712",
        ),
        (
            "synthetic_nise/nise_gcpr_202508_2025-08-01_2025-09-01.csv.gz",
            8928,
            "36.929656398556656",
        ),
        (
            "synthetic_nise/nise_gcpr_202509_2025-09-01_2025-09-30.csv.gz",
            8352,
            "35.0394720218718",
        ),
    ],
)
def test_google_bills(road, name, charges, billed):
    """Costs and credits come to the sum of what is printed, to the last decimal."""
    con = road(name)
    assert con.execute(
        "SELECT count(*), sum(BilledCost) FROM focus.cost_and_usage"
    ).fetchall() == [(charges, Decimal(billed))]
    assert con.execute("SELECT sum(billed_cost) FROM series.daily_cost").fetchall() == [
        (Decimal(billed),)
    ]


SAAS = "focus/spec_examples/v1.2/saas_examples"


@pytest.mark.parametrize(
    ("name", "charges", "billed"),
    [
        ("simple_agreements/simple_saas_agreements_a1", 1, "10000.00"),
        ("simple_agreements/simple_saas_agreements_a2", 1, "50000.00"),
        ("simple_agreements/simple_saas_agreements_a3", 1, "1000.00"),
        ("simple_agreements/simple_saas_agreements_b", 1, "50000.00"),
        ("simple_agreements/simple_saas_agreements_c", 3, "35800.00"),
        ("spend_agreements/saas_spend_agreements_a1", 4, "1200"),
        ("spend_agreements/saas_spend_agreements_a2", 13, "1200"),
        ("spend_agreements/saas_spend_agreements_b1", 5, "1200"),
        ("spend_agreements/saas_spend_agreements_b2", 14, "1200"),
        ("virtual_currency_pricing_model_a1", 1, "200000.00"),
        ("virtual_currency_pricing_model_a2", 3, "0.00"),
        ("virtual_currency_pricing_model_b1", 1, "100000.00"),
        ("virtual_currency_pricing_model_b2", 3, "0.00"),
        ("virtual_currency_pricing_model_b3", 3, "0.00"),
        ("virtual_currency_pricing_model_c", 2, "53000.00"),
    ],
)
def test_examples_of_the_specification(road, name, charges, billed):
    """Spreadsheets wrote them: years of two digits, dollars, commas between thousands.

    All but the scenarios that lack their account and currency, which are no bills.
    """
    con = road(f"{SAAS}/{name}.csv")
    assert con.execute(
        "SELECT count(*), sum(BilledCost) FROM focus.cost_and_usage"
    ).fetchall() == [(charges, Decimal(billed))]
    assert con.execute("SELECT sum(billed_cost) FROM series.daily_cost").fetchall() == [
        (Decimal(billed),)
    ]


def test_google_promotions_are_credits(road):
    """Eight rows of a free trial are paid for by eight promotions."""
    con = road("gcp/koku/gcp_2020-11-08_2020-11-11.csv")
    assert con.execute(
        "SELECT ChargeCategory, count(*), sum(BilledCost) FROM focus.cost_and_usage"
        " GROUP BY ALL ORDER BY ALL"
    ).fetchall() == [
        ("Credit", 8, Decimal("-0.000032")),
        ("Usage", 25, Decimal("0.000032")),
    ]


def test_an_oracle_bill(road):
    """Costs of eighteen decimals are added up without losing one."""
    con = road("oci/fc_reports_cost-csv_0000000030000269.csv")
    wanted = [(506, Decimal("2.523589325400648027"))]
    assert (
        con.execute(
            "SELECT count(*), sum(BilledCost) FROM focus.cost_and_usage"
        ).fetchall()
        == wanted
    )
    assert con.execute("SELECT sum(billed_cost) FROM series.daily_cost").fetchall() == [
        (wanted[0][1],)
    ]
    assert con.execute(
        "SELECT count_if(Tags->>'Valtest.Cat' = 'boots'),"
        " count(Tags->>'DevRel\\redbull-analytics-hol-4cb4.release'),"
        " count(DISTINCT SubAccountId) FROM focus.cost_and_usage"
    ).fetchall() == [(74, 6, 2)]


NISE = "synthetic_nise/nise_azure_costreport"

# Sums of the cost column of each file, each value with eighteen decimals.
AZURE = {
    "azure/fc_sample-anonymous-ea-export-dataset.csv": ("CAD", "1.26136926505726"),
    "azure/koku/azure_camelCased.csv": ("USD", "0.00011016"),
    "azure/koku/azure_version_2.csv": ("MC", "19.998413754"),
    "azure/koku/camel_azure_version_2.csv": ("USD", "0.0000262412"),
    "azure/koku/costreport_a243c6f2-199f-4074-9a2c-40e671cf1584.csv": (
        "USD",
        "0.00011016",
    ),
    "azure/opencost_headersets/Enterprise.csv": ("CAD", "0"),
    "azure/opencost_headersets/PayAsYouGo.csv": ("USD", "0.075"),
    "azure/opencost_headersets/YA.csv": ("USD", "0.075"),
    f"{NISE}_1d30cdc5-39b3-492d-9e6f-d2750b68797d.csv.gz": (
        "USD",
        "38.077693891488515733",
    ),
    f"{NISE}_290fd038-3da8-4ec6-8cea-5d2f0a00c5b1.csv.gz": (
        "USD",
        "33.310192428217637467",
    ),
}


@pytest.mark.parametrize("name", AZURE)
def test_every_azure_header_comes_to_its_total(road, name):
    """Whatever the columns are called: rows and days are the sum of the cost column."""
    currency, total = AZURE[name]
    con = road(name)
    for source, columns in (
        (
            "focus.cost_and_usage",
            "BillingCurrency, sum(BilledCost), sum(EffectiveCost)",
        ),
        (
            "series.daily_cost",
            "billing_currency, sum(billed_cost), sum(effective_cost)",
        ),
    ):
        assert con.execute(f"SELECT {columns} FROM {source} GROUP BY 1").fetchall() == [
            (currency, Decimal(total), Decimal(total))
        ]


ACTUAL = "azure/ftk_EA_ActualCost_Small.csv"
AMORTISED = "azure/ftk_EA_AmortizedCost_Small.csv"


@pytest.mark.parametrize("names", [(ACTUAL, AMORTISED), (AMORTISED, ACTUAL)])
def test_azure_actual_and_amortised_together(road, names):
    """Ten lines are in both exports and count once; each total is its export's own."""
    con = road(*names)
    assert con.execute(
        "SELECT count(*), sum(BilledCost), sum(EffectiveCost),"
        " count_if(BilledCost <> 0 AND BilledCost = EffectiveCost)"
        " FROM focus.cost_and_usage"
    ).fetchall() == [
        (29, Decimal("8.5450077867419368"), Decimal("16.296932136636644627"), 7)
    ]
    assert con.execute(
        "SELECT ChargeCategory, CommitmentDiscountType, BilledCost, EffectiveCost"
        " FROM focus.cost_and_usage WHERE CommitmentDiscountId IS NOT NULL ORDER BY ALL"
    ).fetchall() == [
        ("Purchase", "Reservation", Decimal("3.25"), Decimal(0)),
        ("Usage", "Reservation", Decimal(0), Decimal("0.493152")),
        ("Usage", "Savings Plan", Decimal(0), Decimal("0.006000000468")),
    ]
    assert (
        con.execute(
            "SELECT * FROM ops.checks WHERE row_count > 0 AND severity = 'fail'"
        ).fetchall()
        == []
    )


@pytest.mark.parametrize(
    ("name", "billed", "effective"),
    [
        (ACTUAL, "8.5450077867419368", "5.2950077867419368"),
        (AMORTISED, "15.797780136168644627", "16.296932136636644627"),
    ],
)
def test_azure_one_export_alone(road, name, billed, effective):
    """What only the other export knows, of three lines, is left at nothing."""
    con = road(name)
    assert con.execute(
        "SELECT sum(BilledCost), sum(EffectiveCost) FROM focus.cost_and_usage"
    ).fetchall() == [(Decimal(billed), Decimal(effective))]
