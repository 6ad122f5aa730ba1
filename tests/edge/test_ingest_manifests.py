"""A manifest says what belongs together, and is taken at its word or not at all."""

import json

import pytest

from tests.edge.export_world import (
    FOCUS,
    LEGACY,
    World,
    rows_of,
    write_csv,
    write_manifest,
)

BY_PATH_AND_URL = pytest.mark.parametrize("named", [str, "file://{}".format])


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def cur_manifest(*keys, start="20260501T000000.000Z", **more):
    """A manifest as a legacy CUR has it."""
    return {
        "assemblyId": "20260509T081500Z",
        "account": "111111111111",
        "billingPeriod": {"start": start, "end": "20260601T000000.000Z"},
        "reportKeys": list(keys),
    } | more


def data_export(folder, execution, cost):
    """One execution of a Data Export that keeps each in a folder of its own."""
    partition = f"BILLING_PERIOD=2026-05/{execution}"
    rows = rows_of(LEGACY, {"lineItem/UnblendedCost": cost})
    rows = [{_cur2(name): value for name, value in row.items()} for row in rows]
    write_csv(folder / "data" / partition / "x-00001.csv.gz", rows, "2026-07-01")
    write_manifest(
        folder / "metadata" / partition / "x-Manifest.json",
        {
            "executionId": execution,
            "dataFiles": [f"s3://bucket/some/x/data/{partition}/x-00001.csv.gz"],
        },
    )


def _cur2(name):
    plain = {
        "lineItem/": "line_item_",
        "bill/": "bill_",
        "PayerAccountId": "payer_account_id",
        "BillingPeriodStartDate": "billing_period_start_date",
        "UsageAccountId": "usage_account_id",
        "LineItemType": "line_item_type",
        "UsageStartDate": "usage_start_date",
        "ProductCode": "product_code",
        "CurrencyCode": "currency_code",
        "UnblendedCost": "unblended_cost",
    }
    for old, new in plain.items():
        name = name.replace(old, new)
    return name


def test_a_manifest_lists_the_parts(world, tmp_path):
    """Listed files are one bill, known since the export was made; others stay out."""
    folder = tmp_path / "in" / "20260501-20260601"
    for name in ("one.csv", "two.csv", "left over.csv"):
        write_csv(folder / "a1" / name, rows_of(LEGACY | {"lineItem/Note": name}))
    keys = ["p/r/20260501-20260601/a1/one.csv", "p/r/20260501-20260601/a1/two.csv"]
    for place in (folder, folder / "a1"):
        write_manifest(place / "r-Manifest.json", cur_manifest(*keys))
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.problems) == (1, ())
    assert world.versions("row_count, len(files), known_at::TEXT, source_format") == [
        (2, 2, "2026-05-09 08:15:00+00", "aws_legacy_cur")
    ]
    assert len(world.said) == 1
    assert "left over.csv is left out" in world.said[0]


def test_executions_are_versions(world, tmp_path):
    """Each execution of an export is a version, in the order of their times."""
    data_export(tmp_path / "in", "2026-05-09T05:00:00.000Z-aa", "2")
    data_export(tmp_path / "in", "2026-05-03T05:00:00.000Z-zz", "1")
    assert world.ingest(tmp_path / "in").loaded == 2
    assert world.versions("version, status, billed_cost::INT, known_at::TEXT") == [
        (1, "superseded", 1, "2026-05-03 05:00:00+00"),
        (2, "current", 2, "2026-05-09 05:00:00+00"),
    ]
    assert world.versions("source_format")[0] == ("aws_cur2",)


@BY_PATH_AND_URL
def test_copies_of_one_export_are_versions(world, tmp_path, named):
    """Snapshots of an export that overwrites itself lie side by side, and all count."""
    key = "p/r/20260501-20260601/cur-1.csv"
    for day, cost in (("09", "2"), ("03", "1"), ("15", "3")):
        folder = tmp_path / "in" / f"seen-{day}" / "20260501-20260601"
        rows = rows_of(LEGACY, {"lineItem/UnblendedCost": cost})
        write_csv(folder / "cur-1.csv", rows, "2026-07-01")
        stamp = f"202605{day}T081500Z"
        write_manifest(folder / "r-Manifest.json", cur_manifest(key, assemblyId=stamp))
    assert world.ingest(named(tmp_path / "in")).loaded == 3
    assert world.versions("status, billed_cost::INT, known_at::DATE::TEXT") == [
        ("superseded", 1, "2026-05-03"),
        ("superseded", 2, "2026-05-09"),
        ("current", 3, "2026-05-15"),
    ]


