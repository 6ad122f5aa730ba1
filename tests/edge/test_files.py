"""Files that hold a table, however they were written; or a sentence on what to do."""

import bz2
import gzip
import json
import zipfile

import pandas as pd
import pytest

from tasks.core.errors import NothingThere, UnreadableFile, WrongArgument
from tasks.edge.detection import files

ROWS = [("2026-03-05", "1.5"), ("2026-03-06", "2.5"), ("2026-03-07", "3.5")]
LINES = "".join(f"{day},{cost}\n" for day, cost in ROWS)
PLAIN = "date,cost\n" + LINES
RECORDS = [{"date": day, "cost": float(cost)} for day, cost in ROWS]


def packed(content):
    return gzip.compress(content, mtime=0)


def read(tmp_path, content, name="costs.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return files.read(path)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PLAIN, "costs.csv"),
        (PLAIN, "costs"),
        (PLAIN.replace(",", ";"), "costs.csv"),
        (PLAIN.replace(",", "\t"), "costs.tsv"),
        (PLAIN.replace(",", "|"), "costs.txt"),
        (PLAIN.replace("\n", "\r\n"), "costs.csv"),
        (PLAIN.replace("\n", "\r"), "costs.csv"),
        (PLAIN.encode("utf-8-sig"), "costs.csv"),
        (PLAIN.encode("utf-16"), "costs.csv"),
        ("sep=;\n" + PLAIN.replace(",", ";"), "costs.csv"),
        ("\n\n" + PLAIN, "costs.csv"),
        ("Costs of ACME\nmade on 5 May\n\n" + PLAIN, "costs.csv"),
        ("# made by hand\n" + PLAIN, "costs.csv"),
        (" date , cost \n" + LINES.replace(",", ", "), "costs.csv"),
        ("date,cost\n" + LINES.replace("\n", ",\n"), "costs.csv"),
        ("date,cost,\n" + LINES.replace("\n", ",\n"), "costs.csv"),
        (packed(PLAIN.encode()), "costs.csv.gz"),
        (packed(PLAIN.encode()), "costs.csv"),
        (bz2.compress(PLAIN.encode()), "costs.csv.bz2"),
        (json.dumps(RECORDS), "costs.json"),
        (json.dumps(RECORDS, indent=2), "costs.txt"),
        ("\n".join(map(json.dumps, RECORDS)), "costs.ndjson"),
        (packed("\n".join(map(json.dumps, RECORDS)).encode()), "costs.json.gz"),
    ],
)
def test_the_same_table_in_many_forms(tmp_path, content, name):
    """Delimiters, letters, titles, compression and JSON: the same rows come back."""
    found = read(tmp_path, content, name)
    assert list(found.rows) == ["date", "cost"]
    assert found.rows["date"].tolist() == [day for day, _ in ROWS]
    assert found.rows["cost"].astype("float64").tolist() == [1.5, 2.5, 3.5]
    assert found.notes == ()


def test_archives_and_parquet_under_any_name(tmp_path):
    """What a file is, its first bytes say."""
    with zipfile.ZipFile(tmp_path / "costs.zip", "w") as archive:
        archive.writestr("costs.csv", PLAIN)
    assert files.read(tmp_path / "costs.zip").rows["date"].tolist()[0] == ROWS[0][0]
    pd.DataFrame(RECORDS).to_parquet(tmp_path / "costs.csv")
    assert files.read(tmp_path / "costs.csv").rows["cost"].tolist() == [1.5, 2.5, 3.5]


def test_letters_that_are_no_utf_8_are_said(tmp_path):
    """A spreadsheet's CSV from Western Europe is read; who reads it may know better."""
    found = read(tmp_path, "Tag,Köln\n2026-03-05,1\n".encode("cp1252"))
    assert list(found.rows) == ["Tag", "Köln"]
    assert found.notes[0].startswith("costs.csv is not in UTF-8: its letters were read")


def test_what_is_no_empty_cell_stays(tmp_path):
    """NA may be North America."""
    found = read(tmp_path, "date,region,cost\n2026-03-05,NA,1\n2026-03-06,,2\n")
    assert found.rows["region"].tolist()[0] == "NA"
    assert found.rows["region"].isna().tolist() == [False, True]


def test_names_that_come_twice_are_known(tmp_path):
    """Which of two is meant, only their names can say."""
    found = read(tmp_path, "date,cost,cost\n2026-03-05,1,2\n")
    assert list(found.rows) == ["date", "cost", "cost.1"]
    assert found.repeated == {"cost"}


@pytest.mark.parametrize(
    ("content", "name", "error", "says"),
    [
        ("", "costs.csv", NothingThere, "costs.csv is empty"),
        ("\n\n", "costs.csv", NothingThere, "costs.csv has no rows"),
        ("date,cost\n", "costs.csv", NothingThere, "costs.csv has no rows"),
        (
            LINES,
            "costs.csv",
            WrongArgument,
            "its first row is 2026-03-05, 1.5. Write a",
        ),
        ("1,2\n3,4\n", "costs.csv", WrongArgument, "has no names of columns"),
        (PLAIN + "2026-03-08,1,2\n", "costs.csv", UnreadableFile, "line 5, saw 3"),
        (
            b"PK\x03\x04" + bytes(99),
            "costs.xlsx",
            UnreadableFile,
            "is a workbook, which",
        ),
        (
            b"PK\x03\x04" + bytes(99),
            "costs.csv",
            UnreadableFile,
            "save the table as CSV",
        ),
        (b"\xd0\xcf\x11\xe0" + bytes(9), "costs.xls", UnreadableFile, "is a workbook"),
        (b"no workbook", "costs.xlsx", UnreadableFile, "is a workbook"),
        (b"%PDF-1.4", "costs.pdf", UnreadableFile, "is a PDF file"),
        ("<!DOCTYPE html><p>", "costs.csv", UnreadableFile, "is a page of HTML or XML"),
        (b"\x28\xb5\x2f\xfd", "costs.csv.zst", UnreadableFile, "compressed with zstd"),
        (PLAIN.encode("utf-16-be"), "costs.csv", UnreadableFile, "no text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "costs.csv", UnreadableFile, "no text in UTF-8"),
        (b"no parquet", "costs.parquet", UnreadableFile, "cannot be read"),
        ('[{"date": 1,', "costs.json", UnreadableFile, "no list of flat records"),
        ('[{"a": {"b": 1}}]', "costs.json", UnreadableFile, r"records \(a\): write a"),
        (
            packed(b"a,b\n1,2\n" * 99)[:-9],
            "a.csv.gz",
            UnreadableFile,
            "a.csv.gz",
        ),
    ],
)
def test_what_is_no_table_is_said(tmp_path, content, name, error, says):
    """Every other file ends in a sentence that names it and says what to do."""
    with pytest.raises(error, match=says):
        read(tmp_path, content, name)
