"""One look at all series: from what is known to the anomalies that it holds.

``detect`` and ``backtest`` both look through here, so that what the second one measures
is what the first one does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.core.findings import allowances, incidents, judgement
from tasks.core.findings.anomalies import Anomaly
from tasks.core.findings.arrival import Arrived
from tasks.core.findings.detection import Detection
from tasks.core.findings.incidents import Book
from tasks.core.findings.people import Feedback, Plan, Rules


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known at one time.

    Attributes:
        book: The series.
        arrived: What share of each day is there.
        plans: Planned events.
        feedback: The last word on each anomaly, oldest first.
        rules: What feedback changes.
    """

    book: Book
    arrived: Arrived
    plans: Sequence[Plan]
    feedback: Sequence[Feedback]
    rules: Rules


def look(known: Known, params: Detection) -> list[Anomaly]:
    """Return the anomalies, oldest first."""
    book = known.book
    said = allowances.given(
        book.panel, book.scopes, known.plans, known.feedback, known.rules
    )
    judged = judgement.judge(book.panel, book.settled, known.arrived, said, params)
    return incidents.find(book, judged.alerts, params, judged.foreseen)