def test_executions_are_found_behind_a_url(world, tmp_path):
    """Manifests mean the same when everything has to be fetched first."""
    data_export(tmp_path / "in", "2026-05-09T05:00:00.000Z-aa", "2")
    data_export(tmp_path / "in", "2026-05-03T05:00:00.000Z-zz", "1")
    assert world.ingest((tmp_path / "in").as_uri()).loaded == 2
    assert world.versions("status, billed_cost::INT") == [
        ("superseded", 1),
        ("current", 2),
    ]


def test_an_export_can_be_named_by_its_manifest(world, tmp_path):
    """The path of a manifest stands for the files that it lists."""
    execution = "2026-05-09T05:00:00.000Z-aa"
    data_export(tmp_path / "in", execution, "2")
    partition = f"metadata/BILLING_PERIOD=2026-05/{execution}"
    assert world.ingest(tmp_path / "in" / partition / "x-Manifest.json").loaded == 1


def test_a_missing_file_keeps_the_bill_out(world, tmp_path):
    """An export of which a file has not arrived is refused until it has."""
    folder = tmp_path / "in"
    write_csv(folder / "one.csv", rows_of(LEGACY))
    write_manifest(folder / "r-Manifest.json", cur_manifest("p/one.csv", "p/two.csv"))
    result = world.ingest(folder)
    assert (result.loaded, result.quarantined) == (0, 1)
    assert "lists 2 files, of which p/two.csv is not there" in result.problems[0]
    write_csv(folder / "two.csv", rows_of(LEGACY, {"lineItem/UnblendedCost": "9"}))
    assert world.ingest(folder).loaded == 1
    assert [row[1] for row in world.versions()] == ["current"]


@BY_PATH_AND_URL
def test_a_late_file_joins_its_export(world, tmp_path, named):
    """A missing file that is ingested alone completes its export, and is no bill."""
    folder = tmp_path / "in"
    write_csv(folder / "one.csv", rows_of(LEGACY))
    write_manifest(folder / "r-Manifest.json", cur_manifest("p/one.csv", "p/two.csv"))
    assert world.ingest(named(folder)).quarantined == 1
    late = {"lineItem/UnblendedCost": "9"}
    write_csv(folder / "two.csv", rows_of(LEGACY, late))
    assert world.ingest(named(folder / "two.csv")).loaded == 1
    assert world.versions("status, row_count, len(files)") == [("current", 2, 2)]


@BY_PATH_AND_URL
def test_a_file_of_an_export_is_no_export(world, tmp_path, named):
    """One file that a manifest lists is refused like the export that lacks the rest."""
    data_export(tmp_path / "in", "2026-05-09T05:00:00.000Z-aa", "2")
    [file] = (tmp_path / "in" / "data").rglob("*.csv.gz")
    [manifest] = (tmp_path / "in" / "metadata").rglob("*.json")
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["dataFiles"].append(content["dataFiles"][0].replace("-00001", "-00002"))
    write_manifest(manifest, content)
    result = world.ingest(named(file))
    assert (result.loaded, result.quarantined) == (0, 1)
    assert "fetch the whole export" in result.problems[0]


def test_a_gap_in_part_numbers_is_told(world, tmp_path):
    """Without a manifest nobody knows how many parts there are; a gap is told."""
    for name in ("c-00001.csv", "c-00003.csv"):
        write_csv(tmp_path / "in" / name, rows_of(LEGACY | {"lineItem/Note": name}))
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.quarantined) == (1, 0)
    [note] = result.notes
    assert note.startswith(f"{tmp_path / 'in' / 'c-00002.csv'} is not there")


def test_the_month_must_match(world, tmp_path):
    """Files about another month than their manifest's are refused."""
    write_csv(tmp_path / "in" / "one.csv", rows_of(LEGACY))
    manifest = cur_manifest("one.csv", start="20260401T000000.000Z")
    write_manifest(tmp_path / "in" / "r-Manifest.json", manifest)
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.quarantined) == (0, 1)
    assert (
        "is about 2026-04, but its files hold charges of 2026-05" in result.problems[0]
    )


