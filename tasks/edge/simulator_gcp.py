"""Google Cloud's detailed billing export, dumped from BigQuery, and FOCUS."""

from pathlib import Path

from tasks.core.simulation import columns
from tasks.core.simulation.exports import Export
from tasks.core.simulation.world import World
from tasks.edge import queries
from tasks.edge.simulator_files import PARQUET, Connection, focus, save, shaped

BIGQUERY_TIME = "%Y-%m-%d %H:%M:%S UTC"


def write_detailed(con: Connection, out: Path, world: World, export: Export) -> int:
    """Dump one month as JSON lines and as Parquet; return the number of files."""
    at = export.exported_at
    constants = {
        "billing_account_id": f"'{world.cloud.billing_account_id}'",
        "currency": f"'{world.cloud.currency}'",
        "currency_conversion_rate": "1.0",
        "tags": "[]",
        "invoice": (
            f"{{'month': '{export.period.replace('-', '')}', "
            "'publisher_type': 'GOOGLE'}"
        ),
        "transaction_type": "'GOOGLE'",
    }
    usage = f"({queries.text('simulate/gcp_usage')})"
    other = f"({queries.text('simulate/gcp_charges')})"
    first = shaped(con, usage, columns.GCP, constants)
    stamped = constants | {"export_time": f"TIMESTAMP '{at:%Y-%m-%d %H:%M:%S}'"}
    query = f"{first} UNION ALL {shaped(con, other, columns.GCP, stamped)}"
    folder = f"billing_period={export.period}/{at:%Y%m%dT%H%M%SZ}"
    name = "gcp_billing_export_resource"
    save(con, query, out / "gcp" / "parquet" / folder / f"{name}.parquet", PARQUET, at)
    text = shaped(con, f"({query})", columns.GCP, {}, time_format=BIGQUERY_TIME)
    lines = out / "gcp" / "json" / folder / f"{name}.jsonl"
    save(con, text, lines, "FORMAT json", at)
    return 2


def write_focus(con: Connection, out: Path, world: World, export: Export) -> int:
    """Write one month of the FOCUS export; return the number of files."""
    query = focus(con, world, export, "DECIMAL(38, 10)")
    at = export.exported_at
    folder = f"billing_period={export.period}/{at:%Y%m%dT%H%M%SZ}"
    path = out / "focus" / "gcp" / folder / "gcp_billing_export_focus.parquet"
    save(con, query, path, PARQUET, at)
    return 1
