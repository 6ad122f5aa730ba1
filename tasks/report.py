"""Tables in, one HTML report out."""

from prefect import task

from tasks.edge.reporting import report
from tasks.edge.reporting.report import Reported
from tasks.edge.settings import Settings


@task
def write_report(settings: Settings) -> Reported:
    """Write one self-contained HTML file of what the warehouse holds."""
    return report.write(settings)
