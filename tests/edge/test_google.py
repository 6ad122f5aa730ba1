"""Google's billing exports, in whatever form they come, are the same bill."""

import gzip
import json
from datetime import date
from decimal import Decimal

import pytest

from tasks.edge.simulator.company import simulate
from tests.edge import google_world
from tests.edge.export_world import World, write_csv
from tests.edge.google_world import credit, flat, row

ROWS = [
    row(),
    row(cost=5e-06, credits=[credit("FREE_TIER", -5e-06)]),
    row(
        cost=7.25,
        labels=[],
        credits=[
            credit("PROMOTION", -2.125, "trial"),
            credit("PROMOTION", -1, "grant"),
            credit("SUSTAINED_USAGE_DISCOUNT", -0.5),
        ],
    ),
    row(project=dict.fromkeys(google_world.ROW["project"]), cost_type="tax", cost=1.9),
]


def as_json(folder):
    """JSON lines without a file's usual name."""
    return google_world.write_json(folder / "dump.ndjson", ROWS)


def as_gzip(folder):
    """Compressed JSON lines."""
    plain = google_world.write_json(folder / "dump.json", ROWS)
    packed = folder / "dump.json.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    return packed


def as_parquet(folder):
    """Nested Parquet."""
    typed = (
        "* REPLACE (cost::DOUBLE AS cost,"
        " usage_start_time[:19]::TIMESTAMPTZ AS usage_start_time,"
        " usage_end_time[:19]::TIMESTAMP AS usage_end_time)"
    )
    return google_world.write_parquet(folder / "dump.parquet", ROWS, shown=typed)


def as_csv(folder):
    """A pandas CSV."""
    return write_csv(folder / "dump.csv", [flat(item) for item in ROWS])


def as_api(folder):
    """Rows of BigQuery's API."""
    rows = [google_world.as_api(item) for item in ROWS]
    return google_world.write_json(folder / "dump.jsonl", rows)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.mark.parametrize("write", [as_json, as_gzip, as_parquet, as_csv, as_api])
def test_every_form_is_the_same_bill(world, tmp_path, write):
    """Each form gives the same rows, to the last decimal, and the same totals."""
    assert world.ingest(write(tmp_path / "export")).loaded == 1
    assert world.versions(
        "source, source_format, billing_account_id, billing_period, row_count,"
        " billed_cost, billing_currency"
    ) == [
        (
            "gcp_billing",
            "gcp_detailed",
            "01A2B3-C4D5E6-F7A8B9",
            "2026-05",
            4,
            Decimal("5.625"),
            "CHF",
        )
    ]
    assert world.charges(
        "ChargeCategory, SubAccountId, BilledCost, ChargePeriodStart::VARCHAR,"
        " ResourceName, Tags->>'team', Tags->>'unit', ConsumedQuantity",
    ) == [
        *(
            ("Credit", "shop", Decimal(amount), start, "web-1", None, "web", None)
            for amount, start in (
                ("-2.125", "2026-05-02 10:00:00"),
                ("-1", "2026-05-02 10:00:00"),
            )
        ),
        ("Tax", None, Decimal("1.9"), *ON_THE_HOUR, "o'hara", None, None),
        ("Usage", "shop", 0, *ON_THE_HOUR, "o'hara", "web", 3600),
        ("Usage", "shop", Decimal("0.1"), *ON_THE_HOUR, "o'hara", "web", 3600),
        ("Usage", "shop", Decimal("6.75"), *ON_THE_HOUR, None, "web", 3600),
    ]


ON_THE_HOUR = ("2026-05-02 10:00:00", "web-1")


def test_standard_export(world, tmp_path):
    """A standard export has no resources and counts all the same."""
    rows = [
        {name: value for name, value in item.items() if name != "resource"}
        for item in ROWS
    ]
    world.ingest(google_world.write_json(tmp_path / "standard.json", rows))
    assert world.versions("source_format, billed_cost") == [
        ("gcp_standard", Decimal("5.625"))
    ]
    assert world.charges("DISTINCT ResourceId") == [(None,)]


def test_columns_that_turn_up_late(world, tmp_path):
    """A column that is empty in the first thousand rows of a JSON file is read."""
    rows = [*[row()] * 1000, row(adjustment_info={"description": "Too high"})]
    world.ingest(google_world.write_json(tmp_path / "late.json", rows))
    assert world.charges("count(*)") == [(1001,)]
    assert world.charges("DISTINCT ChargeDescription") == [
        ("N2 Instance Core",),
        ("Too high",),
    ]


def test_a_month_is_the_invoice_month(world, tmp_path):
    """Months begin in California: the last hours in UTC belong to the month before."""
    edge = row(
        usage_start_time="2026-06-01 06:00:00 UTC",
        usage_end_time="2026-06-01 07:00:00 UTC",
    )
    june = row(
        usage_start_time="2026-06-01 07:00:00 UTC",
        usage_end_time="2026-06-01 08:00:00 UTC",
        invoice__month="202606",
        cost=3,
    )
    path = google_world.write_json(tmp_path / "two months.json", [edge, june])
    assert world.ingest(path).loaded == 2
    assert world.versions("billing_period, billed_cost") == [
        ("2026-05", Decimal("0.1")),
        ("2026-06", Decimal(3)),
    ]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"cost": "a lot"}, "row 2, column cost: 'a lot' is not a number"),
        ({"cost": None}, "row 2, column cost: there is no value"),
        (
            {"invoice__month": "May"},
            "row 2, column invoice.month: 'May' names no month",
        ),
        ({"export_time": None}, "row 2, column export_time: there is no value"),
    ],
)
def test_what_cannot_be_read(world, tmp_path, change, complaint):
    """A row without what counts refuses the file, and says which row."""
    path = google_world.write_json(tmp_path / "bad.json", [row(), row(**change)])
    result = world.ingest(path)
    assert result.quarantined == 1
    assert complaint in result.problems[0]


