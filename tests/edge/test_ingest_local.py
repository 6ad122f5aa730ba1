"""Exports that were saved where values are separated by something else than commas."""

import zipfile
from decimal import Decimal

import pytest

from tests.edge.export_world import World

HEADER = (
    "SubscriptionId",
    "Date",
    "MeterCategory",
    "Quantity",
    "CostInBillingCurrency",
    "BillingCurrency",
    "ResourceGroup",
)
ROWS = (
    ("s1", "31.05.2026", "Storage", "1,5", "1234,50", "EUR", "a, b"),
    ("s1", "1.5.2026", "Storage", "-2", "-0,000000000000000001", "EUR", "c"),
)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path / "world")


def saved(folder, rows, delimiter=";", before=""):
    path = folder / "export.csv"
    lines = [delimiter.join(row) for row in (HEADER, *rows)]
    path.write_text(before + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("before", ["", "sep=;\n"])
def test_semicolons_decimal_commas_and_days_first(world, tmp_path, before):
    """Such a bill is exact, with or without the line that a spreadsheet reads."""
    assert world.ingest(saved(tmp_path, ROWS, before=before)).loaded == 1
    assert world.rows(
        "SELECT billing_period, row_count, billed_cost FROM bills.versions"
    ) == [("2026-05", 2, Decimal("1234.499999999999999999"))]


@pytest.mark.parametrize("delimiter", ["\t", "|"])
def test_other_delimiters(world, tmp_path, delimiter):
    """Tabs and bars separate values too; numbers may have points then as well."""
    rows = [("s1", "2026-05-31", "Storage", "1.5", "1234.50", "EUR", "a, b")]
    assert world.ingest(saved(tmp_path, rows, delimiter)).loaded == 1
    assert world.rows("SELECT billed_cost FROM bills.versions") == [
        (Decimal("1234.50"),)
    ]


REFUSED = {
    "both signs": (("s1", "2026-05-01", "Storage", "1.5", "2", "EUR", "a"), "points"),
    "grouped": (("s1", "2026-05-01", "Storage", "1", "1.234,50", "EUR", "a"), "points"),
    "dates": (("s1", "05/06/2026", "Storage", "1", "2", "EUR", "a"), "may mean"),
    "no number": (("s1", "2026-05-01", "Storage", "1", "2x", "EUR", "a"), "row 3"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_may_mean_two_things_is_refused(world, tmp_path, case):
    """Nobody guesses what a point, a comma or a slash means."""
    row, said = REFUSED[case]
    (problem,) = world.ingest(saved(tmp_path, [*ROWS, row])).problems
    assert said in problem


def test_a_column_that_is_missing_is_named(world, tmp_path):
    """The delimiter is not blamed for a column that is not there."""
    path = saved(tmp_path, ROWS)
    path.write_text(path.read_text().replace(";Date;", ";Day;"), encoding="utf-8")
    (problem,) = world.ingest(path).problems
    assert "lacks the column Date" in problem


def test_a_zip_packed_by_a_mac(world, tmp_path):
    """What a Mac packs beside the one export is no second export."""
    path = saved(tmp_path, ROWS)
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.write(path, "out/export.csv")
        archive.writestr("__MACOSX/out/._export.csv", "x")
        archive.writestr("out/.DS_Store", "x")
    assert world.ingest(tmp_path / "export.zip").loaded == 1
