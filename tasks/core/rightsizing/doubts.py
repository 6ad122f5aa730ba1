"""Why advice that looks right is not given: the numbers are not about one thing.

Cost and use are sums over the days of evidence. They mean something only for a
resource that was the same all the time, belongs to one account and still exists.
"""

from tasks.core.rightsizing.recommendations import (
    Abstention,
    Proposal,
    Resource,
    Window,
)

# Newest days of evidence without a charge after which a resource counts as gone.
UNCHARGED_DAYS = 1


def is_gone(resource: Resource, window: Window) -> bool:
    """Say whether the bill stopped to charge it before the evidence ends."""
    last = resource.cost.last_date
    return last is not None and (window.last - last).days > UNCHARGED_DAYS


def doubted(resource: Resource, proposal: Proposal) -> Proposal | Abstention:
    """Return the proposal, or an abstention where its numbers mislead."""
    reason = _reason(resource)
    return Abstention(proposal.action, reason) if reason else proposal


def _reason(resource: Resource) -> str | None:
    if resource.accounts > 1:
        return (
            f"{resource.accounts} accounts are charged for this id; which of them has"
            " the resource is not known."
        )
    if resource.is_spot and resource.resource_type == "instance":
        return "It runs at a spot price: it can end at any time, but not be changed."
    if not resource.has_settled_type:
        return "Its type changed during the days of evidence, or right after them."
    return None
