"""Queries against the cases in the folders beside this file; a new case needs no code.

``tests/sql/<layer>/<query>/<case>/`` holds ``expect.csv``, of which only the columns
that it names are compared, and what the query is to read:

- ``<schema>.<table>.csv``: rows of a warehouse table.
- ``files.csv``: an export; it becomes a Parquet file in a lake whose bill version has
  the name of the case. ``$files`` names it, ``$lines`` the view of its rows.
- ``focus.charges.csv``: FOCUS rows; ``$charges`` names them, and
  ``focus.cost_and_usage``, ``charge_groups``, ``audited_groups`` and ``broken_rules``
  are made from them, and ``tag_groups`` by the tag ``team``.
- ``params.toml``: other parameters, if any.
"""

import csv
import tomllib
from pathlib import Path

import pytest

from tasks.core.intake.formats import aws
from tasks.core.intake.formats.recognition import BILLS
from tasks.edge.database import queries, warehouse
from tasks.edge.mapping import focus, macros, names
from tasks.edge.reconciling import audit

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/*/expect.csv"))
CHARGES = "case_charges"
LINES = "case_lines"


def layer_and_query(case):
    return f"{case.parent.parent.name}/{case.parent.name}"


@pytest.fixture(scope="module")
def empty():
    with warehouse.connect(":memory:") as con:
        macros.install(con)
        yield con


@pytest.fixture
def con(empty):
    """A warehouse without a row, which forgets whatever a case does to it."""
    empty.execute("BEGIN TRANSACTION")
    yield empty
    empty.execute("ROLLBACK")


def header(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines))


def fill(con, table, path):
    """Add the rows of a CSV; a cell that is empty is null."""
    con.execute(
        f"INSERT INTO {table} BY NAME"
        " FROM read_csv($path, all_varchar = true, header = true)",
        {"path": str(path)},
    )


def kind_of(case):
    """Return the format whose queries a case is about, by the query's name."""
    by_name = sorted(BILLS.values(), key=lambda kind: -len(kind.family))
    query = f"focus.{case.parent.name}"
    return next((k for k in by_name if query.startswith(k.family)), aws.CUR2)


def family(case):
    """Return what the macros begin with that read the export of a case."""
    return kind_of(case).family


def export(con, case, folder):
    """Write ``files.csv`` as Parquet, as ingest does: only text is left untyped."""
    raw = kind_of(case).raw
    types = {row[0]: row[1] for row in con.execute(f"DESCRIBE {raw}").fetchall()}
    named = header(case / "files.csv")
    typed = {
        name
        for name in named
        if any(word in types.get(name, "") for word in ("DECIMAL", "[]"))
    }
    declared = ", ".join(
        f'"{name}" {types[name] if name in typed else "VARCHAR"}' for name in named
    )
    con.execute(f"CREATE TABLE exported ({declared})")
    fill(con, "exported", case / "files.csv")
    target = folder / f"source=case/billing_period=2024-01/version={case.name}"
    target.mkdir(parents=True)
    path = target / "part-1.parquet"
    con.execute(f"COPY exported TO '{path}'")
    return str(path)


def prepare(con, case, folder):
    """Fill what the case gives, and return what its query is asked with.

    A parameter that the case does not give is NULL.
    """
    values = {}
    if (case / "params.toml").exists():
        values = tomllib.loads((case / "params.toml").read_text(encoding="utf-8"))
    given = set(values)
    con.execute(f"CREATE TABLE {CHARGES} AS FROM focus.charges")
    con.execute(f"ALTER TABLE {CHARGES} ADD COLUMN x_ChargeCount BIGINT DEFAULT 1")
    for path in sorted(case.glob("*.*.csv")):
        table = CHARGES if path.stem == "focus.charges" else path.stem
        fill(con, table, path)
    names.install(con)
    con.execute(f"CREATE VIEW focus.cost_and_usage AS FROM {CHARGES}")
    con.execute(
        "CREATE TEMP TABLE charge_groups AS " + queries.text("series/charge_groups"),
        {"charges": CHARGES},
    )
    query = queries.text(layer_and_query(case))
    if "tag_groups" in query:
        con.execute(
            "CREATE TEMP TABLE tag_groups AS " + queries.text("series/tag_groups"),
            {"charges": CHARGES, "keys": ["team"]},
        )
    is_audit = case.parent.parent.name == "audit"
    if is_audit or "audited_groups" in query or "broken_rules" in query:
        audit.judge(con, f"FROM {CHARGES}")
    if (case / "files.csv").exists():
        values["files"] = [export(con, case, folder)]
        con.execute(
            f"CREATE VIEW {LINES} AS"
            f" FROM {family(case)}_exported({queries.literal(values['files'])})"
        )
        values["file"] = values["files"][0]
        values["sums"] = values["files"]
    values["lines"] = LINES
    values["charges"] = audit.JUDGED if is_audit else CHARGES
    asked = queries.params(layer_and_query(case))
    assert given <= set(asked), "params.toml names what the query does not ask for"
    return {key: values.get(key) for key in asked}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(HERE)))
def test_case(con, case, tmp_path):
    """The query gives exactly the rows that the case expects."""
    name = layer_and_query(case)
    values = prepare(con, case, tmp_path)
    con.execute(f"CREATE TABLE actual AS {queries.text(name)}", values or None)
    columns = ", ".join(f'"{column}"' for column in header(case / "expect.csv"))
    con.execute(f"CREATE TABLE expected AS SELECT {columns} FROM actual LIMIT 0")
    fill(con, "expected", case / "expect.csv")
    actual = f"SELECT {columns} FROM actual"
    missing = con.execute(f"FROM expected EXCEPT ALL {actual}").fetchall()
    surplus = con.execute(f"{actual} EXCEPT ALL FROM expected").fetchall()
    assert (missing, surplus) == ([], [])


EXPORTS = [
    case
    for case in CASES
    if (case / "files.csv").exists() and case.parent.name != "file_shapes"
]
GROUPS = queries.text("series/charge_groups")


@pytest.mark.parametrize("case", EXPORTS, ids=lambda case: str(case.relative_to(HERE)))
def test_sums_give_the_same_groups(con, case, tmp_path):
    """What is mapped from sums of lines is what is mapped from the lines one by one."""
    prepare(con, case, tmp_path)
    mapping = kind_of(case).mapping
    con.execute(f"CREATE TABLE sums AS FROM {family(case)}_summed('{LINES}')")
    for source, groups in ((LINES, "one_by_one"), ("sums", "summed")):
        con.execute(f"CREATE VIEW {groups}_charges AS FROM {mapping}('{source}')")
        con.execute(
            f"CREATE TABLE {groups} AS {GROUPS}", {"charges": f"{groups}_charges"}
        )
    one_by_one, summed = (
        sorted(con.execute(f"FROM {groups}").fetchall(), key=repr)
        for groups in ("one_by_one", "summed")
    )
    assert summed == one_by_one


@pytest.mark.parametrize(
    "query",
    [
        *queries.names("focus"),
        *queries.names("series"),
        *queries.names("checks"),
        *queries.names("audit"),
        *queries.names("main"),
    ],
)
def test_every_query_has_a_case(query):
    """No mapping, series or check is without a case."""
    assert query in {layer_and_query(case) for case in CASES}


def test_no_bills_give_no_rows(tmp_path):
    """Before the first bill, every view and macro answers with nothing."""
    with warehouse.connect(":memory:") as con:
        assert focus.install(con, tmp_path) == 0
        for source in (
            "focus.cost_and_usage",
            "focus.cost_and_usage_1_2",
            "focus_data_table",
            "CostAndUsage",
            "focus.as_of(now())",
            "series.daily_cost",
            "series.daily_cost_as_of('2024-01-01')",
        ):
            assert con.execute(f"SELECT count(*) FROM {source}").fetchall() == [(0,)]
