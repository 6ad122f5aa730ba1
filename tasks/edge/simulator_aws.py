"""AWS Data Exports: CUR 2.0 and FOCUS as Parquet, each execution in its own folder."""

from pathlib import Path

from tasks.core.simulation import columns
from tasks.core.simulation.exports import Export
from tasks.core.simulation.world import World
from tasks.edge import queries
from tasks.edge.simulator_files import (
    PARQUET,
    Connection,
    focus,
    invoice,
    period,
    run_id,
    save,
    save_json,
    shaped,
)

BUCKET = "nordwind-billing"


def prepare(con: Connection) -> None:
    """Make what all lines of a meter share."""
    query = queries.text("simulate/cur2_items")
    con.execute(f"CREATE OR REPLACE TABLE simulated.cur2_items AS {query}")


def write_cur2(con: Connection, out: Path, world: World, export: Export) -> int:
    """Write one execution of a CUR 2.0 export; return the number of files."""
    start, end = period(world, export)
    constants = {
        "bill_billing_period_start_date": start,
        "bill_billing_period_end_date": end,
        "bill_invoice_id": invoice(world, export),
    }
    usage = f"({queries.text('simulate/cur2_usage')})"
    relations = (
        f"{usage} INNER JOIN simulated.cur2_items USING (meter)",
        f"({queries.text('simulate/cur2_charges')})",
    )
    query = " UNION ALL ".join(
        shaped(con, relation, columns.CUR2, constants) for relation in relations
    )
    return _data_export(
        con, out / "aws" / "cur2", "nordwind-cur2", world, export, query
    )


def write_focus(con: Connection, out: Path, world: World, export: Export) -> int:
    """Write one execution of a FOCUS export; return the number of files."""
    query = focus(con, world, export, "DOUBLE")
    root = out / "focus" / "aws"
    return _data_export(con, root, "nordwind-focus", world, export, query)


def _data_export(
    con: Connection, root: Path, name: str, world: World, export: Export, query: str
) -> int:
    at = export.exported_at
    moment = f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
    execution = f"{moment}-{run_id(world, export, name)}"
    partition = f"BILLING_PERIOD={export.period}/{execution}"
    file = f"{name}-00001.snappy.parquet"
    save(con, query, root / name / "data" / partition / file, PARQUET, at)
    described = con.execute(f"DESCRIBE {query}").fetchall()
    account = world.cloud.billing_account_id
    manifest = {
        "exportArn": f"arn:aws:bcm-data-exports:us-east-1:{account}:export/{name}",
        "exportName": name,
        "executionId": execution,
        "createdAt": moment,
        "billingPeriod": export.period,
        "columns": [{"name": row[0], "type": _glue(row[1])} for row in described],
        "dataFiles": [f"s3://{BUCKET}/{name}/data/{partition}/{file}"],
        "additionalOutputFiles": [],
    }
    folder = root / name / "metadata" / partition
    save_json(folder / f"{name}-Manifest.json", manifest, at)
    return 2


def _glue(kind: str) -> str:
    """Return AWS's name of a type.

    Examples:
        >>> _glue("MAP(VARCHAR, DOUBLE)")
        'map<string,double>'
    """
    name = kind.lower().replace("varchar", "string").replace(" ", "")
    return name.replace("(", "<").replace(")", ">")
