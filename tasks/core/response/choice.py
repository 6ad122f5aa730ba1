"""Whether a revision is answered, or why not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

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
    newest = known[-1].revision if known else 0
    last = answered[-1] if answered else None
    reasons = (
        (
            REPEATED,
            "This event was heard before.",
            call.event_id in {one.event_id for one in known},
        ),
        (OVER, "There is nothing left to respond to.", call.is_over),
        (
            REPEATED,
            "This revision was answered before.",
            call.revision in {one.revision for one in answered},
        ),
        (
            SUPERSEDED,
            f"Revision {newest} was heard before.",
            newest > call.revision,
        ),
        (NO_SCOPE, "It is about Costwarden itself.", call.is_pipeline),
        (NO_SCOPE, "Its labels name no scope.", not call.within),
        (
            UNCHANGED,
            f"Its scope, days and amounts are as in revision {last and last.revision}.",
            call.event_type == UPDATED
            and last is not None
            and last.substance == call.substance,
        ),
    )
    return next(((word, said) for word, said, holds in reasons if holds), None)


def by_need(
    responses: Iterable[Mapping[str, Any]],
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Part what somebody should read from what called for nothing.

    Args:
        responses: Rows of ``ops.responses``, newest first.

    Returns:
        First what waits for a person, which is what nobody could read and the newest
        answer of a subject that needs an approval, then the other answers; and apart
        from these the rest. Each newest first.
    """
    waiting: list[Mapping[str, Any]] = []
    answered: list[Mapping[str, Any]] = []
    quiet: list[Mapping[str, Any]] = []
    seen: set[str] = set()
    for row in responses:
        outcome, subject = row["outcome"], row["subject"]
        is_newest = subject not in seen
        if outcome in (ANSWERED, OVER):
            seen.add(subject)
        if outcome == UNREADABLE or (
            outcome == ANSWERED and is_newest and row["needs_approval"]
        ):
            waiting.append(row)
        else:
            (answered if outcome == ANSWERED else quiet).append(row)
    return [*waiting, *answered], quiet
