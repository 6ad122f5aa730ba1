"""What only the sum of a tag shows: one value of it costs more, and no series does.

Every series is divided by the values of one tag, and the parts with one value, or with
none, are a group within their billing account. Groups are judged as any sums are.

A tag tells nothing of days of which a series, or a sum of them, tells already: that is
the more specific. Nor does it where the same series lost as much under other values:
something got another tag, and nothing costs more. Where two tags show a rise at the
same time, the rarer tells of it, for it is one cause.

Known weakness: a value needs three series, and the beginning or the end of a value is
not told. Falls are not, for they are mostly new tags.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from tasks.core.detection import allowances, floors, judgement
from tasks.core.detection.arrival import Arrived
from tasks.core.detection.declaration import Detection
from tasks.core.detection.judgement import Judged
from tasks.core.detection.people import Feedback, Plan, Rules
from tasks.core.detectors import Flags
from tasks.core.findings.anomalies import Anomaly, Scope, Tag
from tasks.core.findings.runs import Book
from tasks.core.hierarchy import collective, groups, sums
from tasks.core.hierarchy.collective import Found, Move
from tasks.core.hierarchy.groups import Rows

# Share of what a value gained that its series lost under other values, from which it is
# a matter of tags.
SAME = 0.5


@dataclass(frozen=True, slots=True)
class Divided:
    """Series divided by one tag.

    Attributes:
        book: The parts; their days are those of the whole series.
        tags: Tag of each part.
        arrived: What share of each day is there.
    """

    book: Book
    tags: Sequence[Tag]
    arrived: Arrived


@dataclass(frozen=True, slots=True)
class Whole:
    """What is told of the whole series, and what people said.

    Attributes:
        scopes: Scope of each series.
        told: ``(n_series, n_days)`` days of which something tells.
        plans: Planned events.
        feedback: The last word on each anomaly, oldest first.
        rules: What feedback changes.
    """

    scopes: Sequence[Scope]
    told: Flags
    plans: Sequence[Plan]
    feedback: Sequence[Feedback]
    rules: Rules


class _Rise(NamedTuple):
    """A value that costs more: the day, how rare, the tag, and what was found."""

    first: int
    p_value: float
    tag: Tag
    divided: Divided
    judged: Judged
    found: Found
    move: Move


def find(divided: Sequence[Divided], whole: Whole, params: Detection) -> list[Anomaly]:
    """Return what is told of tags.

    Args:
        divided: The series, divided by each tag.
        whole: What is told of them already.
        params: As configured; tags share the alerts that sums may take.
    """
    share = {"alerts_per_week": params.alerts_per_week / max(len(divided), 1)}
    few = params.model_copy(update=share)
    rises = [rise for each in divided for rise in _rises(each, whole, few)]
    told: list[_Rise] = []
    for rise in sorted(rises, key=lambda one: (one.first, one.p_value, one.tag.key)):
        if not any(_is_same(rise, other, params.gap_days) for other in told):
            told.append(rise)
    return [one for rise in told for one in _anomalies(rise, params)]


def _rises(divided: Divided, whole: Whole, params: Detection) -> list[_Rise]:
    book = divided.book
    said = allowances.given(
        book.panel,
        book.scopes,
        whole.plans,
        whole.feedback,
        whole.rules,
        tags=divided.tags,
    )
    judged = judgement.judge(book.panel, book.settled, divided.arrived, said, params)
    row_of = {scope: row for row, scope in enumerate(whole.scopes)}
    home = np.array([row_of[scope] for scope in book.scopes], dtype=np.int64)
    found = collective.among(
        book,
        judged.alerts,
        _groups(divided),
        whole.told[home],
        params,
        rules=(sums.rises,),
    )
    rises = []
    for move in found.moves:
        first = move.run.columns[0]
        rare = float(move.judged.p_value[move.group, first])
        tag = divided.tags[move.run.rows[0]]
        if not _is_renamed(found, move, home):
            rises.append(_Rise(first, rare, tag, divided, judged, found, move))
    return rises


def _groups(divided: Divided) -> list[Rows]:
    """Return the parts with each value in each billing account."""
    rows: dict[tuple[int, Tag], list[int]] = defaultdict(list)
    for row, tag in enumerate(divided.tags):
        rows[int(divided.book.panel.accounts[row]), tag].append(row)
    return [np.array(own) for own in rows.values() if len(own) >= groups.LEAST]


def _is_renamed(found: Found, move: Move, home: Rows) -> bool:
    """Return whether the same series lost under other values what this one gained."""
    first, own = move.run.columns[0], np.array(move.run.rows)
    beside = np.isin(home, home[own])
    beside[own] = False
    lost = -found.off[beside, first].sum()
    return bool(lost >= SAME * found.off[own, first].sum())


def _is_same(rise: _Rise, other: _Rise, gap_days: int) -> bool:
    """Return whether another tag tells the same rise already."""
    mine, its = (one.divided.book.scopes[one.move.run.rows[0]] for one in (rise, other))
    return (
        rise.tag.key != other.tag.key
        and (mine.provider, mine.billing_account_id, mine.billing_currency)
        == (its.provider, its.billing_account_id, its.billing_currency)
        and rise.first - other.first <= gap_days
    )


def _anomalies(rise: _Rise, params: Detection) -> list[Anomaly]:
    book = rise.divided.book
    told = collective.anomaly(
        book,
        rise.judged.alerts,
        rise.found,
        rise.move,
        params,
        foreseen=rise.judged.foreseen,
    )
    least = floors.least_impact(book.panel, params)
    return [replace(told, tag=rise.tag)] if told.size >= least(told) else []
