"""The notebooks run from top to bottom on a published copy, and carry no output."""

import csv
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tasks.aggregate import aggregate_costs
from tasks.detect import detect_anomalies
from tasks.edge.intake import bills
from tasks.edge.reporting import report
from tasks.edge.settings import Settings
from tasks.explain import explain_anomalies
from tasks.normalise import normalise_bills
from tasks.publish import publish_copy

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

FIRST = date(2026, 1, 1)
DAYS = 90
BURST = range(70, 74)


def costs(day: int) -> dict[str, Decimal]:
    """Return what each service costs on a day: one of them bursts for four days."""
    weekend = (FIRST + timedelta(day)).weekday() >= 5
    return {
        "Compute": Decimal(60 if weekend else 100) * (3 if day in BURST else 1),
        "Storage": Decimal(40) + Decimal(day % 5) / 10,
    }


def write_bills(folder: Path) -> list[str]:
    """Write a FOCUS export for each month."""
    rows: dict[str, list[dict[str, object]]] = {}
    for day in range(DAYS):
        on = FIRST + timedelta(day)
        for service, cost in costs(day).items():
            rows.setdefault(f"{on:%Y-%m}", []).append(charge(on, service, cost))
    paths = []
    for period, charges in rows.items():
        path = folder / f"focus-{period}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(charges[0]))
            writer.writeheader()
            writer.writerows(charges)
        paths.append(str(path))
    return paths


def charge(on: date, service: str, cost: Decimal) -> dict[str, object]:
    """Return one day of one service as a FOCUS row."""
    month = on.replace(day=1)
    following = (month + timedelta(32)).replace(day=1)
    return {
        "BillingAccountId": "1",
        "BillingAccountName": "Payer",
        "BillingCurrency": "USD",
        "BillingPeriodStart": f"{month}T00:00:00Z",
        "BillingPeriodEnd": f"{following}T00:00:00Z",
        "ChargePeriodStart": f"{on}T00:00:00Z",
        "ChargePeriodEnd": f"{on + timedelta(1)}T00:00:00Z",
        "ChargeCategory": "Usage",
        "ChargeDescription": service,
        "ChargeFrequency": "Usage-Based",
        "BilledCost": cost,
        "EffectiveCost": cost,
        "ListCost": cost,
        "ContractedCost": cost,
        "ConsumedQuantity": cost,
        "ConsumedUnit": "Hours",
        "InvoiceIssuerName": "AWS",
        "ProviderName": "AWS",
        "PublisherName": "AWS",
        "RegionId": "eu-west-1",
        "ResourceId": f"{service.lower()}-1",
        "ServiceCategory": service,
        "ServiceName": service,
        "SkuId": service,
        "SubAccountId": "2",
    }


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A warehouse of three months that went the whole road, with its copy."""
    folder = tmp_path_factory.mktemp("notebook")
    settings = Settings(database=str(folder / "costwarden.duckdb"))
    assert bills.ingest(settings, write_bills(folder)).loaded == 3
    for stage in (
        normalise_bills,
        aggregate_costs,
        detect_anomalies,
        explain_anomalies,
        publish_copy,
    ):
        stage.fn(settings)
    return settings


def executed(path: Path, published: Path, monkeypatch) -> nbformat.NotebookNode:
    """Run a notebook as a person would, in its own folder."""
    monkeypatch.setenv("PUBLISHED", str(published))
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    )
    return client.execute()


def shown(notebook: nbformat.NotebookNode) -> str:
    """Return all that a reader sees below the cells."""
    outputs = [one for cell in notebook.cells for one in cell.get("outputs", [])]
    return json.dumps(outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_carries_no_output(path):
    """Outputs stay out of the repository: they hold somebody's bills."""
    cells = nbformat.read(path, as_version=4).cells
    assert [cell for cell in cells if cell.get("outputs")] == []
    assert [cell for cell in cells if cell.get("execution_count")] == []


SAYS = {
    "explore": "Anomaly ",
    "review": "costwarden feedback ",
    "tune": "min_impact = 100.0: 0 changes",
}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_shows_what_happened(path, settings, monkeypatch):
    """Each cell runs, the burst is what is drawn, and no chart asks for a network."""
    seen = shown(executed(path, settings.published_path, monkeypatch))
    assert '"output_type": "error"' not in seen
    assert "cdn.plot.ly/plotly" not in seen
    assert settings.published_path.exists()
    assert "Compute" in seen
    assert "application/vnd.plotly.v1+json" in seen
    assert "No anomaly was found." not in seen
    assert SAYS[path.stem] in seen


def test_report_tells_the_same_story(settings):
    """On a real road, too, the report shows the burst and that the bills add up."""
    text = Path(report.write(settings).path).read_text("utf-8")
    assert "Compute in eu-west-1" in text
    assert "adds up: 3" in text
