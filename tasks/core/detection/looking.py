"""One look at all series: from what is known to the anomalies that it holds.

``detect`` and ``backtest`` both look through here, so that what the second one measures
is what the first one does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.core.detection import allowances, floors, judgement
from tasks.core.detection.alerts import Alerts
from tasks.core.detection.allowances import Part
from tasks.core.detection.arrival import Arrived
from tasks.core.detection.declaration import Detection
from tasks.core.detection.people import Feedback, Plan, Rules
from tasks.core.detectors import Flags
from tasks.core.findings import incidents
from tasks.core.findings.anomalies import Anomaly
from tasks.core.findings.runs import Book
from tasks.core.hierarchy import collective, offsets, tagged
from tasks.core.hierarchy.tagged import Divided, Whole


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known at one time.

    Attributes:
        book: The series.
        arrived: What share of each day is there.
        plans: Planned events.
        feedback: The last word on each anomaly, oldest first.
        rules: What feedback changes.
        divided: The series divided by each tag that is watched.
    """

    book: Book
    arrived: Arrived
    plans: Sequence[Plan]
    feedback: Sequence[Feedback]
    rules: Rules
    divided: Sequence[Divided] = ()


def look(known: Known, params: Detection) -> list[Anomaly]:
    """Return the anomalies, oldest first."""
    book = known.book
    said = allowances.given(
        book.panel, book.scopes, known.plans, known.feedback, known.rules
    )
    judged = judgement.judge(book.panel, book.settled, known.arrived, said, params)
    found, told = _find(book, judged.alerts, params, judged.foreseen)
    if not known.divided:
        return found
    whole = Whole(book.scopes, told, known.plans, known.feedback, known.rules)
    return _sorted([*found, *tagged.find(known.divided, whole, params)])


def find(
    book: Book, alerts: Alerts, params: Detection, foreseen: Sequence[Part] = ()
) -> list[Anomaly]:
    """Return the anomalies that stand out, oldest first.

    Args:
        book: The series.
        alerts: What stands out of them.
        params: As configured.
        foreseen: What people's allowances explain of them.
    """
    return _find(book, alerts, params, foreseen)[0]


def _find(
    book: Book, alerts: Alerts, params: Detection, foreseen: Sequence[Part]
) -> tuple[list[Anomaly], Flags]:
    """Return the anomalies, and the days of series of which any tells."""
    runs = incidents.runs(book, alerts, params)
    told = collective.find(book, alerts, runs, params)
    paired = offsets.pair(book, alerts, told.alone)
    found = [
        incidents.anomaly(book, alerts, run, params, foreseen) for run in paired.alone
    ]
    found += [
        offsets.anomaly(book, alerts, move, params, foreseen) for move in paired.moves
    ]
    found += [
        collective.anomaly(book, alerts, told, move, params, foreseen=foreseen)
        for move in told.moves
    ]
    least = floors.least_impact(book.panel, params)
    worth = [item for item in found if item.size >= least(item)]
    days = collective.days_of(book, [*runs, *(move.run for move in told.moves)])
    return _sorted(worth), days


def _sorted(found: list[Anomaly]) -> list[Anomaly]:
    return sorted(found, key=lambda item: (item.first_date, item.anomaly_id))
