"""The benchmark of the bill store measures what it says, on a bill small enough."""

import json

import pytest

from benchmarks import bill_store, exports, measuring, sections
from benchmarks.measuring import Bar, Run, Series, WorkFailed

ROWS = 10_000
PEERS = ("polars", "chdb")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bills")
    return bill_store.measure(folder, rows=ROWS, rounds=1, peers=PEERS)


def test_every_part_is_measured(report):
    """Each part of the benchmark runs, and each promise has a number.

    Only a peer that is not installed has none, and the benchmark names it.
    """
    unmeasured = {bar.name for bar in report.bars if bar.measured is None}
    missing = {
        f"the same, against {name}"
        for name in PEERS
        if isinstance(report.numbers["compare"][name], str)
    }
    assert unmeasured == missing
    assert all(
        "No module named" in str(report.numbers["compare"][name.split()[-1]])
        for name in missing
    )
    assert {"compare", "months", "start"} < set(report.numbers)
    assert len(report.bars) > 10


def test_everybody_finds_the_same_money(report):
    """Peers and views answer with the sums of the bare aggregate, to the cent."""
    checked = [
        bar for bar in report.bars if "same money" in bar.name or "differ" in bar.name
    ]
    assert len(checked) >= 4
    assert [bar.name for bar in checked if bar.verdict != "met"] == []


def test_numbers_can_be_written(report):
    """What is kept for ``--json`` is JSON."""
    assert json.loads(json.dumps(report.numbers)) == report.numbers


def test_only_what_is_asked_for(tmp_path):
    """A single part can be measured alone."""
    found = bill_store.measure(tmp_path, rows=ROWS, rounds=1, only=["start"])
    assert list(found.numbers) == ["start"]


def test_bills_are_made_up_once(tmp_path):
    """Bills that lie there already are measured again, not made up again."""
    first = exports.simulated(tmp_path, ROWS)
    times = [path.stat().st_ctime_ns for path in first.aws.rglob("*.parquet")]
    second = exports.simulated(tmp_path, ROWS)
    assert second == first
    assert [p.stat().st_ctime_ns for p in second.aws.rglob("*.parquet")] == times
    assert first.rows == pytest.approx(ROWS, rel=0.2)


def test_a_restated_month_replaces_its_bill(tmp_path):
    """The changed month that is measured is a new version, one line shorter."""
    bills = exports.simulated(tmp_path, ROWS)
    home = str(tmp_path / "home")
    measuring.run("road", paths=[str(bills.aws)], home=home)
    new = exports.restate(bills.executions[0], tmp_path / "new" / "cur2")
    done = measuring.run("road", paths=[str(new)], home=home)
    assert (done.found["loaded"], done.found["current"]) == (1, 1)
    query = "SELECT row_count FROM bills.versions ORDER BY version"
    rows = measuring.run("query", home=home, text=query, params={}).found
    assert rows == [[bills.rows], [bills.rows - 1]]


@pytest.mark.parametrize("peer", PEERS)
def test_peers_read_bills_of_several_files(tmp_path, peer):
    """A peer that is installed adds up all files of a bill, as the bare aggregate."""
    pytest.importorskip(peer, reason=f"{peer} is not installed")
    bills = exports.simulated(tmp_path, ROWS, months=2)
    assert len(bills.files) == 2
    one, other = (
        measuring.run(name, files=bills.files).found for name in ("bare", peer)
    )
    assert one
    assert measuring.differing(one, other) == 0


def test_failed_work_is_said(tmp_path):
    """Work that fails ends with its own error, and is not measured."""
    absent = str(tmp_path / "absent.parquet")
    found = measuring.in_turn(
        {"bare": lambda: measuring.run("bare", files=[absent])}, rounds=2
    )
    assert found["bare"].runs == []
    assert "absent.parquet" in found["bare"].problem
    with pytest.raises(WorkFailed):
        measuring.run("road", paths=[absent], home=str(tmp_path))


def test_rounds_go_forth_and_back():
    """Every second round runs backwards, so that nobody always comes first."""
    order = []

    def work(name):
        order.append(name)
        return Run(1.0, 1.0, 1.0, None)

    works = {name: lambda name=name: work(name) for name in "abc"}
    measuring.in_turn(works, rounds=2)
    assert "".join(order) == "abccba"


def test_memory_is_the_work_s_own(tmp_path):
    """Peak memory does not include what the measuring process held."""
    held = bytearray(600 * 2**20)
    held[::4096] = b"x" * len(held[::4096])
    bills = exports.simulated(tmp_path, ROWS)
    assert measuring.run("bare", files=bills.files).peak_mib < 500


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [(1.3, "met"), (1.31, "NOT MET"), (None, "not measured")],
)
def test_verdicts(measured, verdict):
    """A bar is met up to its limit; what was not measured is not met."""
    assert Bar("ratio", 1.3, measured).verdict == verdict


def test_table_names_who_is_missing():
    """A peer that cannot run stands in the table with its reason."""
    base = Series("bare", [Run(2.0, 1.0, 10.0, None)])
    gone = Series("polars", [], "polars: No module named 'polars'")
    said = "\n".join(measuring.lines([base, gone], 100, base, 4_000))
    assert "No module named 'polars'" in said
    assert "40.0 bytes a row" in said


def test_ratio_needs_both():
    """There is no ratio to what was not measured."""
    base = Series("bare", [Run(2.0, 1.0, 10.0, None)])
    assert sections._ratio(base, Series("polars")) is None
    assert sections._ratio(base, base) == 1
