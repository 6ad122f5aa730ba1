"""Reads what a digest is made of from the warehouse."""

from datetime import UTC, datetime, timedelta

from tasks.core.alerting.digest import Day
from tasks.edge.database import queries, warehouse
from tasks.edge.people import mutes
from tasks.edge.settings import Settings

ONE_DAY = timedelta(days=1)


def of(settings: Settings, until: datetime | None = None) -> Day:
    """Return what happened in the day before a moment; None is now.

    Raises:
        NothingThere: There is no warehouse.
        WarehouseBusy: A run kept it for longer than we were told to wait.
    """
    warehouse.require(settings.database)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        mutes.refresh(con)
        return load(con, until or datetime.now(UTC))


def load(con: warehouse.Connection, until: datetime) -> Day:
    """Return what happened in the day before a moment; mutes are refreshed."""
    window = {"since": until - ONE_DAY, "until": until}
    [(budget_news,)] = queries.run(con, "alerts/digest_budgets", **window).fetchall()
    return Day(
        date=until.date(),
        anomalies=queries.rows(con, "alerts/digest_anomalies", **window),
        budget_news=budget_news,
        budgets=queries.rows(con, "alerts/open_budgets"),
        savings=queries.rows(con, "ops/savings"),
    )


def last_end(hour: int, now: datetime) -> datetime:
    """Return when the last day ended that ends at an hour (UTC).

    Examples:
        >>> last_end(7, datetime(2026, 3, 5, 6, 59, tzinfo=UTC)).isoformat()
        '2026-03-04T07:00:00+00:00'
    """
    today = now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - ONE_DAY
