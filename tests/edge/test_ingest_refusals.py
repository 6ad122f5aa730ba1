"""A bad export is refused as a whole, in one sentence, and keeps no other out."""

import gzip
import re
import zipfile
from decimal import Decimal

import pytest

from tasks.edge.intake.arriving import sources
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


def _text(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def _cur(*changes):
    def write(path):
        write_csv(path, rows_of(LEGACY, *changes))

    return write


def _focus(*changes):
    def write(path):
        write_csv(path, rows_of(FOCUS, *changes))

    return write


def _without(column):
    def write(path):
        write_csv(path, [{k: v for k, v in LEGACY.items() if k != column}])

    return write


def _truncated(path):
    write_parquet(path, rows_of(LEGACY), {})
    path.write_bytes(path.read_bytes()[:-20])


def _cut_gzip(path):
    rows = rows_of(LEGACY, *({"lineItem/UnblendedCost": str(n)} for n in range(999)))
    write_csv(path, rows)
    path.write_bytes(path.read_bytes()[:-9])


def _zip_of_two(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a,b\n")
        archive.writestr("b.csv", "a,b\n")


def _zip_in_zip(path):
    _zip_of_two(path.with_suffix(".inner"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(path.with_suffix(".inner"), "a.zip")


def _ragged(path):
    write_csv(path, rows_of(LEGACY, {}, {}))
    path.write_text(path.read_text() + "one,two\n")


def _header_only(path):
    write_csv(path, rows_of(LEGACY))
    path.write_text(path.read_text().splitlines()[0] + "\n")


def _latin(path):
    write_csv(path, rows_of(LEGACY, {"lineItem/ProductCode": "é"}))
    path.write_bytes(path.read_text("utf-8").encode("latin-1"))


def _unclosed(path):
    write_csv(path, rows_of(LEGACY, {}, {}))
    path.write_text(path.read_text().replace(",AmazonEC2", ',"AmazonEC2', 1))


def _mixed_ends(path):
    write_csv(path, rows_of(LEGACY, {}, {}))
    path.write_bytes(path.read_bytes() + b"one,two\nthree,four\r\n")


BAD = {
    "empty.csv": (lambda path: _text(path, ""), r"is empty: export it again"),
    "blank.csv": (lambda path: _text(path, "\n\n"), r"is empty: export it again"),
    "text.parquet": (_cur(), r"is called Parquet, but holds text: fetch it again"),
    "cut.parquet": (_truncated, r"truncated or damaged Parquet file: fetch it again"),
    "column.csv": (
        _without("lineItem/UnblendedCost"),
        r"looks like an AWS legacy CUR, but lacks the column line_item_unblended_cost",
    ),
    "other.csv": (
        lambda path: _text(path, "name,age\nada,36\n"),
        r"no known format has the columns name, age",
    ),
    "ragged.csv": (_ragged, r"line 4: 2 values where the header names 8 columns"),
    "number.csv": (
        _cur({}, {"lineItem/UnblendedCost": "1,50"}),
        r"row 2, column lineItem/UnblendedCost: '1,50' is not a number",
    ),
    "huge.csv": (
        _cur({"lineItem/UnblendedCost": "123456789012345678901"}),
        r"row 1, column lineItem/UnblendedCost: '123456789012345678901' has more",
    ),
    "nan.csv": (_focus({"BilledCost": "NaN"}), r"column BilledCost: 'NaN' is not a"),
    "month.csv": (
        _focus({"BillingPeriodStart": "5-1-26"}),
        r"column BillingPeriodStart: '5-1-26' names no month",
    ),
    "nomonth.csv": (_focus({"BillingPeriodStart": ""}), r"BillingPeriodStart: 'nothin"),
    "currency.csv": (
        _focus({"BillingCurrency": "NULL"}),
        r"has amounts without a currency in 2026-05",
    ),
    "untimed.csv": (
        _focus({}, {"ChargePeriodStart": ""}),
        r"row 2, column ChargePeriodStart: there is no value; correct the export",
    ),
    "time.csv": (
        _cur({}, {"lineItem/UsageStartDate": "5/2/26"}),
        r"row 2, column lineItem/UsageStartDate: '5/2/26' is not a time like 2026-11",
    ),
    "first.csv": (
        _cur({"lineItem/UsageStartDate": "0001-01-01T00:00:00Z"}),
        r"row 1, column lineItem/UsageStartDate: '0001-.* within 10 years of the bill",
    ),
    "cost.csv": (_focus({}, {"BilledCost": ""}), r"row 2, column BilledCost: there is"),
    "sort.csv": (_focus({"ChargeCategory": "NULL"}), r"row 1, column ChargeCategory: "),
    "twice.csv": (
        lambda path: write_csv(path, rows_of(FOCUS | {"billedcost": "9"})),
        r"it has the column BilledCost twice; export it once",
    ),
    "ends.csv": (_mixed_ends, r"its lines do not all end alike, or a quotation mark"),
    "latin.csv": (_latin, r"line 2: not UTF-8 text; export it as UTF-8"),
    "utf16.csv": (
        lambda path: _text(path, "a,b\n1,2\n".encode("utf-16")[:-1]),
        r"is damaged UTF-16 text .*: fetch it again",
    ),
    "unclosed.csv": (_unclosed, r"line 2: a quotation mark is never closed"),
    "binary.csv": (
        lambda path: _text(path, b"\x7fELF\x00\x01\x02"),
        r"neither Parquet nor CSV",
    ),
    "cut.csv.gz": (_cut_gzip, r"is a damaged gzip file .*: fetch it again"),
    "cut.zip": (
        lambda path: _text(path, b"PK\x03\x04 and no more"),
        r"is a damaged or locked ZIP file .*: fetch it again",
    ),
    "two.zip": (_zip_of_two, r"holds 2 files: unpack it first"),
    "nested.zip": (_zip_in_zip, r"holds a ZIP file in a ZIP file: unpack the outer"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_sentence(world, tmp_path, name):
    """Each refusal names the file, says what is wrong, and what to do about it."""
    write, sentence = BAD[name]
    path = tmp_path / "in" / name
    write_csv(tmp_path / "in" / "good one.csv", rows_of(FOCUS))
    write(path)
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.quarantined, len(result.problems)) == (1, 1, 1)
    [problem] = result.problems
    assert problem.startswith(str(path))
    assert re.search(sentence, problem)
    assert problem.endswith(".")
    assert "\n" not in problem
    refused = world.rows(
        "SELECT reason, origin, files FROM bills.versions WHERE status = 'quarantined'"
    )
    assert refused == [(problem, [str(path)], [])]
    assert len(world.lake()) == 1


def test_the_same_bill_in_two_kinds_of_file_counts_once(world, tmp_path):
    """A bill as CSV and as Parquet is there twice; a bad one keeps no good one out."""
    write_csv(tmp_path / "in" / "bill.csv", rows_of(FOCUS), "2026-05-03")
    write_parquet(tmp_path / "in" / "bill.parquet", rows_of(FOCUS), {}, "2026-05-04")
    _text(tmp_path / "in" / "bill.csv.gz", "")
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.quarantined) == (2, 1)
    assert world.rows(
        "SELECT billed_cost FROM bills.versions WHERE status = 'current'"
    ) == [(Decimal("1.5"),)]


def test_a_word_for_no_number_is_none(world, tmp_path):
    """Python programs write None where there is no number."""
    path = tmp_path / "cur.csv"
    rows = rows_of(LEGACY | {"pricing/publicOnDemandCost": "None"}, {}, {})
    write_csv(path, rows)
    assert world.ingest(path).quarantined == 0


def test_a_manifest_too_deep_to_read_keeps_nothing_out(world, tmp_path):
    """A manifest nested beyond reason is refused like any other that is broken."""
    _text(tmp_path / "in" / "deep" / "r-Manifest.json", "[" * 100_000)
    write_csv(tmp_path / "in" / "good.csv", rows_of(FOCUS))
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.quarantined) == (1, 1)
    assert "r-Manifest.json is not valid JSON" in result.problems[0]


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_float_that_is_no_number_is_placed(world, tmp_path, value):
    """What Parquet calls infinite or no number is told with its row and column."""
    path = tmp_path / "bill.parquet"
    rows = rows_of(FOCUS, {}, {"EffectiveCost": value})
    write_parquet(path, rows, {"BilledCost": "DOUBLE", "EffectiveCost": "DOUBLE"})
    result = world.ingest(path)
    assert result.problems[0] == (
        f"{path}, row 2, column EffectiveCost:"
        f" {value!r} is not a number like 1234.5; correct the export."
    )


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        ("1,234", "is not a number like 1234.5, without commas"),
        ("1,23,456.50", "is not a number like 1234.5, without commas"),
        ("$1,234", "is not a number like 1234.5, without currency signs or commas"),
        ("1.234,50 €", "is not a number like 1234.5, without currency signs or commas"),
        ("(-3.5)", "is not a number like 1234.5"),
        ("-", "is not a number like 1234.5"),
        ("1" * 21, "has more than 20 digits before the point"),
    ],
)
def test_a_bad_number_is_told_as_what_it_is(world, tmp_path, value, flaw):
    """A message says whether a text is no number, or one that is too long."""
    costs = {"BilledCost": "$5.00"}, {"BilledCost": value}
    path = write_csv(tmp_path / "bill.csv", rows_of(FOCUS, *costs))
    result = world.ingest(path)
    assert result.problems == (
        f"{path}, row 2, column BilledCost: {value!r} {flaw}; correct the export.",
    )


def test_refusing_twice_changes_nothing(world, tmp_path):
    """The same bad file is refused again, and noted once."""
    path = tmp_path / "bad.csv"
    _ragged(path)
    world.ingest(path)
    before = world.state()
    assert world.ingest(path).quarantined == 1
    assert world.state() == before


def test_a_repaired_export_leaves_quarantine(world, tmp_path):
    """Once the file is good, the note about the bad one is gone."""
    path = tmp_path / "cur.csv"
    _ragged(path)
    world.ingest(path)
    write_csv(path, rows_of(LEGACY))
    world.ingest(path)
    assert [row[1] for row in world.versions()] == ["current"]


def test_a_bill_is_never_loaded_in_part(world, tmp_path):
    """One bad part keeps the other parts of its bill out, but no other bill."""
    folder = tmp_path / "in"
    write_csv(folder / "cur-00001.csv", rows_of(LEGACY))
    _ragged(folder / "cur-00002.csv")
    write_csv(folder / "other-00001.csv", rows_of(FOCUS))
    result = world.ingest(folder)
    assert (result.loaded, result.quarantined) == (1, 1)
    assert "cur-00002.csv" in result.problems[0]
    assert [row[0][:5] for row in world.versions() if row[1] == "current"] == ["focus"]


def test_packed_files_are_unpacked(world, tmp_path):
    """The content decides: gzip and ZIP are opened whatever they are called."""
    plain = write_csv(tmp_path / "plain.csv", rows_of(LEGACY)).read_bytes()
    _text(tmp_path / "in" / "a.csv", gzip.compress(plain))
    other = plain.replace(b"111111111111", b"333333333333")
    with zipfile.ZipFile(tmp_path / "in" / "b.gz", "w") as archive:
        archive.writestr("cur/b.csv", other)
    assert world.ingest(tmp_path / "in").loaded == 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_text_is_read(world, tmp_path, encoding):
    """CSV that was saved as Unicode, of either byte order, is the same bill."""
    path = write_csv(
        tmp_path / "bill.csv", rows_of(FOCUS, {"ResourceName": "Zürich 😀"})
    )
    text = path.read_text(encoding="utf-8")
    path.write_bytes(("\ufeff" + text).encode(encoding))
    assert world.ingest(path).problems == ()
    [row] = world.content(world.versions()[0][0])
    assert (row["ResourceName"], row["BilledCost"]) == ("Zürich 😀", Decimal("1.5"))


def test_headers_may_vary(world, tmp_path):
    """A byte order mark, CRLF and other upper and lower case do no harm."""
    path = write_csv(tmp_path / "f.csv", rows_of(FOCUS))
    header, *rows = path.read_text().splitlines()
    text = "\r\n".join([header.upper(), *rows, ""])
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert world.ingest(path).loaded == 1
    assert "BillingPeriodStart" in world.content("focus.acme.2026-05.v1")[0]


def test_a_bad_file_does_not_make_its_folder_new(world, tmp_path, monkeypatch):
    """What was refused is tried again alone; the good files beside it are known."""
    _ragged(tmp_path / "in" / "bad.csv")
    write_csv(tmp_path / "in" / "good.csv", rows_of(FOCUS))
    world.ingest(tmp_path / "in")
    monkeypatch.setattr("tasks.edge.intake.assembly.bills", None)
    again = world.ingest(tmp_path / "in")
    assert (again.loaded, again.known, again.quarantined) == (0, 1, 1)


def test_what_was_refused_gets_another_chance(world, tmp_path, monkeypatch):
    """A later release that can read a refused file loads it."""
    path = write_csv(tmp_path / "cur.csv", rows_of(LEGACY))
    with monkeypatch.context() as older:
        older.setattr("tasks.edge.intake.parsing.staging.PERIOD", re.compile("never"))
        assert world.ingest(path).quarantined == 1
    assert world.ingest(path).loaded == 1
    assert [row[1] for row in world.versions()] == ["current"]


def test_a_file_that_cannot_be_opened_is_told(world, tmp_path, monkeypatch):
    """A file without permission is one sentence; the others are loaded."""
    locked = write_csv(tmp_path / "in" / "a" / "locked.csv", rows_of(LEGACY))
    write_csv(tmp_path / "in" / "b" / "good.csv", rows_of(FOCUS))
    read = sources.digest

    def refuse(path):
        if path == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr("tasks.edge.intake.arriving.sources.digest", refuse)
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.quarantined) == (1, 1)
    assert result.problems == (f"{locked} cannot be read: Permission denied.",)
