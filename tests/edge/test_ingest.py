"""Exports become bill versions: each once, whole, and in the right order."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.edge.export_world import (
    FOCUS,
    LEGACY,
    World,
    rows_of,
    write_csv,
    write_parquet,
)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_bill_becomes_a_version(world, tmp_path):
    """A version has its key, totals, files and the time it became known."""
    path = write_csv(tmp_path / "cur.csv", rows_of(LEGACY, {}, {}), "2026-05-09")
    assert world.ingest(path).loaded == 1
    bill_id = "aws_legacy_cur.111111111111.2026-05.v1"
    assert world.rows("FROM bills.totals") == [
        (bill_id, "USD", 2, Decimal(3), Decimal(3))
    ]
    folder = f"source=aws_legacy_cur/billing_period=2026-05/version={bill_id}"
    files = [f"{folder}/part-00000.parquet"]
    assert world.versions(
        "bill_id, status, provider, row_count, billed_cost, known_at, files, version"
    ) == [
        (
            bill_id,
            "current",
            "AWS",
            2,
            Decimal(3),
            datetime(2026, 5, 9, tzinfo=UTC),
            files,
            1,
        )
    ]
    assert world.lake() == files


def test_loading_twice_changes_nothing(world, tmp_path):
    """The same content is known, also under another name and beside new files."""
    path = write_csv(tmp_path / "in" / "cur.csv", rows_of(LEGACY), "2026-05-09")
    world.ingest(path, source="payer")
    before = world.state()
    again = world.ingest(path)
    renamed = path.rename(tmp_path / "in" / "other name.csv")
    moved = world.ingest(renamed)
    assert (again.loaded, again.known, moved.loaded, moved.known) == (0, 1, 0, 1)
    assert world.state() == before
    write_csv(tmp_path / "in" / "focus.csv", rows_of(FOCUS))
    both = world.ingest(tmp_path / "in")
    assert (both.loaded, both.known) == (1, 1)


def test_a_newer_export_supersedes(world, tmp_path):
    """The version known last is the current one, in whatever order they arrive."""
    for day, cost in [("09", "2"), ("12", "3"), ("05", "1")]:
        rows = rows_of(LEGACY, {"lineItem/UnblendedCost": cost})
        world.ingest(write_csv(tmp_path / f"{day}.csv", rows, f"2026-05-{day}"))
    versions = world.versions("version, status, billed_cost, superseded_at::DATE::TEXT")
    assert versions == [
        (1, "superseded", Decimal(2), "2026-05-12"),
        (2, "current", Decimal(3), None),
        (3, "superseded", Decimal(1), "2026-05-09"),
    ]


def test_known_at_is_what_the_user_says(world, tmp_path):
    """--known-at wins over the time of the file."""
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    path = write_csv(tmp_path / "cur.csv", rows_of(LEGACY))
    world.ingest(path, source="payer one", known_at=moment)
    assert world.versions("source, bill_id, known_at") == [
        ("payer one", "payer-one.111111111111.2026-05.v1", moment)
    ]


def test_one_file_may_hold_many_bills(world, tmp_path):
    """A file is split by account and month; totals are kept per currency."""
    changes = [
        {},
        {"BillingCurrency": "EUR", "BilledCost": "7"},
        {"BillingAccountId": "/a/b", "BilledCost": "5"},
        {"BillingAccountId": "NULL", "BilledCost": "0"},
        {"BillingPeriodStart": "2026-06-01 00:00:00", "BilledCost": "9"},
    ]
    result = world.ingest(write_csv(tmp_path / "f.csv", rows_of(FOCUS, *changes)))
    assert (result.loaded, result.quarantined) == (4, 0)
    assert world.rows(
        "SELECT bill_id, billing_account_id, billing_currency, billed_cost, row_count"
        " FROM bills.versions ORDER BY ALL"
    ) == [
        ("focus.a-b.2026-05.v1", "/a/b", "USD", Decimal(5), 1),
        ("focus.acme.2026-05.v1", "acme", None, None, 2),
        ("focus.acme.2026-06.v1", "acme", "USD", Decimal(9), 1),
        ("focus.none.2026-05.v1", None, "USD", Decimal(0), 1),
    ]
    assert world.rows(
        "SELECT billing_currency, billed_cost FROM bills.totals"
        " WHERE bill_id = 'focus.acme.2026-05.v1' ORDER BY ALL"
    ) == [("EUR", Decimal(7)), ("USD", Decimal("1.5"))]
    assert [row["BilledCost"] for row in world.content("focus.a-b.2026-05.v1")] == [5]


def test_numbered_parts_are_one_bill(world, tmp_path):
    """Files whose names differ in a part number only belong together."""
    for number, cost in [(1, "1"), (2, "2")]:
        rows = rows_of(LEGACY, {"lineItem/UnblendedCost": cost})
        write_csv(tmp_path / "in" / f"cur-{number:05d}.csv.gz", rows)
    assert world.ingest(tmp_path / "in").loaded == 1
    assert world.versions("billed_cost, len(files)") == [(Decimal(3), 2)]


def test_daily_files_are_one_bill(world, tmp_path):
    """Files that hold different days of a month add up, as if they had come apart."""
    for day in ("01", "02"):
        rows = rows_of(FOCUS, {"ChargePeriodStart": f"2026-05-{day}T00:00:00Z"})
        write_csv(tmp_path / "in" / f"2026-05-{day}.csv", rows)
    assert world.ingest(tmp_path / "in").loaded == 2
    assert world.versions("billed_cost, status") == [
        (Decimal("1.5"), "superseded"),
        (Decimal(3), "current"),
    ]


def test_snapshots_of_a_month_are_versions(world, tmp_path):
    """Files that hold the same days are versions of one bill, not parts of it."""
    for day, cost in [("09", "8"), ("02", "3")]:
        rows = rows_of(FOCUS, {"BilledCost": cost})
        path = tmp_path / "in" / f"up-to-2026-05-{day}.csv"
        write_csv(path, rows, f"2026-05-{day}")
    assert world.ingest(tmp_path / "in").loaded == 2
    assert world.versions("version, billed_cost, status") == [
        (1, Decimal(3), "superseded"),
        (2, Decimal(8), "current"),
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("0.123456789012345678", "0.123456789012345678"),
        ("1.123456789012345678901234", "1.123456789012345679"),
        ("0.0000000000000000005", "0.000000000000000000"),
        ("0.0000000000000000015", "0.000000000000000002"),
        ("-0.000000000000000002500000", "-0.000000000000000002"),
        ("0.000000000000000002500001", "0.000000000000000003"),
        ("1.5E-7", "0.000000150000000000"),
        ("-12345678901234567890.5", "-12345678901234567890.500000000000000000"),
    ],
)
def test_money_is_exact(world, tmp_path, text, kept):
    """Text money keeps 18 decimals; what is beyond is rounded half to even."""
    rows = rows_of(LEGACY, {"lineItem/UnblendedCost": text})
    world.ingest(write_csv(tmp_path / "cur.csv", rows))
    assert world.versions("billed_cost::VARCHAR") == [(kept,)]


def test_parquet_lies_in_the_lake_as_it_came(world, tmp_path):
    """A Parquet export of AWS is copied byte by byte, its money means ten decimals."""
    own = FOCUS | {"x_ServiceCode": "AmazonEC2"}
    rows = [{name.lower(): value for name, value in own.items()}] * 3
    rows = [row | {"billedcost": "0.1"} for row in rows]
    types = {"billedcost": "DOUBLE", "effectivecost": "DECIMAL(20, 9)"}
    types |= {name: "TIMESTAMP" for name in rows[0] if name.endswith(("start", "end"))}
    path = write_parquet(tmp_path / "f.bin", rows, types)
    assert world.ingest(path).loaded == 1
    copy = world.settings.lake_path / world.lake()[0]
    assert copy.read_bytes() == path.read_bytes()
    assert world.versions("billed_cost, provider") == [(Decimal("0.3"), "Microsoft")]


def test_parquet_with_text_money_is_converted(world, tmp_path):
    """Slash names and numbers kept as text reach the lake as names and decimals."""
    path = write_parquet(tmp_path / "cur.parquet", rows_of(LEGACY), {})
    assert world.ingest(path).loaded == 1
    [row] = world.content("aws_legacy_cur.111111111111.2026-05.v1")
    assert row["line_item_unblended_cost"] == Decimal("1.5")
    assert row["line_item_product_code"] == "AmazonEC2"


def test_foreign_names_are_only_names(world, tmp_path):
    """Quotes and SQL in a header or a cell stay what they are: names and text."""
    odd = {'x_"; DROP TABLE bills.versions; --': "'); ATTACH 'x'; --", "x_$a": "$b"}
    world.ingest(write_csv(tmp_path / "o'dd; --.csv", rows_of(FOCUS | odd)))
    [row] = world.content("focus.acme.2026-05.v1")
    assert odd.items() <= row.items()


def test_amortised_cost_follows_the_line_type(world, tmp_path):
    """Commitments count where they were used or wasted, not where they were paid."""
    kind, cost = "lineItem/LineItemType", "lineItem/UnblendedCost"
    changes = [
        {kind: "DiscountedUsage", cost: "0", "reservation/EffectiveCost": "2"},
        {
            kind: "RIFee",
            cost: "50",
            "reservation/UnusedRecurringFee": "3",
            "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": "4",
        },
        {kind: "Fee", cost: "90", "reservation/ReservationARN": "arn:x"},
        {kind: "Fee", cost: "1"},
        {
            kind: "SavingsPlanCoveredUsage",
            cost: "20",
            "savingsPlan/SavingsPlanEffectiveCost": "12",
        },
        {kind: "SavingsPlanNegation", cost: "-20"},
        {
            kind: "SavingsPlanRecurringFee",
            cost: "30",
            "savingsPlan/TotalCommitmentToDate": "30",
            "savingsPlan/UsedCommitment": "12",
        },
        {kind: "SavingsPlanUpfrontFee", cost: "70"},
        {kind: "Tax", cost: "5"},
        {kind: "Usage", cost: "1000", "lineItem/Operation": "EKSPod-EC2"},
    ]
    world.ingest(write_csv(tmp_path / "cur.csv", rows_of(LEGACY, *changes)))
    billed = 0 + 50 + 90 + 1 + 20 - 20 + 30 + 70 + 5
    effective = 2 + (3 + 4) + 0 + 1 + 12 + 0 + (30 - 12) + 0 + 5
    assert world.versions("row_count, billed_cost, effective_cost") == [
        (10, Decimal(billed), Decimal(effective))
    ]


def test_net_costs_count_where_there_are_any(world, tmp_path):
    """What a negotiated discount leaves is what AWS invoices."""
    change = {"lineItem/NetUnblendedCost": "1.2"}
    world.ingest(write_csv(tmp_path / "cur.csv", rows_of(LEGACY, change, {})))
    assert world.versions("billed_cost") == [(Decimal("2.7"),)]
