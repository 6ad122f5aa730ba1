"""Two reports of one account and month: people are told, in either order."""

import pytest

from tasks.edge.intake.versions import returns
from tasks.edge.reconciling import bills
from tests.edge.export_world import FOCUS, LEGACY, World, rows_of, write_csv

CUR2 = {
    "bill_payer_account_id": "111111111111",
    "bill_billing_period_start_date": "2026-05-01T00:00:00Z",
    "line_item_usage_account_id": "222222222222",
    "line_item_line_item_type": "Usage",
    "line_item_usage_start_date": "2026-05-02T03:00:00Z",
    "line_item_product_code": "AmazonEC2",
    "line_item_currency_code": "USD",
    "line_item_unblended_cost": "1.5",
    "bill_payer_account_name": "acme",
}
LATER = {"lineItem/UnblendedCost": "2.5"}


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def _reports(folder):
    """A legacy report and one of the newer kind, of one payer and month."""
    return (
        write_csv(folder / "old" / "cur-00001.csv", rows_of(LEGACY), "2026-05-03"),
        write_csv(folder / "new" / "data-00001.csv", rows_of(CUR2), "2026-05-04"),
    )


@pytest.mark.parametrize("order", [1, -1])
def test_a_month_that_counts_twice_is_told(world, tmp_path, order):
    """Both are kept, for nothing says that they are the same; a note names them."""
    first, second = _reports(tmp_path)[::order]
    assert world.ingest(first).notes == ()
    [note] = world.ingest(second).notes
    counted = [bill_id for bill_id, status in world.versions() if status == "current"]
    assert len(counted) == 2
    assert note.startswith(
        "2026-05 of account 111111111111 counts once for each of these bills:"
        f" {', '.join(counted)}; "
    )
    for row in bills.shown(world.settings, "2026-05"):
        assert row["other_reports"] == [note]


def test_an_account_named_by_its_path_is_the_same(world, tmp_path):
    """Microsoft's FOCUS export and its own name one account in two ways."""
    path = "/providers/Microsoft.Billing/billingAccounts/acme"
    world.ingest(write_csv(tmp_path / "a" / "bill.csv", rows_of(FOCUS)))
    other = rows_of(FOCUS, {"BillingAccountId": path})
    file = write_csv(tmp_path / "b" / "bill.csv", other)
    [note] = world.ingest(file, source="hub").notes
    assert "2026-05 of account acme counts once for each" in note


@pytest.mark.parametrize("order", [1, -1])
def test_a_report_in_place_of_another_is_told(world, tmp_path, order):
    """The later of one source counts, whichever was loaded first."""
    hourly = tmp_path / "hourly-cur-00001.csv"
    write_csv(hourly, rows_of(LEGACY), "2026-05-03")
    daily = tmp_path / "daily-cur-00001.csv"
    write_csv(daily, rows_of(LEGACY, LATER), "2026-05-04")
    first, second = (hourly, daily)[::order]
    assert world.ingest(first).notes == ()
    [note] = world.ingest(second).notes
    assert ", from daily-cur, counts in place of " in note
    assert ", from hourly-cur: if these are two reports" in note
    shown = bills.shown(world.settings, "2026-05")
    assert [row["other_reports"] for row in shown] == [[note], [note]]


@pytest.mark.parametrize("account", ["", "acme"])
def test_a_vendor_in_place_of_another_is_told(world, tmp_path, account):
    """Nothing but a source tells their bills apart, so nobody loses one unheard."""
    vendors = [
        rows_of(FOCUS, {"BillingAccountId": account, "ServiceProviderName": name})
        for name in ("Databricks", "Grafana Labs")
    ]
    first, second = (
        write_csv(tmp_path / str(place) / "focus.csv", rows, f"2026-06-0{place}")
        for place, rows in enumerate(vendors, start=1)
    )
    assert world.ingest(first).notes == ()
    [note] = world.ingest(second).notes
    assert ", of Grafana Labs, counts in place of " in note
    assert ", of Databricks, for both name the same account or none" in note
    [current] = [bill for bill, status in world.versions() if status == "current"]
    assert f"costwarden bills withdraw {current}, and ingest it again" in note
    returns.withdraw(world.settings, current)
    assert world.ingest(second, source="grafana").loaded == 1
    counted = [bill for bill, status in world.versions() if status == "current"]
    assert [bill.split(".")[0] for bill in counted] == ["focus", "grafana"]


@pytest.mark.parametrize(
    "names",
    [
        ("v1/cur-00001.csv", "v2/cur-00001.csv"),
        ("bill_2026-05-03.csv", "bill_2026-05-04.csv"),
        ("5bd7d8a6-96cd-4a3f-9f41-c5d0c34f6a71.csv", "a5d7d8a6-96cd-4a3f.csv"),
    ],
    ids=["folders", "dates", "ids"],
)
def test_a_later_export_of_one_report_is_not(world, tmp_path, names):
    """Numbers, dates and ids in a name make no other report."""
    first, second = (tmp_path / name for name in names)
    world.ingest(write_csv(first, rows_of(LEGACY), "2026-05-03"))
    result = world.ingest(write_csv(second, rows_of(LEGACY, LATER), "2026-05-04"))
    assert (result.loaded, result.notes) == (1, ())


@pytest.mark.parametrize("order", [1, -1])
def test_an_export_that_ends_earlier_is_told(world, tmp_path, order):
    """An older snapshot that was copied later looks newer, and takes days away."""
    days = [{"lineItem/UsageStartDate": f"2026-05-{day:02}"} for day in (2, 9)]
    whole = write_csv(tmp_path / "a" / "cur.csv", rows_of(LEGACY, *days), "2026-05-10")
    copied = write_csv(tmp_path / "b" / "cur.csv", rows_of(LEGACY), "2026-05-11")
    world.ingest((whole, copied)[::order][0])
    [note] = world.ingest((whole, copied)[::order][1]).notes
    statuses = dict(world.versions("status, bill_id"))
    assert note.startswith(f"{statuses['current']} ends on 2026-05-02, but counts in")
    assert note.endswith(f"costwarden bills restore {statuses['superseded']}.")


def test_an_export_that_goes_on_is_not_told(world, tmp_path):
    """A newer export with more days is what everybody expects."""
    later = LEGACY | {"lineItem/UsageStartDate": "2026-05-09"}
    world.ingest(write_csv(tmp_path / "a" / "cur.csv", rows_of(LEGACY), "2026-05-03"))
    path = write_csv(tmp_path / "b" / "cur.csv", rows_of(later), "2026-05-10")
    assert world.ingest(path).notes == ()
