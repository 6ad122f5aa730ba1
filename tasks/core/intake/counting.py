"""When versions count, where two sources tell of the same costs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from tasks.core.intake.versions import Span


def counted(
    found: Iterable[Span], covered: Mapping[str, Collection[str]]
) -> list[Span]:
    """Leave out the times in which a version of another source counts.

    Only what is not covered itself at the time can stand for another version.

    Args:
        found: When each version is the newest of its own source.
        covered: Versions that count in place of one while both are the newest.

    Examples:
        >>> days = [datetime(2026, 5, day) for day in (1, 2, 3)]
        >>> native, focus = Span("a", days[1], days[2]), Span("b", days[0], None)
        >>> [span.known_from.day for span in counted([native, focus], {"b": ["a"]})]
        [2, 1, 3]
    """
    times: dict[str, list[Span]] = defaultdict(list)
    spans = list(found)
    for span in spans:
        times[span.bill_id].append(span)
    return [
        piece
        for span in spans
        for piece in _without(
            [span],
            [
                free
                for other in covered.get(span.bill_id, ())
                for free in _without(
                    times[other],
                    [gone for one in covered.get(other, ()) for gone in times[one]],
                )
            ],
        )
    ]


def _without(spans: Sequence[Span], gone: Iterable[Span]) -> list[Span]:
    """Cut times out of spans."""
    left = list(spans)
    for hole in gone:
        left = [piece for span in left for piece in _cut(span, hole)]
    return left


def _cut(span: Span, hole: Span) -> list[Span]:
    if _ends_by(span, hole.known_from) or _ends_by(hole, span.known_from):
        return [span]
    pieces = []
    if span.known_from < hole.known_from:
        pieces.append(Span(span.bill_id, span.known_from, hole.known_from))
    if hole.known_to is not None and not _ends_by(span, hole.known_to):
        pieces.append(Span(span.bill_id, hole.known_to, span.known_to))
    return pieces


def _ends_by(span: Span, moment: datetime) -> bool:
    return span.known_to is not None and span.known_to <= moment
