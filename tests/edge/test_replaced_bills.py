"""A version that takes the place of other costs is told, and can be taken back."""

import shutil
from decimal import Decimal

import pytest

from tasks.edge.intake.versions import returns
from tasks.edge.reconciling import bills
from tests.edge.export_world import World, write_csv
from tests.edge.test_azure import actual, amortised
from tests.edge.test_left_parts import CURRENT, cost, cut, shared_out, state, write

V1, V2 = "focus.acme.2026-05.v1", "focus.acme.2026-05.v2"


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def counts(world, rows):
    return world.rows(CURRENT) == [(cost(rows), len(rows))]


@pytest.mark.parametrize(
    ("divide", "why"),
    [(shared_out, "they have no costs in common"), (cut, "holds none of its days")],
)
@pytest.mark.parametrize("name", ["p{}/cur.csv", "cur ({}).csv"])
def test_parts_that_are_taken_for_versions_are_told(world, divide, why, name):
    """In folders of their own, or as a browser names them; the advice then helps."""
    rows, folder = state(20), world.folder
    halves = divide(rows, 2)
    for number, part in enumerate(halves):
        write_csv(folder / "in" / name.format(number), part, "2026-06-02")
    result = world.ingest(folder / "in")
    # Days that are apart in one folder are parts of one bill.
    if result.loaded == 1:
        assert counts(world, rows)
        return
    [note] = result.notes
    assert f"counts in place of {V1}" in note
    assert why in note
    assert f"costwarden bills withdraw {V2}" in note
    assert "50 to 50 rows, " in note
    returns.withdraw(world.settings, V2)
    write(folder / "all", halves, "2026-06-02")
    assert world.ingest(folder / "all").loaded == 1
    assert counts(world, rows)
    assert (world.ingest(folder / "all").loaded, counts(world, rows)) == (0, True)


@pytest.mark.parametrize("order", [1, -1])
def test_a_version_that_is_much_smaller_is_told(world, order):
    """In either order of arrival, at once and by costwarden bills."""
    whole, third = state(20), state(20)[::3]
    files = [
        write_csv(world.folder / "a" / "cur.csv", whole, "2026-06-01"),
        write_csv(world.folder / "b" / "cur.csv", third, "2026-06-02"),
    ]
    first, second = files[::order]
    assert world.ingest(first).notes == ()
    [note] = world.ingest(second).notes
    assert f" and is much smaller: {len(whole)} to {len(third)} rows, " in note
    assert counts(world, third)
    shown = bills.shown(world.settings, "2026-05")
    assert [row["other_reports"] for row in shown] == [[note], [note]]


@pytest.mark.parametrize("order", [1, -1])
def test_a_version_that_begins_later_is_told(world, order):
    """It lacks the first days, though it may have more rows than before."""
    files = [
        write_csv(world.folder / "a" / "cur.csv", state(20), "2026-06-01"),
        write_csv(world.folder / "b" / "cur.csv", state(25)[10:], "2026-06-02"),
    ]
    first, second = files[::order]
    assert world.ingest(first).notes == ()
    [note] = world.ingest(second).notes
    assert ", but begins on 2026-05-03 and not on 2026-05-01: 100 to 115 rows" in note


@pytest.mark.parametrize("order", [1, -1])
def test_a_month_before_is_not_the_first_day(world, order):
    """A correction of April that is gone is no loss of days of May."""
    rows = state(20)
    april = rows[0] | {"ChargePeriodStart": "2026-04-30T00:00:00Z"}
    files = [
        write_csv(world.folder / "a" / "cur.csv", [april, *rows], "2026-06-01"),
        write_csv(world.folder / "b" / "cur.csv", rows, "2026-06-02"),
    ]
    first, second = files[::order]
    assert (world.ingest(first).notes, world.ingest(second).notes) == ((), ())


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(lambda rows: rows + state(22)[100:], id="grows"),
        pytest.param(lambda _: state(20, gone=1), id="loses some"),
        pytest.param(
            lambda rows: [*rows, rows[0] | {"BilledCost": "-900"}], id="credit"
        ),
        pytest.param(
            lambda rows: [row | {"BilledCost": "0.01"} for row in rows], id="prices"
        ),
    ],
)
def test_a_later_state_of_a_bill_is_not(world, later):
    """Months grow, lines are taken out, credits and other prices come."""
    rows = state(20)
    world.ingest(write_csv(world.folder / "a" / "cur.csv", rows, "2026-06-01"))
    path = write_csv(world.folder / "b" / "cur.csv", later(rows), "2026-06-02")
    result = world.ingest(path)
    assert (result.loaded, result.notes) == (1, ())


def test_parts_that_were_loaded_one_by_one_become_one_bill(world):
    """Their content is known, but not that they belong together."""
    rows, folder = state(20), world.folder
    parts = write(folder / "in", shared_out(rows, 2), "2026-06-02")
    for part, name in zip(parts, ("one.csv", "two.csv"), strict=True):
        (folder / name).parent.mkdir(exist_ok=True)
        world.ingest(shutil.copy2(part, folder / name))
    result = world.ingest(folder / "in")
    assert (result.loaded, result.notes) == (1, ())
    assert counts(world, rows)
    assert world.ingest(folder / "in").loaded == 0


def test_a_part_is_taken_out_of_a_withdrawn_version(world):
    """What was known before the withdrawal stays; the others count from then on."""
    rows, folder = state(20), world.folder / "in"
    files = write(folder, shared_out(rows, 4), "2026-06-02")
    world.ingest(folder)
    returns.withdraw(world.settings, V1)
    again = world.ingest(folder)
    assert (again.loaded, again.known) == (0, 1)
    files[3].unlink()
    assert world.ingest(folder).loaded == 1
    assert counts(world, [row for part in shared_out(rows, 4)[:3] for row in part])
    [[ended, began]] = world.rows(
        "SELECT min(superseded_at), max(known_at) FROM bills.versions"
    )
    assert ended == began


@pytest.mark.parametrize("given", ["b", "a"])
def test_a_bill_moves_to_another_source_when_it_is_withdrawn(world, given):
    """Until then it is kept where it is, and people are told where."""
    rows = state(20)
    path = write_csv(world.folder / "cur.csv", rows, "2026-06-02")
    world.ingest(path, source="a")
    result = world.ingest(path, source="b")
    assert (result.loaded, result.known) == (0, 1)
    [note] = result.notes
    assert note.startswith(f"{path} is kept under the source a as a.acme.2026-05.v1, ")
    assert "costwarden bills withdraw a.acme.2026-05.v1" in note
    returns.withdraw(world.settings, "a.acme.2026-05.v1")
    result = world.ingest(path, source=given)
    assert result.loaded == (given == "b")
    current = "SELECT source FROM bills.versions WHERE status = 'current'"
    assert world.rows(current) == ([("b",)] if given == "b" else [])
    assert world.ingest(path, source=given).loaded == 0


@pytest.mark.parametrize("order", ["acb", "bac"])
def test_two_halves_under_any_names_are_no_two_reports(world, order):
    """Nobody is told that one counts in place of the other, for both do."""
    files = {
        "a": write_csv(world.folder / "real-1.csv", actual("1"), "2026-06-02"),
        "b": write_csv(world.folder / "real-2.csv", actual("5"), "2026-06-04"),
        "c": write_csv(world.folder / "spread-x.csv", amortised(), "2026-06-03"),
    }
    for name in order:
        assert world.ingest(files[name]).notes == ()
    current = (
        "SELECT billed_cost, effective_cost FROM bills.versions"
        " WHERE status = 'current'"
    )
    assert world.rows(current) == [(105, Decimal("3.5"))]