@pytest.mark.parametrize(("stated", "loaded"), [(2, 1), (3, 0)])
def test_stated_rows_must_be_there(world, tmp_path, stated, loaded):
    """An Azure manifest states its rows; more or fewer are refused."""
    folder = tmp_path / "in" / "focus" / "20260501-20260531" / "run"
    write_csv(folder / "part_0_0001.csv", rows_of(FOCUS, {}, {}))
    manifest = {
        "dataRowCount": stated,
        "runInfo": {
            "submittedTime": "2026-05-09T06:00:00.1234567Z",
            "startDate": "2026-05-01T00:00:00",
        },
        "blobs": [{"blobName": "focus/20260501-20260531/run/part_0_0001.csv"}],
    }
    write_manifest(folder / "manifest.json", manifest)
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.quarantined) == (loaded, 1 - loaded)
    if loaded:
        assert world.versions("known_at::DATE::TEXT") == [("2026-05-09",)]
    else:
        assert "states 3 rows, but its files hold 2" in result.problems[0]


def test_a_broken_manifest_keeps_its_folder_out(world, tmp_path):
    """What lies beside an unreadable manifest may be half an export: it waits."""
    write_csv(tmp_path / "in" / "one.csv", rows_of(LEGACY))
    (tmp_path / "in" / "r-Manifest.json").write_text('{"reportKeys": [')
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.quarantined) == (0, 1)
    assert "r-Manifest.json is not valid JSON" in result.problems[0]


def test_other_manifests_mean_nothing(world, tmp_path):
    """Athena's and Redshift's manifests beside a report do not list bills."""
    write_csv(tmp_path / "in" / "one.csv", rows_of(LEGACY))
    write_manifest(tmp_path / "in" / "r-RedshiftManifest.json", {"entries": []})
    assert world.ingest(tmp_path / "in").loaded == 1


def test_the_same_export_with_and_without_manifest(world, tmp_path):
    """Files that were loaded without a manifest are known when it comes along."""
    for name in ("c-00001.csv", "c-00002.csv"):
        write_csv(tmp_path / "in" / name, rows_of(LEGACY | {"lineItem/Note": name}))
    world.ingest(tmp_path / "in")
    manifest = cur_manifest("c-00001.csv", "c-00002.csv")
    write_manifest(tmp_path / "in" / "c-Manifest.json", manifest)
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.known) == (0, 1)


def test_parts_that_are_read_together_keep_their_order(world, tmp_path):
    """Files are read several at once; the bill lists them as the folder does."""
    names = [f"c-{number:05d}.csv" for number in range(5)]
    for number, name in enumerate(names):
        # The first takes longest.
        rows = [LEGACY | {"lineItem/UnblendedCost": str(number)}]
        write_csv(tmp_path / "in" / name, rows * max(2000 // 10**number, 1))
    write_manifest(tmp_path / "in" / "c-Manifest.json", cur_manifest(*names))
    assert world.ingest(tmp_path / "in").loaded == 1
    (bill_id,) = world.versions("bill_id")[0]
    costs = [int(row["line_item_unblended_cost"]) for row in world.content(bill_id)]
    assert costs == sorted(costs)
    assert [costs.count(number) for number in range(5)] == [2000, 200, 20, 2, 1]


def test_the_first_of_several_damaged_parts_is_named(world, tmp_path):
    """What is told of a delivery does not depend on which part was read first."""
    names = [f"c-{number:05d}.csv" for number in range(4)]
    for number, name in enumerate(names):
        cost = "1.5" if number == 0 else "much"
        rows = [LEGACY] * 1000 if number == 1 else []
        rows.append(LEGACY | {"lineItem/UnblendedCost": cost})
        write_csv(tmp_path / "in" / name, rows)
    write_manifest(tmp_path / "in" / "c-Manifest.json", cur_manifest(*names))
    result = world.ingest(tmp_path / "in")
    assert (result.loaded, result.quarantined) == (0, 1)
    assert "c-00001.csv, row 1001" in result.problems[0]
