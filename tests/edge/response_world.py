"""A warehouse with something to advise, and anomalies told of its scopes."""

import shutil
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tasks.core.events import event
from tasks.edge.database import warehouse
from tasks.edge.delivery import outbox
from tasks.edge.settings import Settings
from tests.edge.evidence_world import company

NOW = datetime(2026, 7, 3, 6, tzinfo=UTC)
IRELAND, VIRGINIA = "eu-west-1", "us-east-1"
# What stands in each region to be advised; the rest is abstained from.
ADVISED = {IRELAND: 4, VIRGINIA: 1}
ACCOUNT = "111122223333"


def build(folder: Path, **given) -> Settings:
    """Make the company, its idle machine and a busy one in a region of their own."""
    database = folder / "w.duckdb"
    with warehouse.connect(database) as con:
        company(con)
        con.execute(
            "UPDATE focus.cost_and_usage SET BillingAccountId = $account,"
            " ServiceName = if(starts_with(ResourceId, 'i-'), 'Compute', 'Storage'),"
            " RegionId = if(ends_with(ResourceId, '1d') OR ends_with(ResourceId, '3d'),"
            " $virginia, $ireland)",
            {"account": ACCOUNT, "virginia": VIRGINIA, "ireland": IRELAND},
        )
    shutil.copytree(Settings().policies, folder / "policies")
    return settings_in(folder, **given)


def settings_in(folder: Path, **given) -> Settings:
    """Return the settings of a world that was made in a folder."""
    return Settings(
        database=str(folder / "w.duckdb"),
        policies=str(folder / "policies"),
        judge={"resources_pct": 100},
        **given,
    )


def copied(world: Path, folder: Path, **given) -> Settings:
    """Return the settings of a copy of a world."""
    shutil.copytree(world, folder)
    return settings_in(folder, **given)


def told(subject, revision=1, what="opened", region=VIRGINIA, **data):
    """Return the event of an anomaly of a region."""
    status = what if what in ("resolved", "retracted") else "confirmed"
    return event(
        f"anomaly.{what}",
        subject,
        revision,
        NOW + timedelta(minutes=revision),
        {
            "anomaly_id": subject,
            "revision": revision,
            "status": status,
            "kind": "spike",
            "direction": "up",
            "severity": "high",
            "provider": "AWS",
            "billing_account_id": ACCOUNT,
            "sub_account_id": ACCOUNT,
            "service_name": None,
            "region_id": region,
            "charge_kind": "usage",
            "rolled_up": ["service_name"],
            "first_date": "2026-06-30",
            "last_date": "2026-06-30",
            "billing_currency": "USD",
            "actual_cost": Decimal(100 + revision),
            "expected_cost": Decimal(10),
            "impact": Decimal(90 + revision),
            "impact_pct": 900.0,
            "detector": "seasonal",
            "summary": "It cost more.",
        }
        | data,
    )


def tell(settings, *events, is_muted=False):
    """Put events into the outbox."""
    with warehouse.connect(settings.database) as con, warehouse.transaction(con):
        outbox.add(con, events, is_muted)


def rows(settings, query, *values):
    with warehouse.read(settings.database) as con:
        return con.execute(query, values).fetchall()


def outcomes(settings):
    """Return what came of each subject's revisions, in order."""
    return rows(
        settings,
        "SELECT subject, revision, outcome FROM ops.responses"
        " ORDER BY started_at, event_id",
    )


def left(settings):
    """Return everything that responses lead to, but for times."""
    names = {
        "actions.recommendations": "* EXCLUDE (advised_at)",
        "actions.verdicts": "* EXCLUDE (judged_at)",
        "actions.workflows": "* EXCLUDE (planned_at, manifest_path)",
        "ops.responses": "* EXCLUDE (started_at, finished_at, place)",
        "ops.events": "event_id, event_type, subject, revision",
    }
    tables = {
        name: sorted(rows(settings, f"SELECT {what} FROM {name}"), key=repr)
        for name, what in names.items()
    }
    folder = settings.workflows_path
    files = {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return tables, files
