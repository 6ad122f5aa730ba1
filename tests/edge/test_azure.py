"""Azure's own exports: two costs of one month are one bill, and none counts twice."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tasks.edge.costs import daily
from tasks.edge.database import warehouse
from tasks.edge.intake.versions import returns
from tasks.edge.mapping import focus
from tasks.edge.simulator.company import simulate
from tests.edge.export_world import World, write_csv, write_manifest, write_parquet

RESERVATION = "/providers/Microsoft.Capacity/reservationOrders/o/reservations/r"
USAGE = {
    "BillingAccountId": "8611537",
    "BillingProfileId": "8611537",
    "BillingPeriodStartDate": "05/01/2026",
    "BillingPeriodEndDate": "05/31/2026",
    "SubscriptionId": "shop",
    "Date": "05/03/2026",
    "ProductName": "disk",
    "MeterCategory": "Storage",
    "Quantity": "10",
    "UnitPrice": "0.2",
    "CostInBillingCurrency": "2",
    "BillingCurrencyCode": "EUR",
    "ChargeType": "Usage",
    "PricingModel": "OnDemand",
    "benefitId": "",
}
RESERVED = USAGE | {
    "ProductName": "machine",
    "MeterCategory": "Virtual Machines",
    "PricingModel": "Reservation",
    "benefitId": RESERVATION,
    "CostInBillingCurrency": "0",
}
PURCHASE = RESERVED | {"ChargeType": "Purchase", "CostInBillingCurrency": "100"}
UNUSED = RESERVED | {"ChargeType": "UnusedReservation", "Date": "05/04/2026"}

COMMITTED = (
    "SELECT ChargeCategory, CommitmentDiscountStatus, BilledCost, EffectiveCost"
    " FROM focus.cost_and_usage WHERE CommitmentDiscountId IS NOT NULL ORDER BY ALL"
)


def cost(row, amount, **changes):
    return row | {"CostInBillingCurrency": amount} | changes


def actual(disk="2", paid="100"):
    return [cost(USAGE, disk), RESERVED, cost(PURCHASE, paid)]


def amortised(disk="2", used="1.2"):
    return [cost(USAGE, disk), cost(RESERVED, used), cost(UNUSED, "0.3")]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def day(number):
    return datetime(2026, 6, number, tzinfo=UTC)


def month(world, name, rows, written_at):
    """Write one of the exports, in a folder of its own as Azure does."""
    return write_csv(world.folder / name / "part_0_0001.csv", rows, written_at)


def asked(world, *queries):
    with warehouse.connect(world.settings.database) as con:
        focus.install(con, world.settings.lake_path)
        daily.aggregate(con, world.settings.lake_path)
        return [con.execute(query).fetchall() for query in queries]


def totals(world, moment=None):
    """Billed and effective cost, which rows and days must agree on."""
    rows, days = (
        (f"focus.as_of({moment})", f"series.daily_cost_as_of({moment})")
        if moment
        else ("focus.cost_and_usage", "series.daily_cost")
    )
    [from_rows], [from_days] = asked(
        world,
        f"SELECT sum(BilledCost), sum(EffectiveCost) FROM {rows}",
        f"SELECT sum(billed_cost), sum(effective_cost) FROM {days}",
    )
    assert from_rows == from_days
    return from_rows


def decimals(*values):
    return tuple(Decimal(value) for value in values)


@pytest.mark.parametrize("order", ["actual amortised", "amortised actual"])
def test_both_together_count_once(world, order):
    """Billed cost is the actual export's, effective cost the amortised one's."""
    paths = {
        "actual": month(world, "actual", actual(), "2026-06-02"),
        "amortised": month(world, "amortised", amortised(), "2026-06-02"),
    }
    for name in order.split():
        assert world.ingest(paths[name]).loaded == 1
    assert totals(world) == decimals("102", "3.5")
    assert asked(world, COMMITTED)[0] == [
        ("Purchase", None, Decimal(100), Decimal(0)),
        ("Usage", "Unused", Decimal(0), Decimal("0.3")),
        ("Usage", "Used", Decimal(0), Decimal("1.2")),
    ]
    assert asked(
        world, "SELECT count(*), sum(ConsumedQuantity) FROM focus.cost_and_usage"
    )[0] == [(4, Decimal(20))]


def test_a_known_export_changes_nothing(world):
    """Either export loaded again is told to be known."""
    month(world, "actual", actual(), "2026-06-02")
    month(world, "amortised", amortised(), "2026-06-02")
    world.ingest(world.folder / "actual", world.folder / "amortised")
    before = world.state()
    result = world.ingest(world.folder / "actual", world.folder / "amortised")
    assert (result.loaded, result.known) == (0, 2)
    assert world.state() == before


# What is known after each export: the newest of either kind.
HISTORY = {
    "a1": ("actual", actual(disk="1"), "2026-06-02", ("101", "1")),
    "m1": ("amortised", amortised(disk="1"), "2026-06-03", ("101", "2.5")),
    "a2": ("actual", actual(disk="5"), "2026-06-04", ("105", "2.5")),
    "m2": ("amortised", amortised(disk="5"), "2026-06-05", ("105", "6.5")),
}


# tests/core/test_pairing.py goes through all orders; these go through the lake.
ORDERS = ["a1 m1 a2 m2", "m2 a2 m1 a1", "a1 a2 m1 m2", "m1 m2 a2 a1"]


@pytest.mark.thorough
@pytest.mark.parametrize("order", ORDERS)
def test_whatever_order_they_arrive_in(world, order):
    """A newer export replaces the older of its own kind only, and time tells which."""
    for name in order.split():
        view, rows, written_at, _ = HISTORY[name]
        path = month(world, f"{name}/{view}", rows, written_at)
        assert world.ingest(path).quarantined == 0
    for _, _, written_at, wanted in HISTORY.values():
        assert totals(world, f"'{written_at}T12:00:00Z'") == decimals(*wanted)
    assert totals(world) == decimals("105", "6.5")


def test_exports_of_different_hours_keep_their_own_totals(world):
    """A line that only one of them has yet counts with the cost that it has."""
    late = cost(USAGE, "7", Date="05/30/2026")
    changed = cost(USAGE, "2.5", Quantity="12.5")
    month(world, "actual", [changed, RESERVED, PURCHASE, late], "2026-06-02")
    month(world, "amortised", amortised(), "2026-06-01")
    world.ingest(world.folder)
    assert totals(world) == decimals("109.5", "3.5")
    [[disk]] = asked(
        world,
        "SELECT BilledCost, EffectiveCost, ConsumedQuantity FROM focus.cost_and_usage"
        " WHERE ChargeDescription = 'disk' AND ChargePeriodStart = '2026-05-03'",
    )
    assert disk == (Decimal("2.5"), Decimal(2), Decimal(10))


def test_lines_that_look_the_same_are_all_kept(world):
    """Ten equal lines in each export are ten charges, not one and not twenty."""
    month(world, "actual", [USAGE] * 10, "2026-06-02")
    month(world, "amortised", [USAGE] * 10 + [UNUSED], "2026-06-02")
    world.ingest(world.folder)
    assert asked(world, "SELECT count(*) FROM focus.cost_and_usage")[0] == [(11,)]
    assert totals(world) == decimals("20", "20")


@pytest.mark.parametrize(
    ("name", "rows", "wanted", "missing"),
    [
        ("actual", actual(), ("102", "2"), "amortised"),
        ("amortised", amortised(), ("2", "3.5"), "actual"),
    ],
)
def test_one_alone_says_what_is_missing(world, name, rows, wanted, missing):
    """What the other export would tell of commitments is zero, and a check says so."""
    world.ingest(month(world, name, rows, "2026-06-02"))
    assert totals(world) == decimals(*wanted)
    [[told]] = asked(
        world,
        "SELECT sample FROM ops.checks WHERE row_count > 0"
        " AND name = 'focus__charges__have_both_azure_costs'",
    )
    assert json.loads(told[0])[0]["missing_export"] == missing


def test_one_alone_is_enough_without_commitments(world):
    """Where nothing is committed, both costs are the same, and nothing is missing."""
    world.ingest(month(world, "costs", [USAGE], "2026-06-02"))
    assert totals(world) == decimals("2", "2")
    assert (
        asked(
            world,
            "SELECT * FROM ops.checks WHERE row_count > 0"
            " AND name = 'focus__charges__have_both_azure_costs'",
        )[0]
        == []
    )


def test_the_rows_tell_where_no_name_does(world):
    """Used commitments at a price, or their purchase, give an export away."""
    write_csv(world.folder / "one.csv", actual(), "2026-06-02")
    write_csv(world.folder / "two.csv", amortised(), "2026-06-02")
    world.ingest(world.folder / "one.csv", world.folder / "two.csv")
    assert totals(world) == decimals("102", "3.5")


def test_accounts_and_sources_do_not_pair(world):
    """Only exports of the same account, month and source are one bill."""
    month(world, "actual", actual(), "2026-06-02")
    other = [row | {"BillingAccountId": "9"} for row in amortised()]
    month(world, "amortised", other, "2026-06-02")
    world.ingest(world.folder)
    assert totals(world) == decimals("104", "5.5")
    assert sorted(row[0] for row in world.versions("source_format")) == [
        "azure_actual",
        "azure_amortised",
    ]


def manifest(world, kind, rows_of_parts, made_at):
    """Write a partitioned export as Azure does, with its manifest."""
    root = world.folder / kind
    for number, rows in enumerate(rows_of_parts):
        write_csv(root / f"part_{number}_0001.csv.gz", rows, made_at)
    content = {
        "manifestVersion": "2024-04-01",
        "dataRowCount": sum(map(len, rows_of_parts)),
        "exportConfig": {"type": kind, "dataVersion": "2023-12-01-preview"},
        "runInfo": {
            "submittedTime": f"{made_at}T04:00:00Z",
            "startDate": "2026-05-01T00:00:00",
            "endDate": "2026-05-31T00:00:00",
        },
        "blobs": [
            {"blobName": f"{kind}/part_{number}_0001.csv.gz"}
            for number in range(len(rows_of_parts))
        ],
    }
    return write_manifest(root / "manifest.json", content, made_at)


def test_partitioned_exports_with_manifests(world):
    """All parts of a manifest are one export, of the kind that the manifest says."""
    manifest(world, "ActualCost", [[row] for row in actual()], "2026-06-02")
    manifest(world, "AmortizedCost", [[row] for row in amortised()], "2026-06-02")
    assert world.ingest(world.folder).loaded == 2
    assert totals(world) == decimals("102", "3.5")
    assert world.versions("status, known_at")[-1] == (
        "current",
        datetime(2026, 6, 2, 4, tzinfo=UTC),
    )


def test_parquet_keeps_its_decimals(world):
    """Floating-point costs are taken for the decimals that they were printed from."""
    types = {"CostInBillingCurrency": "DOUBLE", "Quantity": "DOUBLE", "Date": "DATE"}
    rows = [
        cost(USAGE, "0.0000000072922557", Date="2026-05-03"),
        USAGE | {"Date": "2026-05-04"},
    ]
    path = write_parquet(world.folder / "actual" / "part.snappy.parquet", rows, types)
    world.ingest(path)
    assert totals(world) == decimals("2.0000000072922557", "2.0000000072922557")


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("5/3/2026", "2026-05-03"),
        ("05/03/2026", "2026-05-03"),
        ("2026-05-03", "2026-05-03"),
        ("2026-05-03 00:00:00", "2026-05-03"),
        ("2026-05-03T00:00:00Z", "2026-05-03"),
        ("20260503", "2026-05-03"),
    ],
)
def test_days_in_every_spelling(world, written, wanted):
    """US days, padded or not, and ISO days are the same day."""
    world.ingest(month(world, "actual", [USAGE | {"Date": written}], "2026-06-02"))
    assert asked(
        world,
        "SELECT ChargePeriodStart::DATE::VARCHAR, ChargePeriodEnd::DATE::VARCHAR,"
        " BillingPeriodEnd::DATE::VARCHAR FROM focus.cost_and_usage",
    )[0] == [(wanted, "2026-05-04", "2026-06-01")]


def test_a_day_that_is_none_is_refused(world):
    """A European day would land in another month, so it is not guessed at."""
    path = month(world, "actual", [USAGE, USAGE | {"Date": "31/05/2026"}], "2026-06-02")
    assert "row 2, column Date: '31/05/2026'" in world.ingest(path).problems[0]


def test_lines_before_the_header(world):
    """What a portal writes about an export before its header is passed over."""
    path = month(world, "actual", actual(), "2026-06-02")
    text = path.read_text(encoding="utf-8")
    head = 'Usage Data Extract,,"for, all"\n\nGenerated,2026-06-02\n'
    path.write_text(head + text, encoding="utf-8")
    world.ingest(path)
    assert totals(world) == decimals("102", "2")


def test_a_last_line_that_ends_otherwise(world):
    """All lines end as on Windows but the last, and nothing is lost."""
    path = month(world, "actual", actual(), "2026-06-02")
    content = path.read_bytes()
    path.write_bytes(content[:-2] + b"\n")
    world.ingest(path)
    assert totals(world) == decimals("102", "2")


def test_billing_periods_that_begin_in_the_middle(world):
    """Pay-as-you-go is exported by the month, so the month of the charge counts."""
    rows = [
        USAGE | {"BillingPeriodStartDate": start}
        for start in ("04/15/2026", "05/15/2026", "")
    ]
    world.ingest(month(world, "actual", rows, "2026-06-02"))
    assert world.versions("billing_period, row_count") == [("2026-05", 3)]


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Half a year of a company at Azure, in all of Azure's formats."""
    out = tmp_path_factory.mktemp("azure")
    formats = ("azure_actual", "azure_amortised", "azure_focus")
    simulate(
        out, rows=6_000, seed=5, months=4, until=date(2026, 5, 21), formats=formats
    )
    return out


