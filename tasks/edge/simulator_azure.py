"""Azure Cost Management exports: actual and amortised cost, and FOCUS, as CSV."""

from pathlib import Path

from tasks.core.simulation import columns
from tasks.core.simulation.exports import Export
from tasks.core.simulation.world import World
from tasks.edge import queries
from tasks.edge.simulator_files import (
    CSV,
    Connection,
    focus,
    run_id,
    save,
    save_json,
    shaped,
)

CONTAINER = "https://nordwindbilling.blob.core.windows.net/exports"


def write_actual(con: Connection, out: Path, world: World, export: Export) -> int:
    """Write one run of the actual cost export; return the number of files."""
    query = _costs(con, world, export, is_amortised=False)
    root = out / "azure" / "actual"
    return _export(con, root, ("cost-actual", "ActualCost"), world, export, query)


def write_amortised(con: Connection, out: Path, world: World, export: Export) -> int:
    """Write one run of the amortised cost export; return the number of files."""
    query = _costs(con, world, export, is_amortised=True)
    root = out / "azure" / "amortised"
    return _export(con, root, ("cost-amortised", "AmortizedCost"), world, export, query)


def write_focus(con: Connection, out: Path, world: World, export: Export) -> int:
    """Write one run of the FOCUS export; return the number of files."""
    query = focus(con, world, export, "DECIMAL(38, 10)", is_text=True)
    root = out / "focus" / "azure"
    return _export(con, root, ("focus-cost", "FocusCost"), world, export, query)


def _costs(con: Connection, world: World, export: Export, *, is_amortised: bool) -> str:
    """Return the query over all lines, which are put into tables first."""
    start = world.span.month(export.month)
    last = world.span.month(export.month + 1).toordinal() - 1
    end = start.fromordinal(last)
    account, name = world.cloud.billing_account_id, world.cloud.billing_account_name
    constants = {
        "BillingAccountId": f"'{account}'",
        "BillingAccountName": f"'{name}'",
        "BillingProfileId": f"'{account}'",
        "BillingProfileName": f"'{name}'",
        "BillingCurrencyCode": f"'{world.cloud.currency}'",
        "BillingPeriodStartDate": f"'{start:%m/%d/%Y}'",
        "BillingPeriodEndDate": f"'{end:%m/%d/%Y}'",
        "OfferId": "'MS-AZR-0017P'",
        "IsAzureCreditEligible": "'True'",
        "AccountName": "'Nordwind Cloud'",
        "InvoiceSectionName": "'Unassigned'",
    }
    for kind in ("usage", "charges"):
        con.execute(
            f"CREATE OR REPLACE TABLE simulated.azure_{kind} AS "
            f"{queries.text(f'simulate/azure_{kind}')}",
            {"is_amortised": is_amortised},
        )
    return " UNION ALL ".join(
        shaped(con, f"simulated.azure_{kind}", columns.AZURE, constants)
        for kind in ("usage", "charges")
    )


def _export(
    con: Connection,
    root: Path,
    named: tuple[str, str],
    world: World,
    export: Export,
    query: str,
) -> int:
    """Write one part and the manifest, in a folder of the run's own."""
    name, kind = named
    start, end = world.span.month(export.month), world.span.month(export.month + 1)
    run = run_id(world, export, name)
    folder = root / name / f"{start:%Y%m%d}-{end:%Y%m%d}" / run
    part = folder / "part_0_0001.csv"
    save(con, query, part, CSV, export.exported_at)
    counted = con.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0]
    size = {"byteCount": part.stat().st_size, "dataRowCount": counted}
    account = world.cloud.billing_account_id
    scope = f"/providers/Microsoft.Billing/billingAccounts/{account}"
    manifest = {
        "manifestVersion": "2024-04-01",
        "blobCount": 1,
        **size,
        "exportConfig": {
            "exportName": name,
            "resourceId": f"{scope}/providers/Microsoft.CostManagement/exports/{name}",
            "dataVersion": "1.2" if kind == "FocusCost" else "2024-08-01",
            "apiVersion": "2023-07-01-preview",
            "type": kind,
            "timeFrame": "Custom",
            "granularity": "Daily",
        },
        "deliveryConfig": {
            "partitionData": True,
            "dataOverwriteBehavior": "CreateNewReport",
            "fileFormat": "Csv",
            "compressionMode": "None",
            "containerUri": CONTAINER,
            "rootFolderPath": root.name,
        },
        "runInfo": {
            "executionType": "Scheduled",
            "submittedTime": f"{export.exported_at:%Y-%m-%dT%H:%M:%S}.0000000Z",
            "runId": run,
            "startDate": f"{start}T00:00:00",
            "endDate": f"{end}T00:00:00",
        },
        "blobs": [{"blobName": str(part.relative_to(root.parent)), **size}],
    }
    save_json(folder / "manifest.json", manifest, export.exported_at)
    return 2
