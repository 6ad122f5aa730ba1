"""Recommendations: made from what the warehouse knows, and kept in it."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime

from tasks.core import events
from tasks.core.rightsizing import advice
from tasks.core.rightsizing.advice import Changes, Recommendation
from tasks.edge.actions import resources
from tasks.edge.database import bulk, warehouse
from tasks.edge.database.warehouse import Connection
from tasks.edge.delivery import outbox
from tasks.edge.settings import Settings

COLUMNS = tuple(column.name for column in fields(Recommendation))


@dataclass(frozen=True, slots=True)
class Advised:
    """How much advice stands after the run, and how much was taken back in it."""

    open: int
    abstained: int
    withdrawn: int


def recommend(
    settings: Settings, as_of: datetime | None = None, *, is_muted: bool = False
) -> Advised:
    """Renew all recommendations from what the warehouse knows.

    Args:
        settings: Where the warehouse is, and the rules.
        as_of: Nothing later than this is looked at; None means now.
        is_muted: Keep events from being delivered.

    Raises:
        NothingThere: No bill was ever normalised.
    """
    now = as_of or datetime.now(UTC)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        found = find(con, settings, now)
        changes = advice.compare(stored(con), found)
        with warehouse.transaction(con):
            save(con, changes, now, is_muted=is_muted)
        return _summary(con, changes)


def find(con: Connection, settings: Settings, now: datetime) -> list[Recommendation]:
    """Look at every resource and return what there is to say; nothing is kept.

    Raises:
        NothingThere: No bill was ever normalised.
    """
    evidence = resources.load(con, settings.advise, now)
    return advice.find(
        evidence.resources, evidence.windows, evidence.observed, settings.advise
    )


def stored(con: Connection) -> dict[str, Recommendation]:
    """Return all recommendations by id, withdrawn ones too."""
    rows = con.execute(
        f"SELECT {', '.join(COLUMNS)} FROM actions.recommendations"
    ).fetchall()
    return {row[0]: Recommendation(*row) for row in rows}


def save(con: Connection, changes: Changes, now: datetime, *, is_muted: bool) -> None:
    """Write what changed, and tell of it; belongs into the caller's transaction."""
    rows = [
        {column: getattr(row, column) for column in COLUMNS} | {"advised_at": now}
        for row in changes.written
    ]
    bulk.insert(con, "actions.recommendations", rows, is_replacing=True)
    outbox.add(con, _events(changes, now), is_muted)


def _events(changes: Changes, now: datetime) -> list[events.Event]:
    told = [("opened", row) for row in changes.opened]
    told += [("withdrawn", row) for row in changes.withdrawn]
    return [
        events.event(
            f"io.costwarden.recommendation.{what}.v1",
            row.recommendation_id,
            row.revision,
            now,
            {column: getattr(row, column) for column in COLUMNS},
        )
        for what, row in told
    ]


def _summary(con: Connection, changes: Changes) -> Advised:
    counts: dict[str, int] = dict(
        con.execute(
            "SELECT status, count(*) FROM actions.recommendations GROUP BY status"
        ).fetchall()
    )
    return Advised(
        open=counts.get("open", 0),
        abstained=counts.get("abstained", 0),
        withdrawn=len(changes.withdrawn),
    )