def test_native_and_focus_exports_give_the_same_days(world, company):
    """One company's books come out the same, to the last decimal of every series."""
    world.ingest(company / "azure", source="native")
    world.ingest(company / "focus", source="focus")
    days = [
        f"SELECT * EXCLUDE (bill_id) FROM series.daily_cost"
        f" WHERE bill_id LIKE '{source}.%' ORDER BY ALL"
        for source in ("native", "focus")
    ]
    native, other = asked(world, *days)
    assert len(native) > 500
    assert native == other


def test_a_simulated_folder_needs_no_more_than_its_path(world, company):
    """What ``simulate`` writes is loaded as it lies, each month once."""
    world.ingest(company / "azure")
    with (company / "truth" / "totals.csv").open(encoding="utf-8") as file:
        lines = [line.strip().split(",") for line in file]
    stated = {
        name: sum(Decimal(line[column]) for line in lines if line[0] == name)
        for name, column in (("azure_actual", 8), ("azure_amortised", 9))
    }
    assert (
        asked(
            world,
            "SELECT sum(billed_cost), sum(effective_cost) FROM bills.versions"
            " WHERE status = 'current'",
            "SELECT sum(BilledCost), sum(EffectiveCost) FROM focus.cost_and_usage",
        )
        == [[(stated["azure_actual"], stated["azure_amortised"])]] * 2
    )


def test_a_withdrawn_export_is_no_counterpart(world):
    """What was withdrawn is in no later bill; what was restored is."""
    for name in ("a1", "m1", "a2"):
        view, rows, written_at, _ = HISTORY[name]
        world.ingest(month(world, f"{name}/{view}", rows, written_at))
    [(newest,)] = world.rows("SELECT bill_id FROM bills.versions WHERE version = 3")
    returns.withdraw(world.settings, newest, day(5))
    assert totals(world) == decimals("101", "2.5")
    view, rows, _, _ = HISTORY["m2"]
    world.ingest(month(world, f"m2/{view}", rows, "2026-06-06"))
    assert totals(world) == decimals("101", "6.5")
    returns.restore(world.settings, newest, day(7))
    assert totals(world) == decimals("105", "2.5")
    world.ingest(month(world, "m3/amortised", amortised(disk="9"), "2026-06-08"))
    assert totals(world) == decimals("105", "10.5")
