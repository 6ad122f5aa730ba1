"""Google Cloud's detailed billing export, dumped from BigQuery, and FOCUS."""

from tasks.core.simulation import columns
from tasks.edge.database import queries
from tasks.edge.simulator.files import PARQUET, Bill, focus, save, shaped

BIGQUERY_TIME = "%Y-%m-%d %H:%M:%S UTC"


def write_detailed(bill: Bill) -> int:
    """Dump one month as JSON lines and as Parquet; return the number of files."""
    at = bill.export.exported_at
    constants = {
        "billing_account_id": f"'{bill.world.cloud.billing_account_id}'",
        "currency": f"'{bill.world.cloud.currency}'",
        "currency_conversion_rate": "1.0",
        "tags": "[]",
        "invoice": (
            f"{{'month': '{bill.export.period.replace('-', '')}', "
            "'publisher_type': 'GOOGLE'}"
        ),
        "transaction_type": "'GOOGLE'",
    }
    lines = queries.text("simulate/gcp_lines")
    bill.con.execute(f"CREATE OR REPLACE TABLE simulated.gcp_lines AS {lines}")
    usage = f"({queries.text('simulate/gcp_usage')})"
    other = f"({queries.text('simulate/gcp_charges')})"
    first = shaped(bill.con, usage, columns.GCP, constants)
    stamped = constants | {"export_time": f"TIMESTAMP '{at:%Y-%m-%d %H:%M:%S}'"}
    query = f"{first} UNION ALL {shaped(bill.con, other, columns.GCP, stamped)}"
    folder = f"billing_period={bill.export.period}/{at:%Y%m%dT%H%M%SZ}"
    name = "gcp_billing_export_resource"
    save(
        bill.con,
        query,
        bill.out / "gcp" / "parquet" / folder / f"{name}.parquet",
        PARQUET,
        at,
    )
    text = shaped(bill.con, f"({query})", columns.GCP, {}, time_format=BIGQUERY_TIME)
    dump = bill.out / "gcp" / "json" / folder / f"{name}.jsonl"
    save(bill.con, text, dump, "FORMAT json", at)
    return 2


def write_focus(bill: Bill) -> int:
    """Write one month of the FOCUS export; return the number of files."""
    query = focus(bill, "DECIMAL(38, 10)")
    at = bill.export.exported_at
    folder = f"billing_period={bill.export.period}/{at:%Y%m%dT%H%M%SZ}"
    path = bill.out / "focus" / "gcp" / folder / "gcp_billing_export_focus.parquet"
    save(bill.con, query, path, PARQUET, at)
    return 1
