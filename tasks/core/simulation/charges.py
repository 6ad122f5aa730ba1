"""Charges that are not metered: fees, commitments, credits, refunds, tax, support.

Amounts are in units of 1e-10 of the bill's currency, so that usage after a discount of
whole percents and everything here add up exactly.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from tasks.core.simulation import exports
from tasks.core.simulation.catalogue import AWS, AZURE, GCP
from tasks.core.simulation.commitments import Commitment
from tasks.core.simulation.exports import Export
from tasks.core.simulation.metering import Usage
from tasks.core.simulation.seasons import Ints
from tasks.core.simulation.world import World

UNIT = 10**10
CENT = 10**8
DAYS_OF_TERM = 3 * 365


@dataclass(frozen=True, slots=True)
class Charge:
    """One line that is not usage; amounts in units of 1e-10.

    Attributes:
        kind: savings_plan_fee, reservation_fee, upfront_fee, credit, refund, tax,
            support, marketplace or fee.
        account: Index of the sub account; -1 where it belongs to none.
        service_code: Code of the service.
        service_name: Its name.
        category: Its category.
        region: Region id.
        first: First day, counted from the first of the span.
        end: Day after the last.
        billed: What is invoiced.
        description: What the bill says.
        commitment_id: Savings plan or reservation.
        used: Part of the commitment that was used.
        unused: Part that nobody used.
        upfront: Part that was paid before.
        unused_upfront: Unused part of what was paid before.
    """

    kind: str
    account: int
    service_code: str
    service_name: str
    category: str
    region: str
    first: int
    end: int
    billed: int
    description: str
    commitment_id: str | None = None
    used: int = 0
    unused: int = 0
    upfront: int = 0
    unused_upfront: int = 0


def charges(world: World, month: int, usage: Usage, export: Export) -> list[Charge]:
    """Return what an export holds besides usage."""
    known = world.span.day(export.on)
    begin, end = world.span.days(month)
    now = min(end, known)
    found: list[Charge] = []
    for commitment in world.commitments:
        found += _fees(world, commitment, begin, now)
        if month == 0:
            found += _upfront(world, commitment)
    found += _fixed(world, month, begin, now)
    found += _refunds(world, month, begin, known)
    found += _percentages(world, month, usage, export)
    return found


def _fees(
    world: World, commitment: Commitment, begin: int, now: int
) -> Iterator[Charge]:
    """Yield a line per day, or AWS's one line per month for a reservation."""
    is_monthly = world.cloud.provider == AWS and commitment.offer.kind == "reservation"
    spans = (
        [(begin, now)] if is_monthly else [(day, day + 1) for day in range(begin, now)]
    )
    for first, end in spans:
        if first < end:
            yield _fee(world, commitment, first, end)


def _fee(world: World, commitment: Commitment, first: int, end: int) -> Charge:
    code, name, category = commitment_service(world, commitment)
    used = int(commitment.used[first:end].sum())
    days = end - first
    unused = commitment.total * days - used
    unused_upfront = unused * commitment.upfront // commitment.total
    return Charge(
        kind=f"{commitment.offer.kind}_fee",
        account=commitment.account,
        service_code=code,
        service_name=name,
        category=category,
        region=commitment.region,
        first=first,
        end=end,
        billed=commitment.recurring * days * 100,
        description=f"{commitment.offer.name}, 3 years, recurring fee",
        commitment_id=commitment.commitment_id,
        used=used * 100,
        unused=unused * 100,
        upfront=commitment.upfront * days * 100,
        unused_upfront=unused_upfront * 100,
    )


def _upfront(world: World, commitment: Commitment) -> Iterator[Charge]:
    if commitment.upfront:
        code, name, category = commitment_service(world, commitment)
        yield Charge(
            kind="upfront_fee",
            account=commitment.account,
            service_code=code,
            service_name=name,
            category=category,
            region=commitment.region,
            first=0,
            end=1,
            billed=commitment.upfront * DAYS_OF_TERM * 100,
            description=f"{commitment.offer.name}, 3 years, upfront fee",
            commitment_id=commitment.commitment_id,
        )


def commitment_service(world: World, commitment: Commitment) -> tuple[str, str, str]:
    """Return code, name and category of the service that a commitment is billed as."""
    if commitment.offer.kind == "savings_plan":
        return "ComputeSavingsPlans", "Savings Plans for AWS Compute usage", "Compute"
    fleet = world.meters.fleets[world.meters.fleet[commitment.meters[0]]]
    service = world.cloud.skus[fleet.sku].service
    return service.code, service.name, service.category


