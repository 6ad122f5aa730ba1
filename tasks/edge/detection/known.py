"""What detection knows at a time, out of the warehouse."""

from datetime import datetime

from tasks.core.detection.looking import Known
from tasks.edge.costs import young_days
from tasks.edge.costs.series import Loaded
from tasks.edge.database.warehouse import Connection
from tasks.edge.people import calendar, feedback
from tasks.edge.settings import Settings


def read(
    con: Connection, settings: Settings, loaded: Loaded, *, as_of: datetime
) -> Known:
    """Return the series with all that was known of them by a moment."""
    book, arrived = young_days.arrived(
        con,
        loaded.book,
        as_of=as_of,
        until=loaded.newest,
        settle_days=settings.detect.settle_days,
    )
    return Known(
        book=book,
        arrived=arrived,
        plans=calendar.plans(con, as_of),
        feedback=feedback.known(con, as_of),
        rules=settings.feedback,
    )
