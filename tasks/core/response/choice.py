"""Whether a revision is answered, or why not."""

from collections.abc import Iterable
from dataclasses import dataclass

from tasks.core.response.calls import UPDATED, Call

ANSWERED, REPEATED, OVER = "answered", "repeated", "over"
SUPERSEDED, UNCHANGED, NO_SCOPE = "superseded", "unchanged", "no_scope"
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was made of an event of the same subject."""

    event_id: str
    revision: int
    outcome: str
    substance: str


def refusal(call: Call, earlier: Iterable[Earlier]) -> tuple[str, str] | None:
    """Return why a revision is not answered, in one word and in one sentence.

    Args:
        call: The revision.
        earlier: What was made of its subject before, in any order.

    Returns:
        None when it is to be answered.
    """
    known = sorted(earlier, key=lambda one: one.revision)
    answered = [one for one in known if one.outcome == ANSWERED]
    if call.event_id in {one.event_id for one in known}:
        return REPEATED, "This event was heard before."
    if call.is_over:
        return OVER, "There is nothing left to respond to."
    if call.revision in {one.revision for one in answered}:
        return REPEATED, "This revision was answered before."
    if known and known[-1].revision > call.revision:
        return SUPERSEDED, f"Revision {known[-1].revision} was heard before."
    if not call.within:
        return NO_SCOPE, "Its labels name no scope."
    if (
        answered
        and call.event_type == UPDATED
        and answered[-1].substance == call.substance
    ):
        before = answered[-1].revision
        return UNCHANGED, f"Scope, days and amounts are as in revision {before}."
    return None
