"""A warehouse whose anomalies and budgets are as a test says, told as a run tells."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from tasks.core.detection.declaration import Detection
from tasks.core.events import event
from tasks.core.findings import lifecycle
from tasks.core.findings.anomalies import Anomaly, Day, Scope
from tasks.edge.database import warehouse
from tasks.edge.delivery import outbox
from tasks.edge.detection import findings
from tasks.edge.mapping import focus
from tasks.edge.settings import Settings

ALWAYS = (date(2000, 1, 1), date(2100, 1, 1))
TODAY = datetime.now(UTC).date()


def anomaly(
    cost=350, *, days=1, service="Amazon EC2", status="confirmed", **more
) -> Anomaly:
    """Return an anomaly that cost so much a day where 100 were expected."""
    scope = {
        "provider": "AWS",
        "billing_account_id": "payer",
        "sub_account_id": "111122223333",
        "service_name": service,
        "region_id": "eu-west-1",
        "charge_kind": "usage",
        "billing_currency": "USD",
    }
    first = TODAY - timedelta(days=9)
    return Anomaly(
        scope=Scope(**scope | {n: v for n, v in more.items() if n in scope}),
        rolled_up=more.get("rolled_up", ()),
        kind=more.get("kind", "spike"),
        direction="up",
        detector="seasonal",
        status=status,
        days=tuple(
            Day(first + timedelta(days=n), Decimal(cost), *[Decimal(100)] * 3, 9.0)
            for n in range(days)
        ),
        lasting_cost=more.get("lasting_cost"),
    )


class World:
    """A warehouse in a folder."""

    def __init__(self, folder, *sinks):
        self.settings = Settings(database=str(folder / "w.duckdb"), sinks=sinks)
        with self.open() as con:
            focus.install(con, self.settings.lake_path)

    def find(self, *found, at=None, is_muted=False):
        """Let a run find these anomalies and no others; return their ids."""
        at = at or datetime.now(UTC)
        with self.open() as con:
            stored = findings.stored(con, ALWAYS)
            changes = lifecycle.changes(stored, found, ALWAYS, at)
            findings.save(
                con,
                changes,
                SimpleNamespace(known_at=None),
                Detection(),
                days=(TODAY, TODAY),
                scored_at=at,
                is_muted=is_muted,
            )
        return [change.stored.anomaly_id for change in changes]

    def budget(self, status, *, made_on=TODAY, name="compute", revision=1):
        """Let a run find that a budget stands so."""
        row = {
            "budget_id": "b1",
            "made_on": made_on,
            "revision": revision,
            "name": name,
            "status": status,
            "period": "month",
            "first_date": TODAY.replace(day=1),
            "last_date": TODAY.replace(day=28),
            "provider": "AWS",
            "cost": "effective",
            "billing_currency": "USD",
            "series": 1,
            **dict.fromkeys(("amount", "actual_cost", "expected_cost"), 100),
            **dict.fromkeys(("low_80", "high_80", "low_95", "high_95"), 100),
            "probability_of_breach": 0.75,
            "summary": f"Budget {name} is {status}.",
            "known_at": datetime.now(UTC),
        }
        with self.open() as con, warehouse.transaction(con):
            con.execute(
                f"INSERT INTO findings.budgets ({', '.join(row)})"
                f" VALUES ({', '.join('$' + column for column in row)})",
                row,
            )
            told = event(f"budget.{status}", "b1", revision, datetime.now(UTC), {})
            outbox.add(con, [told])

    def open(self):
        return warehouse.connect(self.settings.database)

    def rows(self, query):
        with self.open() as con:
            return con.execute(query).fetchall()
