"""Files that are numbered count once, whether they are parts or states of a bill."""

import pytest

from tests.edge.export_world import FOCUS, World, rows_of, write_csv, write_manifest


def bill(days):
    """Charges of the first days of May: three a day, each with a cost of its own."""
    return rows_of(
        FOCUS,
        *(
            {
                "ChargePeriodStart": f"2026-05-{day:02d}T00:00:00Z",
                "ServiceName": f"service {number}",
                "BilledCost": str(day + number),
            }
            for day in range(1, days + 1)
            for number in range(3)
        ),
    )


def halves(name, days, written_at=None):
    """Files of one export: every second line in each, so both have all days."""
    return [
        (name.format(number + 1), bill(days)[number::2], written_at)
        for number in range(2)
    ]


@pytest.mark.parametrize(
    "files",
    [
        [*halves("cur-{:05}.csv", 5), *halves("cur-{:05} (1).csv", 9, "2026-05-30")],
        [("costs-1.csv", bill(5), None), ("costs-2.csv", bill(9), "2026-05-30")],
        [
            ("b-1.csv", bill(5), None),
            ("b-2.csv", bill(5), None),
            *halves("c-{}.csv", 9),
        ],
        [
            *halves("20260510T081120Z/cur-{:05}.csv", 9, "2026-06-01"),
            *halves("20260506T081120Z/cur-{:05}.csv", 5, "2026-06-02"),
        ],
        [*halves("0a1b/cur-{:05}.csv", 9), *halves("0f1e/cur-{:05}.csv", 5)],
    ],
)
def test_the_newest_run_counts_whole_and_alone(files, tmp_path):
    """Not summed with an older run, whatever tells them apart."""
    world = World(tmp_path)
    for name, rows, written_at in files:
        write_csv(tmp_path / "in" / name, rows, written_at or "2026-05-20")
    world.ingest(tmp_path / "in")
    current = "SELECT row_count FROM bills.versions WHERE status = 'current'"
    assert world.rows(current) == [(27,)]


def test_a_part_that_is_named_alone_brings_the_others(tmp_path):
    """One of two parts is no bill of its own."""
    world = World(tmp_path)
    for name, rows, _ in halves("cur-{:05}.csv.gz", 9):
        write_csv(tmp_path / "in" / name, rows)
    assert world.ingest(tmp_path / "in" / "cur-00002.csv.gz").loaded == 1
    assert world.ingest(tmp_path / "in" / "cur-00001.csv.gz").known == 1
    assert world.versions("row_count") == [(27,)]


def test_a_day_that_is_exported_again_takes_its_own_place(tmp_path):
    """Whatever folder and mark it has, the other days stay."""
    world = World(tmp_path)
    for day in range(3):
        rows = bill(3)[3 * day : 3 * day + 3]
        write_csv(
            tmp_path / "in" / f"day-2026-05-{day + 1:02d}.csv", rows, "2026-05-20"
        )
    world.ingest(tmp_path / "in")
    again = write_csv(tmp_path / "day-2026-05-02 (1).csv", bill(2)[3:5], "2026-05-21")
    assert world.ingest(again).loaded == 1
    current = "SELECT row_count FROM bills.versions WHERE status = 'current'"
    assert world.rows(current) == [(8,)]


def test_runs_about_some_days_add_up(tmp_path):
    """Azure exports a week at a time, too: a run replaces the days it is about."""
    world, folder = World(tmp_path), tmp_path / "in"
    runs = [("a", 8, 14, 9), ("b", 15, 21, 16), ("c", 8, 14, 10)]
    for number, (name, first, last, charged) in enumerate(runs):
        write_csv(folder / name / "part_0_0001.csv", bill(charged)[-3:])
        run = {
            "startDate": f"2026-05-{first:02d}T00:00:00",
            "endDate": f"2026-05-{last:02d}T00:00:00",
            "submittedTime": f"2026-05-{22 + number}T00:00:00Z",
        }
        manifest = {"runInfo": run, "blobs": [{"blobName": "x/part_0_0001.csv"}]}
        write_manifest(folder / name / "manifest.json", manifest)
    world.ingest(folder)
    current = (
        "SELECT row_count, billed_cost::INT FROM bills.versions"
        " WHERE status = 'current'"
    )
    assert world.rows(current) == [(6, 10 + 11 + 12 + 16 + 17 + 18)]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_exports_of_single_sub_accounts_add_up(order, tmp_path):
    """Each replaces earlier ones of its own; one of the whole replaces them all."""
    world = World(tmp_path)

    def written(number, account, days):
        rows = [row | {"SubAccountId": account} for row in bill(days)]
        return write_csv(tmp_path / "in" / f"{number}.csv", rows, f"2026-05-2{number}")

    files = [
        written(1, "/subscriptions/A", 5),
        written(2, "B", 5),
        written(3, "a", 9),
    ]
    whole = [bill(7)[0] | {"SubAccountId": account} for account in "ABC"]
    files.append(write_csv(tmp_path / "in" / "4.csv", whole, "2026-05-24"))
    for number in order:
        world.ingest(files[number])
    known = "SELECT row_count FROM bills.versions ORDER BY known_at"
    assert world.rows(known) == [(15,), (30,), (42,), (3,)]
    current = "SELECT row_count FROM bills.versions WHERE status = 'current'"
    assert world.rows(current) == [(3,)]


def test_a_row_of_the_whole_account_makes_an_export_one_of_it(tmp_path):
    """A fee without a sub-account: such an export replaces the one before."""
    world = World(tmp_path)
    for number, account in enumerate("AB", start=1):
        rows = [row | {"SubAccountId": account} for row in bill(2)]
        rows[0]["SubAccountId"] = "" if account == "B" else account
        world.ingest(
            write_csv(tmp_path / "in" / f"{number}.csv", rows, f"2026-05-2{number}")
        )
    current = "SELECT row_count FROM bills.versions WHERE status = 'current'"
    assert world.rows(current) == [(6,)]