@pytest.mark.parametrize("joined", ["\n", ",\n", ","])
def test_all_digits_of_a_number_count(world, tmp_path, joined):
    """A number with more digits than a float keeps them, within credits too."""
    rows = [
        row(cost=1, credits=[credit("DISCOUNT", 2)], sku__description='": 1234567'),
        row(cost=3, labels=[{"key": "say", "value": ': 12345678901234567890, "'}]),
    ]
    amounts = {
        "1": "12345.123456789012345678",
        "2": "-0.000000000000000001",
        "3": "7.5e-3",
    }
    text = joined.join(json.dumps(item) for item in rows)
    for short, long in amounts.items():
        for key in ("cost", "amount"):
            text = text.replace(f'"{key}": {short}', f'"{key}": {long}')
    path = tmp_path / "long.json"
    path.write_text(f"[{text}]" if "," in joined else text, encoding="utf-8")
    assert world.ingest(path).loaded == 1
    [[billed]] = world.versions("billed_cost")
    assert billed == Decimal("12345.123456789012345677") + Decimal("0.0075")


def test_damaged_json(world, tmp_path):
    """A JSON file that was cut says where."""
    path = google_world.write_json(tmp_path / "cut.json", ROWS)
    path.write_text(path.read_text()[:-40])
    result = world.ingest(path)
    assert result.quarantined == 1
    assert "cut.json, line 5: it is no valid JSON" in result.problems[0]


def focus_json(path):
    """Google's FOCUS rows as BigQuery dumps them as JSON."""
    return google_world.write_json(path.with_suffix(".json"), [FOCUS])


def focus_parquet(path):
    """The same rows as Parquet with structs and lists."""
    return google_world.write_parquet(path.with_suffix(".parquet"), [FOCUS])


FOCUS = {
    "BilledCost": 1.5,
    "EffectiveCost": 1.5,
    "BillingAccountId": "01A2B3",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-05-01 07:00:00 UTC",
    "BillingPeriodEnd": "2026-05-31 23:59:59 UTC",
    "ChargeCategory": "usage",
    "ChargeFrequency": "usage-based",
    "ChargePeriodStart": "2026-05-02 07:00:00 UTC",
    "ChargePeriodEnd": "2026-05-02 08:00:00 UTC",
    "ProviderName": "Google Cloud",
    "Tags": [{"key": "team", "value": "web"}],
    "x_Credits": [{"type": "PROMOTION", "amount": -1}],
    "x_Project": {"id": "shop"},
}


@pytest.mark.parametrize("write", [focus_json, focus_parquet])
def test_focus_rows_of_bigquery(world, tmp_path, write):
    """Google's own FOCUS table comes in lower case, nested, with x_ columns."""
    world.ingest(write(tmp_path / "focus"))
    assert world.charges(
        "ServiceProviderName, ChargeCategory, ChargeFrequency, BilledCost,"
        " BillingPeriodEnd::VARCHAR, Tags->>'team', x_ChargeKind",
    ) == [
        (
            "Google Cloud",
            "Usage",
            "Usage-Based",
            Decimal("1.5"),
            "2026-06-01 00:00:00",
            "web",
            "usage",
        )
    ]


@pytest.mark.parametrize("form", ["json", "parquet", ""])
def test_the_native_export_tells_what_the_books_say(tmp_path, form):
    """Day by day, a made-up company's native bill is what its FOCUS bill says."""
    out = tmp_path / "bills"
    simulate(
        out,
        rows=6_000,
        months=2,
        until=date(2026, 8, 20),
        formats=("gcp_focus", "gcp_detailed"),
    )
    native, told = World(tmp_path / "native"), World(tmp_path / "told")
    native.ingest(out / "gcp" / form)
    told.ingest(out / "focus" / "gcp")
    series = (
        "SELECT charge_date, sub_account_id, service_name, region_id, charge_kind,"
        " sum(billed_cost) FROM series.daily_cost GROUP BY ALL ORDER BY ALL"
    )
    found = []
    for world in (native, told):
        world.charges("count(*)")
        found.append(world.rows(series))
    assert found[0] == found[1]
    assert len(found[0]) > 300


def test_oracle_reports_add_up(world, tmp_path):
    """A folder of Oracle's reports grows; each line counts once."""
    line = {
        "lineItem/tenantId": "t",
        "lineItem/intervalUsageStart": "2026-05-02T10:00Z",
        "lineItem/intervalUsageEnd": "2026-05-02T11:00Z",
        "product/service": "COMPUTE",
        "cost/currencyCode": "USD",
    }
    for number, cost in enumerate(("0.00000000001", "2", "4"), start=1):
        report = {"lineItem/referenceNo": str(number), "cost/myCost": cost}
        write_csv(tmp_path / "reports" / f"000{number}.csv.gz", [line | report])
        world.ingest(tmp_path / "reports")
    world.ingest(tmp_path / "reports" / "0002.csv.gz")
    assert world.charges("count(*), sum(BilledCost)") == [(3, Decimal("6.00000000001"))]
