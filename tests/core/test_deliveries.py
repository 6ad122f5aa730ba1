"""What belongs to one bill is decided the same way every time."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.core.intake.deliveries import (
    Slice,
    assemble,
    digest_of,
    is_manifest,
    locate,
    parse_manifest,
    slug,
)
from tasks.core.intake.naming import stem
from tasks.core.intake.numbered import Likeness

LEGACY = {
    "assemblyId": "f1b2",
    "billingPeriod": {"start": "20260501T000000.000Z", "end": "20260601T000000.000Z"},
    "reportKeys": ["p/r/20260501-20260601/f1b2/r-00001.csv.gz"],
}


def part(file, name, first="2026-05-01", last="2026-05-31", account="a"):
    return Slice(file, name, "focus", account, "2026-05", first, last)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("d/cur-00001.snappy.parquet", "d/cur-00002.snappy.parquet", True),
        ("d/part_0_0001.csv", "d/part_0_0002.csv", True),
        ("d/part_0_0001.csv", "d/part_1_0001.csv", True),
        ("d/September-part1.csv", "d/September-part2.csv", True),
        ("d/000000000000.csv", "d/000000000001.csv", True),
        (
            "d/part-00000-0b6e4a7e-6a5c-4b1e-9d3a-6f1f0c9a7b11-c000.snappy.parquet",
            "d/part-00001-1c7f5b8f-7b6d-4c2f-8e4b-7a2a1d0b8c22-c000.snappy.parquet",
            True,
        ),
        ("d/bill-2026-05.csv", "d/bill-2026-06.csv", False),
        ("d/bill-20260501.csv", "d/bill-20260502.csv", False),
        ("d/bill-v1.csv", "d/bill-v2.csv", False),
        ("d/snapshot_1.parquet", "d/snapshot_2.parquet", False),
        ("d/cur2 version 1.csv.gz", "d/cur2 version 2.csv.gz", False),
        ("d/snapshot-00001.csv.gz", "d/snapshot-00002.csv.gz", True),
        ("d/cur-00001.csv", "e/cur-00002.csv", False),
        ("d/cur-00001 (1).csv", "d/cur-00002 (1).csv", True),
        ("d/cur-00001 (1).csv", "d/cur-00001.csv", False),
        ("d/bill-1-of-2.csv", "d/bill-2-of-2.csv", True),
        ("d/data_0_0_0.csv", "d/data_0_1_0.csv", True),
        ("d/0000_part_00", "d/0001_part_00", True),
        (
            "d/part-00000-tid-77-0b6e4a7e-6a5c-4b1e-9d3a-6f1f0c9a7b11-5-1-c000.csv",
            "d/part-00001-tid-77-0b6e4a7e-6a5c-4b1e-9d3a-6f1f0c9a7b11-6-1-c000.csv",
            True,
        ),
        ("d/cur.csv", "d/cur.parquet", False),
        ("d/cur.csv", "d/cur.csv.gz", False),
    ],
)
def test_parts_have_one_stem(one, other, is_same):
    """A part number is no part of the stem; dates, versions and folders are."""
    assert (stem(one) == stem(other)) is is_same


def test_files_of_different_days_add_up():
    """Disjoint days make one bill; the same days make versions of it."""
    first = part(0, "a.csv", "2026-05-01", "2026-05-10")
    second = part(1, "b.csv", "2026-05-11", "2026-05-20")
    late = part(2, "c.csv", "2026-05-20", "2026-05-31")
    assert assemble([second, first]) == [[first, second]]
    assert assemble([first, second, late]) == [[first], [second], [late]]


def test_numbered_files_that_tell_the_same_are_no_parts():
    """States of a bill are versions of it, and the same file counts once."""
    one, two, again = (part(file, f"b-{file}.csv") for file in range(3))
    assert assemble([one, two, again]) == [[one, two, again]]
    states = Likeness({(0, 1), (1, 2)})
    assert assemble([one, two, again], states) == [[one], [two], [again]]
    assert assemble([one, two, again], Likeness({(1, 2)})) == [[one, two], [again]]
    same = [replace(one, digest="d"), replace(two, digest="d")]
    assert assemble([*same, again]) == [[same[0], again]]


def test_parts_are_in_the_order_of_their_numbers():
    """A second run may go on counting, and ten comes after nine."""
    slices = [part(file, f"b-{number}.csv") for file, number in enumerate((1, 10, 9))]
    first, last, middle = slices
    assert assemble(slices, Likeness({(0, 1)})) == [[first, middle], [last]]


def test_runs_of_spark_in_one_folder_are_versions():
    """Parts that are there twice belong to the runs that their ids name."""
    ids = (
        "0b6e4a7e-6a5c-4b1e-9d3a-6f1f0c9a7b11",
        "1c7f5b8f-7b6d-4c2f-8e4b-7a2a1d0b8c22",
    )
    names = [f"part-{number:05d}-{key}-c000.csv" for key in ids for number in (0, 1)]
    slices = [part(file, name) for file, name in enumerate(names)]
    assert assemble(slices) == [slices[:2], slices[2:]]


def test_accounts_are_separate_bills():
    """No bill ever holds two accounts, however the files are called."""
    mine, theirs = part(0, "x-1.csv"), part(1, "x-2.csv", account="b")
    assert assemble([mine, theirs]) == [[mine], [theirs]]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["x-1.csv", "x-2.csv", "y.csv"]),
            st.sampled_from(["a", "b", None]),
            st.integers(1, 28),
            st.integers(0, 5),
        ),
        max_size=8,
    )
)
def test_every_slice_is_in_one_bill(found):
    """Nothing is lost and nothing counted twice."""
    slices = [
        part(number, name, f"2026-05-{day:02d}", f"2026-05-{day + days:02d}", account)
        for number, (name, account, day, days) in enumerate(found)
    ]
    bills = assemble(slices)
    assert sorted(one.file for bill in bills for one in bill) == list(range(len(found)))


def test_a_legacy_manifest_is_read():
    """A legacy CUR manifest tells month and files; an older one tells no time."""
    manifest = parse_manifest("m/r-Manifest.json", LEGACY)
    assert manifest.billing_period == "2026-05"
    assert manifest.files == tuple(LEGACY["reportKeys"])
    assert manifest.known_at is None


@pytest.mark.parametrize(
    ("path", "content", "moment"),
    [
        ("x/20260509T081500Z/r-Manifest.json", LEGACY, (8, 15)),
        ("x.json", LEGACY | {"assemblyId": "20260509T081500Z"}, (8, 15)),
        ("x.json", LEGACY | {"createdAt": "2026-05-09T10:30:00.000Z"}, (10, 30)),
        ("x.json", LEGACY | {"createdAt": "2026-05-09T10:30:00+02:00"}, (8, 30)),
        (
            "x.json",
            {
                "dataFiles": [
                    "s3://b/data/BILLING_PERIOD=2026-05/2026-05-09T07:05:01.337Z-6b/x"
                ]
            },
            (7, 5, 1),
        ),
        (
            "x.json",
            {
                "blobs": [{"blobName": "f.csv"}],
                "runInfo": {
                    "submittedTime": "2026-05-09T06:00:00.1234567Z",
                    "startDate": "2026-05-01T00:00:00",
                },
            },
            (6, 0, 0, 123456),
        ),
    ],
)
def test_the_time_of_an_export_is_found(path, content, moment):
    """Exporters say when they ran in a field, in an id or in a folder's name."""
    manifest = parse_manifest(path, content)
    assert manifest.known_at == datetime(2026, 5, 9, *moment, tzinfo=UTC)
    assert manifest.billing_period == "2026-05"


