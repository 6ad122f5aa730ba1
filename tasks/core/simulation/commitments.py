"""Savings plans and reservations: what they cover, what stays unused, what they cost.

On every day the effective cost of what is covered plus what is unused equals the
commitment, to the last decimal. The negotiated discount excludes commitments.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tasks.core.simulation import identity
from tasks.core.simulation.catalogue import AWS, AZURE, COST_DECIMALS, Cloud
from tasks.core.simulation.fleet import Meters
from tasks.core.simulation.incidents import Incident
from tasks.core.simulation.seasons import Ints

HOURS_A_DAY = 24
# Savings plans are bought with three decimals an hour.
HOURLY_STEP = 10 ** (COST_DECIMALS - 3)


@dataclass(frozen=True)
class Offer:
    """A commitment that the company buys.

    Attributes:
        kind: savings_plan or reservation.
        machine: Machine type covered; empty for any.
        rate_pct: Price of covered usage in percent of the list price.
        upfront_pct: Part of the list price that was paid up front.
        share: Part of the fitting machines that it covers.
        name: How the provider calls it.
    """

    kind: str
    machine: str
    rate_pct: int
    upfront_pct: int
    share: float
    name: str


OFFERS = {
    AWS: (
        Offer("savings_plan", "", 72, 0, 0.6, "ComputeSavingsPlans"),
        Offer("reservation", "db.r5.large", 65, 30, 1.0, "AmazonRDS"),
    ),
    AZURE: (Offer("reservation", "Standard_D4s_v5", 62, 0, 0.7, "VM_RI_D4s_v5"),),
}
GCP_OFFERS = (Offer("reservation", "n2-standard-4", 63, 0, 0.6, "Commitment v1: N2"),)


@dataclass(frozen=True)
class Commitment:
    """A commitment in force over all bills; amounts in units of 1e-8 a day.

    Attributes:
        commitment_id: The provider's id.
        offer: Its terms.
        account: Index of the account that bought it.
        region: Region of what it covers; ``global`` for savings plans.
        meters: Meters that it covers.
        price: Price of their covered usage, in units of their SKU's last decimal.
        is_covered: ``(meters.size, n_days)``.
        recurring: What is billed a day.
        upfront: What was paid before, spread over its term, a day.
        used: ``(n_days,)`` effective cost of covered usage.
    """

    commitment_id: str
    offer: Offer
    account: int
    region: str
    meters: Ints
    price: Ints
    is_covered: NDArray[np.bool_]
    recurring: int
    upfront: int
    used: Ints

    @property
    def total(self) -> int:
        """Worth of a day, used or not."""
        return self.recurring + self.upfront

    @property
    def unused(self) -> Ints:
        """``(n_days,)`` what nobody used."""
        return self.total - self.used


def buy(
    cloud: Cloud,
    meters: Meters,
    free: NDArray[np.bool_],
    n_days: int,
    rng: np.random.Generator,
) -> list[Commitment]:
    """Buy what the company's lasting machines in production can use.

    Args:
        cloud: Where.
        meters: All meters of the cloud.
        free: ``(n_meters,)`` meters that may be covered.
        n_days: Days of bills.
        rng: Source of chance.
    """
    found = []
    for offer in OFFERS.get(cloud.provider, GCP_OFFERS):
        fitting = _fitting(cloud, meters, offer, free, n_days)
        for group in _groups(meters, offer, fitting):
            count = max(1, round(group.size * offer.share))
            chosen = np.sort(rng.permutation(group)[:count])
            found.append(_sign(cloud, meters, offer, chosen, n_days=n_days, rng=rng))
    return found


def let_lapse(
    commitment: Commitment, cloud: Cloud, meters: Meters, first: int, days: int
) -> tuple[Commitment, list[Incident]]:
    """Move a good part of the covered machines to types it does not cover.

    Returns:
        The commitment with fewer covered days, and what happens: more unused
        commitment in its own series, and dearer usage in the machines' series.
    """
    last = min(first + days, commitment.is_covered.shape[1]) - 1
    count = max(1, round(commitment.meters.size * 0.6))
    is_covered = commitment.is_covered.copy()
    is_covered[:count, first : last + 1] = False
    changed = _with_coverage(commitment, is_covered)
    unused = Incident(
        "commitment",
        "up",
        commitment.account,
        commitment.offer.name,
        commitment.region,
        first,
        last,
        np.array([], np.int64),
        1.0,
        is_added=False,
    )
    usage: dict[tuple[int, str, str], list[int]] = {}
    for index in commitment.meters[:count]:
        fleet = meters.fleets[meters.fleet[index]]
        service = cloud.skus[fleet.sku].service.code
        usage.setdefault((fleet.account, service, fleet.region), []).append(int(index))
    moved = [
        Incident(
            "commitment",
            "up",
            account,
            service,
            region,
            first,
            last,
            np.array(touched, np.int64),
            1.0,
            is_added=False,
        )
        for (account, service, region), touched in usage.items()
    ]
    return changed, [unused, *moved]


def _with_coverage(commitment: Commitment, is_covered: NDArray[np.bool_]) -> Commitment:
    used = _daily(commitment.price, is_covered)
    return replace(commitment, is_covered=is_covered, used=used)


def _daily(price: Ints, is_covered: NDArray[np.bool_]) -> Ints:
    """Return the effective cost of covered machines; prices have four decimals."""
    worth = price * (HOURS_A_DAY * 10**4)
    return np.asarray((worth[:, None] * is_covered).sum(axis=0), dtype=np.int64)


def _fitting(
    cloud: Cloud,
    meters: Meters,
    offer: Offer,
    free: NDArray[np.bool_],
    n_days: int,
) -> Ints:
    """Return steady machines in production that live through all bills."""
    skus = [cloud.skus[fleet.sku] for fleet in meters.fleets]
    is_fit = np.array(
        [
            sku.pattern == "steady"
            and (sku.machine == offer.machine or not offer.machine)
            and sku.kind
            == ("database" if offer.machine.startswith("db.") else "instance")
            and cloud.accounts[fleet.account].environment == "production"
            for sku, fleet in zip(skus, meters.fleets, strict=True)
        ]
    )
    lasts = (meters.start == 0) & (meters.end == n_days)
    return np.flatnonzero(is_fit[meters.fleet] & lasts & free)


def _groups(meters: Meters, offer: Offer, fitting: Ints) -> list[Ints]:
    """Reservations hold for one region; savings plans for all."""
    if not fitting.size:
        return []
    if offer.kind == "savings_plan":
        return [fitting]
    regions = np.array([meters.fleets[fleet].region for fleet in meters.fleet[fitting]])
    return [fitting[regions == region] for region in np.unique(regions)]


def _sign(
    cloud: Cloud,
    meters: Meters,
    offer: Offer,
    chosen: Ints,
    *,
    n_days: int,
    rng: np.random.Generator,
) -> Commitment:
    fleet = meters.fleets[meters.fleet[chosen[0]]]
    region = "global" if offer.kind == "savings_plan" else fleet.region
    is_covered = np.ones((chosen.size, n_days), dtype=np.bool_)
    price = meters.price[chosen] * offer.rate_pct // 100
    used = _daily(price, is_covered)
    if offer.kind == "savings_plan":
        hourly = int(used.max()) * 103 // (100 * HOURS_A_DAY)
        total = -(-hourly // HOURLY_STEP) * HOURLY_STEP * HOURS_A_DAY
        upfront = 0
    else:
        # One more than needed, where there are several: nobody counts that exactly.
        count = chosen.size + (chosen.size > 2)  # noqa: PLR2004
        total = count * int(price[0]) * HOURS_A_DAY * 10**4
        rate = int(price[0]) * offer.upfront_pct // offer.rate_pct
        upfront = count * rate * HOURS_A_DAY * 10**4
    return Commitment(
        commitment_id=_commitment_id(cloud, offer, fleet.account, region, rng),
        offer=offer,
        account=fleet.account,
        region=region,
        meters=chosen,
        price=price,
        is_covered=is_covered,
        recurring=total - upfront,
        upfront=upfront,
        used=used,
    )


def _commitment_id(
    cloud: Cloud, offer: Offer, account: int, region: str, rng: np.random.Generator
) -> str:
    number = int(rng.integers(1, 2**62))
    owner = cloud.accounts[account].sub_account_id
    uuid = identity.uuid(number)
    if cloud.provider == AWS and offer.kind == "savings_plan":
        return f"arn:aws:savingsplans::{owner}:savingsplan/{uuid}"
    if cloud.provider == AWS:
        return f"arn:aws:rds:{region}:{owner}:ri:ri-{uuid[:23]}"
    if cloud.provider == AZURE:
        order = f"/providers/Microsoft.Capacity/reservationOrders/{uuid}"
        return f"{order}/reservations/{identity.uuid(number + 1)}"
    return f"projects/{owner}/regions/{region}/commitments/{number % 10**18}"