def _fixed(world: World, month: int, begin: int, now: int) -> Iterator[Charge]:
    """Yield subscriptions and credits that do not depend on usage."""
    provider = world.cloud.provider
    first = world.cloud.skus[0].service
    plain = (first.code, first.name, first.category)
    rows: list[tuple[str, int, tuple[str, str, str], int, int, str]] = []
    if provider == AWS:
        datadog = ("datadog-pro", "Datadog Pro", "Management and Governance")
        registrar = ("AmazonRegistrar", "Amazon Registrar", "Networking")
        rows.append(("marketplace", 0, datadog, 3, 890 * UNIT, "Datadog Pro, monthly"))
        if month % 5 == 3:  # noqa: PLR2004
            text = "Migration Acceleration Program credit"
            rows.append(("credit", 0, plain, 14, -1500 * UNIT, text))
        if month == 5:  # noqa: PLR2004
            rows.append(
                ("fee", 5, registrar, 11, 15 * UNIT, "Renewal of nordwind.example")
            )
    elif provider == AZURE:
        mail = ("sendgrid", "SendGrid", "Integration")
        plan = ("support", "Azure Support", "Management and Governance")
        rows.append(("marketplace", 1, mail, 4, 7995 * CENT, "SendGrid Essentials"))
        rows.append(("support", 0, plan, 0, 8599 * CENT, "Standard support"))
    elif month % 4 == 2:  # noqa: PLR2004
        rows.append(
            ("credit", 0, plain, 20, -200 * UNIT, "Startup programme promotion")
        )
    for kind, account, service, day, billed, text in rows:
        if begin + day < now:
            at = begin + day
            yield Charge(kind, account, *service, "global", at, at + 1, billed, text)


def _refunds(world: World, month: int, begin: int, known: int) -> Iterator[Charge]:
    """Yield what the provider gives back in months that are corrected."""
    day = exports.correction_day(world.span, world.cloud.provider, month)
    if day is None or known <= day:
        return
    sku = world.cloud.skus[2]
    service = sku.service
    yield Charge(
        kind="refund",
        account=0,
        service_code=service.code,
        service_name=service.name,
        category=service.category,
        region=world.cloud.accounts[0].regions[0],
        first=begin + 17,
        end=begin + 18,
        billed=-(11280 + 731 * month) * CENT,
        description=f"Refund for {service.name}: service credit request",
    )


def _percentages(
    world: World, month: int, usage: Usage, export: Export
) -> Iterator[Charge]:
    """Yield tax and percentage support fees on the usage that the export holds."""
    sums = billed_by_service(world, usage, world.span.day(export.on))
    begin, end = world.span.days(month)
    if world.cloud.tax_pct:
        yield from _taxes(world, sums, begin, end)
    after = world.span.month(month + 1)
    is_due = export.on > after + timedelta(days=exports.SUPPORT_DAY - 1)
    if world.cloud.provider in {AWS, GCP} and is_due:
        code, name = {
            AWS: ("AWSSupportBusiness", "AWS Support (Business)"),
            GCP: ("58CD-E7C6-F7A3", "Support"),
        }[world.cloud.provider]
        fee = max(100 * UNIT, cents(sum(sums.values()) * 4 // 100))
        account = -1 if world.cloud.provider == GCP else 5
        yield Charge(
            "support",
            account,
            code,
            name,
            "Management and Governance",
            "global",
            begin,
            end,
            fee,
            "4% of the month's usage",
        )


def _taxes(
    world: World, sums: dict[tuple[int, str], int], begin: int, end: int
) -> Iterator[Charge]:
    """Yield tax by account and service, or at Google one line for all."""
    text = f"VAT {world.cloud.tax_pct}%"
    if world.cloud.provider == GCP:
        amount = cents(sum(sums.values()) * world.cloud.tax_pct // 100)
        yield Charge(
            "tax", -1, "tax", "Invoice", "Other", "global", begin, end, amount, text
        )
        return
    for (account, code), billed in sorted(sums.items()):
        service = world.cloud.services[code]
        amount = cents(billed * world.cloud.tax_pct // 100)
        if amount:
            yield Charge(
                "tax",
                account,
                code,
                service.name,
                service.category,
                "global",
                begin,
                end,
                amount,
                text,
            )


def billed_by_service(
    world: World, usage: Usage, known: int
) -> dict[tuple[int, str], int]:
    """Return the discounted cost of uncovered usage by account and service."""
    is_in = (usage.known_day <= known) & ~usage.is_covered
    quantity = np.where(
        usage.corrected_day > known, usage.first_quantity, usage.quantity
    )
    cost = (quantity * usage.price)[is_in] * (100 - world.cloud.discount_pct)
    sums: Ints = np.zeros(len(world.meters.fleets), dtype=np.int64)
    np.add.at(sums, world.meters.fleet[usage.meter[is_in]], cost)
    found: dict[tuple[int, str], int] = {}
    for fleet, amount in zip(world.meters.fleets, sums.tolist(), strict=True):
        key = (fleet.account, world.cloud.skus[fleet.sku].service.code)
        found[key] = found.get(key, 0) + amount
    return found


def cents(amount: int) -> int:
    """Round an amount to whole cents.

    Examples:
        >>> cents(123_456_789_012)
        123500000000
    """
    return (amount + CENT // 2) // CENT * CENT
