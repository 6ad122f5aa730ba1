"""Daily cost series in, anomalies out."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from prefect import task

from tasks.core.detection import looking
from tasks.core.findings import lifecycle
from tasks.edge.costs import divided, series
from tasks.edge.database import warehouse
from tasks.edge.detection import findings, known
from tasks.edge.people import calendar
from tasks.edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Detected:
    """What the run changed; the anomalies themselves stay in the warehouse."""

    series: int
    opened: int
    updated: int
    resolved: int
    retracted: int


@task
def detect_anomalies(
    settings: Settings,
    from_date: date | None = None,
    to_date: date | None = None,
    as_of: datetime | None = None,
    is_muted: bool = False,  # noqa: FBT001, FBT002 - a parameter that people see in the UI
) -> Detected:
    """Score the daily series and store what stands out, with its events."""
    params = settings.detect
    now = as_of or datetime.now(UTC)
    # As of then, later days are not there yet. As known today they are, and tell
    # whether what began before them is over.
    until = to_date if as_of else None
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        loaded = series.load(con, params, as_of=now, until=until)
        if loaded is None:
            return Detected(0, 0, 0, 0, 0)
        days = findings.days_to_judge(
            con, loaded, params, from_date=from_date, to_date=to_date, as_of=now
        )
        calendar.take_over(con, settings.planned, datetime.now(UTC))
        seen = known.read(con, settings, loaded, as_of=now)
        by_tag = divided.read(con, loaded, params, as_of=now)
        found = looking.look(replace(seen, divided=by_tag), params)
        stored = findings.stored(con, findings.reaching(days, found))
        verdicts = {item.anomaly_id: item.verdict for item in seen.feedback}
        changes = lifecycle.changes(stored, found, days, now, verdicts)
        findings.save(
            con, changes, loaded, params, days=days, scored_at=now, is_muted=is_muted
        )
    told = Counter(change.what for change in changes)
    return Detected(len(loaded.book.scopes), *(told[what] for what in lifecycle.WHAT))
