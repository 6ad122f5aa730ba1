"""What detection knows at a time, out of the warehouse."""

from datetime import datetime

from tasks.core.findings.looking import Known
from tasks.edge import calendar, feedback, young_days
from tasks.edge.series import Loaded
from tasks.edge.settings import Settings
from tasks.edge.warehouse import Connection


def read(
    con: Connection, settings: Settings, loaded: Loaded, *, as_of: datetime
) -> Known:
    """Return the series with all that was known of them by a moment."""
    book, arrived = young_days.arrived(
        con, loaded.book, as_of=as_of, until=loaded.newest
    )
    return Known(
        book=book,
        arrived=arrived,
        plans=calendar.plans(con, as_of),
        feedback=feedback.known(con, as_of),
        rules=settings.feedback,
    )
