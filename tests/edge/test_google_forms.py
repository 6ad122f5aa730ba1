"""Google's bills come out of programs that nest in their own way, or not at all."""

import json
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.edge import google_world
from tests.edge.export_world import World, write_csv
from tests.edge.google_world import credit, flat, row

BILLED = Decimal("6.65")
ROWS = [
    row(currency="JPY", cost=0.1, labels=[]),
    row(
        currency="JPY",
        cost=7.25,
        labels=[{"key": "team", "value": "o'hara"}, {"key": "env", "value": "a} {b"}],
        credits=[
            credit("PROMOTION", -0.25, "trial"),
            credit("SUSTAINED_USAGE_DISCOUNT", -0.45),
        ],
    ),
]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def as_json_cells(item):
    """One row with each nested column as JSON in one cell."""
    return {
        name: json.dumps(value) if isinstance(value, dict | list) else value
        for name, value in item.items()
    }


def as_pandas_cells(item):
    """One row of a data frame that BigQuery gave: arrays within structs, Decimals."""
    return {
        name: _shown(value) if isinstance(value, dict | list) else value
        for name, value in item.items()
    }


def _shown(value, depth=0):
    if isinstance(value, list):
        array = "[" + "\n ".join(_shown(one, depth + 1) for one in value) + "]"
        return f"array({array}, dtype=object)" if depth else array
    if isinstance(value, dict):
        inner = (f"{name!r}: {_shown(one, depth + 1)}" for name, one in value.items())
        return "{" + ", ".join(inner) + "}"
    return f"Decimal('{value}')" if isinstance(value, int) else repr(value)


def told(world):
    """What came of the bill, and of its second row."""
    world.charges("count(*)")
    return (
        world.versions("billing_period, row_count, billed_cost, billing_currency"),
        world.charges(
            "ServiceName, SubAccountId, Tags->>'team', Tags->>'unit', BilledCost"
        ),
    )


EXPECTED = (
    [("2026-05", 2, BILLED, "JPY")],
    [
        ("Compute Engine", "shop", "o'hara", "web", Decimal("-0.25")),
        ("Compute Engine", "shop", "o'hara", "web", Decimal("6.8")),
        ("Compute Engine", "shop", None, "web", Decimal("0.1")),
    ],
)


@pytest.mark.parametrize("cells", [as_json_cells, as_pandas_cells])
def test_structs_in_cells(world, tmp_path, cells):
    """A table in which each struct is one cell's text is the same bill."""
    path = write_csv(tmp_path / "frame.csv", [cells(item) for item in ROWS])
    assert world.ingest(path).problems == ()
    assert told(world) == EXPECTED


def test_a_struct_that_nobody_can_read(world, tmp_path):
    """A cell that is neither JSON nor Python's refuses the file."""
    broken = as_json_cells(ROWS[0]) | {"invoice": "<Invoice 202605>"}
    path = write_csv(tmp_path / "frame.csv", [broken])
    [problem] = world.ingest(path).problems
    assert "frame.csv: a cell with a nested column is no JSON" in problem


def test_lists_that_are_not_marked(world, tmp_path):
    """Lists that Parquet keeps as two plain groups are read with all their credits."""
    source = google_world.write_json(tmp_path / "source.json", ROWS)
    wrapped = "{'list': list_transform($, LAMBDA one: {'element': one})}"
    project = wrapped.replace("$", "project.labels")
    shown = ", ".join(
        f"{wrapped.replace('$', name)} AS {name}" for name in ("credits", "labels")
    )
    path = tmp_path / "spark.parquet"
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT * REPLACE ({shown}, struct_pack(id := project.id,"
            f" labels := {project}) AS project) FROM read_json($source))"
            " TO $target (FORMAT parquet)",
            {"source": str(source), "target": str(path)},
        )
    assert world.ingest(path).problems == ()
    assert told(world) == EXPECTED


@pytest.mark.parametrize("separator", [".", "_"])
def test_a_row_for_each_credit(world, tmp_path, separator):
    """Rows that are there once for each credit are refused: costs would count twice."""
    rows = []
    for item in ROWS:
        for one in item["credits"] or [{}]:
            plain = flat(item)
            del plain["credits"]
            rows.append(
                plain
                | {
                    f"credits{separator}{name}": one.get(name)
                    for name in ("type", "amount")
                }
            )
    [problem] = world.ingest(write_csv(tmp_path / "unnested.csv", rows)).problems
    assert "the column credits_type in place of the list credits" in problem
    assert [status for _, status in world.versions()] == ["quarantined"]


def test_a_bill_without_credits(world, tmp_path):
    """A table that was exported without its credits is loaded, and that is said."""
    rows = [flat(item) for item in ROWS]
    for item in rows:
        del item["credits"]
    result = world.ingest(write_csv(tmp_path / "gross.csv", rows))
    assert world.versions("billed_cost") == [(Decimal("7.35"),)]
    [note] = [said for said in result.notes if "credits" in said]
    assert "gross.csv has no column credits" in note


def test_amounts_of_more_digits_than_a_float(world, tmp_path):
    """BigQuery's widest numbers keep eighteen decimals, in costs and in credits."""
    source = google_world.write_json(tmp_path / "source.json", ROWS)
    nested = tmp_path / "nested.parquet"
    with duckdb.connect() as con:
        con.execute(
            "COPY (FROM read_json($source)) TO $target (FORMAT parquet)",
            {"source": str(source), "target": str(nested)},
        )
    table, wide = pq.read_table(nested), pa.decimal256(76, 38)
    costs = [Decimal("1234567890.123456789012345678"), Decimal("7e-18")]
    taken = [[], [{"type": "DISCOUNT", "amount": Decimal("-1.000000000000000003")}]]
    credit_type = pa.struct([("type", pa.string()), ("amount", wide)])
    for name, values, kind in (
        ("cost", costs, wide),
        ("credits", taken, pa.list_(credit_type)),
    ):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, pa.array(values, kind))
    pq.write_table(table, tmp_path / "wide.parquet")
    assert world.ingest(tmp_path / "wide.parquet").problems == ()
    billed = costs[0] + costs[1] - Decimal("1.000000000000000003")
    assert billed == Decimal("1234567889.123456789012345682")
    assert world.charges("sum(BilledCost)") == [(billed,)]
    assert world.rows("SELECT sum(billed_cost) FROM series.daily_cost") == [(billed,)]
