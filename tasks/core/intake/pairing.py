"""Which bills two kinds of export give together, in whatever order they arrive.

Azure states what it bills and what it amortises in two exports. Neither is a bill: the
newest of each together are. So each export that becomes known gives a new bill, with
the newest of the other kind that was known by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

View = Literal["actual", "amortised"]


@dataclass(frozen=True, slots=True)
class Pair:
    """What was known of one account's month from a moment on.

    Attributes:
        known_at: From when it was known.
        actual: Digest of the actual export; None while there was none.
        amortised: Digest of the amortised one.
    """

    known_at: datetime
    actual: str | None = None
    amortised: str | None = None


def arrive(
    known: Sequence[Pair], view: View, digest: str, known_at: datetime
) -> list[Pair]:
    """Return the pairs that an export adds to those that are known already.

    Args:
        known: The pairs so far, oldest first; of several at one time the last counts.
        view: Which cost the export states.
        digest: What it is told by.
        known_at: When it became known.

    Returns:
        First the pair at that time. Then, if the export arrived late, one for each
        later time at which its predecessor stands that it should have replaced.

    Examples:
        >>> from datetime import date
        >>> arrive([Pair(date(2026, 5, 2), amortised="m")], "actual", "a",
        ...     date(2026, 5, 1)) == [Pair(date(2026, 5, 1), "a"),
        ...     Pair(date(2026, 5, 2), "a", "m")]
        True
    """
    before = [pair for pair in known if pair.known_at <= known_at]
    after = {pair.known_at: pair for pair in known if pair.known_at > known_at}
    last = before[-1] if before else Pair(known_at)
    added = [_with(replace(last, known_at=known_at), view, digest)]
    for pair in after.values():
        if getattr(pair, view) != getattr(last, view):
            break
        added.append(_with(pair, view, digest))
    return added


def _with(pair: Pair, view: View, digest: str) -> Pair:
    if view == "actual":
        return replace(pair, actual=digest)
    return replace(pair, amortised=digest)
