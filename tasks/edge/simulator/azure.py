"""Azure Cost Management exports: actual and amortised cost, and FOCUS, as CSV."""

from datetime import timedelta
from pathlib import Path

from tasks.core.simulation import columns
from tasks.edge.database import queries
from tasks.edge.simulator.files import (
    CSV,
    ISO,
    Bill,
    focus,
    run_id,
    save,
    save_json,
    shaped,
)

CONTAINER = "https://nordwindbilling.blob.core.windows.net/exports"


def write_actual(bill: Bill) -> int:
    """Write one run of the actual cost export; return the number of files."""
    query = _costs(bill, is_amortised=False)
    root = bill.out / "azure" / "actual"
    return _export(bill, root, ("cost-actual", "ActualCost"), query)


def write_amortised(bill: Bill) -> int:
    """Write one run of the amortised cost export; return the number of files."""
    query = _costs(bill, is_amortised=True)
    root = bill.out / "azure" / "amortised"
    return _export(bill, root, ("cost-amortised", "AmortizedCost"), query)


def write_focus(bill: Bill) -> int:
    """Write one run of the FOCUS export; return the number of files."""
    query = focus(bill, "DECIMAL(38, 10)", ISO)
    root = bill.out / "focus" / "azure"
    return _export(bill, root, ("focus-cost", "FocusCost"), query)


def _costs(bill: Bill, *, is_amortised: bool) -> str:
    """Return the query over all lines, which are put into tables first."""
    last = bill.end - timedelta(days=1)
    cloud = bill.world.cloud
    account, name = cloud.billing_account_id, cloud.billing_account_name
    constants = {
        "BillingAccountId": f"'{account}'",
        "BillingAccountName": f"'{name}'",
        "BillingProfileId": f"'{account}'",
        "BillingProfileName": f"'{name}'",
        "BillingCurrencyCode": f"'{cloud.currency}'",
        "BillingPeriodStartDate": f"'{bill.start:%m/%d/%Y}'",
        "BillingPeriodEndDate": f"'{last:%m/%d/%Y}'",
        "OfferId": "'MS-AZR-0017P'",
        "IsAzureCreditEligible": "'True'",
        "AccountName": "'Nordwind Cloud'",
        "InvoiceSectionName": "'Unassigned'",
    }
    for kind in ("usage", "charges"):
        bill.con.execute(
            f"CREATE OR REPLACE TABLE simulated.azure_{kind} AS "
            f"{queries.text(f'simulate/azure_{kind}')}",
            {"is_amortised": is_amortised},
        )
    return " UNION ALL ".join(
        shaped(bill.con, f"simulated.azure_{kind}", columns.AZURE, constants)
        for kind in ("usage", "charges")
    )


def _export(bill: Bill, root: Path, named: tuple[str, str], query: str) -> int:
    """Write one part and the manifest, in a folder of the run's own."""
    name, kind = named
    at = bill.export.exported_at
    run = run_id(bill, name)
    folder = root / name / f"{bill.start:%Y%m%d}-{bill.end:%Y%m%d}" / run
    part = folder / "part_0_0001.csv"
    counted = save(bill.con, query, part, CSV, at)
    size = {"byteCount": part.stat().st_size, "dataRowCount": counted}
    account = bill.world.cloud.billing_account_id
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
            "submittedTime": f"{at:%Y-%m-%dT%H:%M:%S}.0000000Z",
            "runId": run,
            "startDate": f"{bill.start}T00:00:00",
            "endDate": f"{bill.end}T00:00:00",
        },
        "blobs": [{"blobName": str(part.relative_to(root.parent)), **size}],
    }
    save_json(folder / "manifest.json", manifest, at)
    return 2