@pytest.mark.parametrize(
    ("start", "end", "period"),
    [
        ("2026-05-01T00:00:00", "2026-05-31T00:00:00", "2026-05"),
        ("2026-05-01T00:00:00", "2026-06-01T00:00:00", "2026-05"),
        ("2026-05-28T00:00:00", "2026-06-03T00:00:00", None),
    ],
)
def test_an_azure_run_may_cross_months(start, end, period):
    """Only a run that stays within a month promises that its files do."""
    run = {"startDate": start, "endDate": end}
    content = {"blobs": [{"blobName": "f.csv"}], "runInfo": run}
    assert parse_manifest("m.json", content).billing_period == period


@pytest.mark.parametrize("content", [[], {}, {"entries": []}, {"dataFiles": []}, "x"])
def test_what_lists_nothing_is_no_manifest(content):
    """JSON that lists no files says nothing about bills."""
    assert parse_manifest("x-Manifest.json", content) is None


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("a/r-Manifest.json", True),
        ("manifest.json", True),
        ("manifest.csv", False),
        ("manifest/notes.json", False),
    ],
)
def test_manifests_are_known_by_name(name, is_one):
    """Only the file's own name counts."""
    assert is_manifest(name) is is_one


@pytest.mark.parametrize(
    ("place", "file"),
    [
        ("in/x/metadata/P/E/x-Manifest.json", "in/x/data/P/E/x-1.parquet"),
        ("metadata/P/E/x-Manifest.json", "data/P/E/x-1.parquet"),
        ("in/x-Manifest.json", "in/x-1.parquet"),
        ("in/P/x-Manifest.json", "in/P/E/x-1.parquet"),
    ],
)
def test_listed_files_are_found_where_they_were_copied(place, file):
    """However many folders were copied along, the listed file is found."""
    manifest = parse_manifest(
        place, {"dataFiles": ["s3://b/pre/x/data/P/E/x-1.parquet"]}
    )
    assert list(locate(manifest, {file}).values()) == [file]


def test_another_execution_is_no_substitute():
    """A file of the same name in another execution's folder is not taken for it."""
    manifest = parse_manifest(
        "in/metadata/P/E1/x-Manifest.json",
        {"dataFiles": ["s3://b/x/data/P/E1/x-1.parquet"]},
    )
    present = {"in/data/P/E2/x-1.parquet", "in/x-1.parquet"}
    assert list(locate(manifest, present).values()) == [None]


def test_a_manifest_names_nothing_above_itself():
    """A key with two dots leads to no file, whatever lies there."""
    manifest = parse_manifest("d/r-Manifest.json", {"reportKeys": ["../../x/bill.csv"]})
    assert list(locate(manifest, {"d/../../x/bill.csv"}).values()) == [None]


@given(st.none() | st.text())
def test_slugs_are_safe(value):
    """A slug can stand in a path and in a key that dots divide."""
    assert slug(value)
    assert set(slug(value)) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
    )


@given(st.sets(st.text(alphabet="0123456789abcdef", min_size=4), min_size=2))
def test_a_digest_ignores_order(digests):
    """The same contents have the same digest; one file's is its own."""
    assert digest_of(sorted(digests)) == digest_of(sorted(digests, reverse=True))
    assert digest_of({"ab"}) == "ab"
