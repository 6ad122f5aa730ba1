"""FOCUS rows in, warnings about them out."""

from dataclasses import dataclass

from prefect import task

from tasks.edge.database import warehouse
from tasks.edge.reconciling import audit
from tasks.edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Audited:
    """What was looked at.

    Attributes:
        bills: Bill versions that were read.
        warnings: Rows of checks that do not hold.
    """

    bills: int
    warnings: int


@task
def audit_bills(settings: Settings) -> Audited:
    """Look at every charge of the bills that count now, once."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        bills, results = audit.audit(con, settings.lake_path)
    return Audited(bills=bills, warnings=sum(r.row_count for r in results))
