"""What AWS Cost Explorer tells, as FOCUS rows.

Cost Explorer knows a cost by day, account, service and record type, and nothing finer:
no resource, no region, no price and no name of a commitment.

Source:
    AWS, "Term comparison" of charge types in "Managing your costs with AWS Cost
    Categories"; the rules are those of docs/methods/focus_mapping.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from tasks.core.months import day_after

# Record types by their letters alone, as the API and as the console call them.
PURCHASES = {
    "fee": "One-Time",
    "upfrontreservationfee": "One-Time",
    "upfront": "One-Time",
    "savingsplanupfrontfee": "One-Time",
    "rifee": "Recurring",
    "recurringreservationfee": "Recurring",
    "recurring": "Recurring",
    "savingsplanrecurringfee": "Recurring",
    "support": "Recurring",
    "supportfee": "Recurring",
}
# Fees whose amortised cost is what was not used of the commitment.
WITH_UNUSED = {
    "rifee",
    "recurringreservationfee",
    "recurring",
    "savingsplanrecurringfee",
}
COVERED = {"discountedusage", "reservationappliedusage", "savingsplancoveredusage"}
CATEGORIES = {"tax": "Tax", "credit": "Credit"}

COLUMNS = (
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "BillingAccountId",
    "SubAccountId",
    "ServiceProviderName",
    "InvoiceIssuerName",
    "ServiceName",
    "ChargeDescription",
    "x_RecordType",
    "ChargeCategory",
    "ChargeFrequency",
    "PricingCategory",
    "CommitmentDiscountStatus",
    "BillingCurrency",
    "BilledCost",
    "EffectiveCost",
)
ISSUER = "Amazon Web Services"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one account spent on one service on one day, by one record type.

    Attributes:
        day: The day, in UTC.
        account: Id of the account that used it.
        service: Name of the service.
        record_type: As Cost Explorer spells it.
        currency: Code of the currency.
        billed: Net unblended cost.
        effective: Net amortised cost.
    """

    day: date
    account: str
    service: str
    record_type: str
    currency: str
    billed: Decimal
    effective: Decimal

    @property
    def kind(self) -> str:
        """The record type, however it is spelt.

        Examples:
            >>> Cost(date.min, "1", "AWS", "Support fee", "USD", ZERO, ZERO).kind
            'supportfee'
        """
        return "".join(filter(str.isalnum, self.record_type)).lower()


def rows(payer: str, costs: Iterable[Cost]) -> list[dict[str, str]]:
    """Return FOCUS rows, whose sums are those of the costs.

    A savings plan's negation cancels the on-demand cost that covered usage shows: both
    become zero. What remains of them by day and account, if anything, is a row.

    Args:
        payer: Id of the account that pays.
        costs: All costs of one month.
    """
    found = []
    plans: dict[tuple[date, str, str], list[Cost]] = defaultdict(list)
    for cost in costs:
        if cost.kind == "savingsplannegation":
            plans[cost.day, cost.account, cost.currency].append(cost)
            continue
        if cost.kind == "savingsplancoveredusage":
            shown = replace(cost, effective=ZERO)
            plans[cost.day, cost.account, cost.currency].append(shown)
        found += list(_rows(payer, cost))
    for parts in plans.values():
        rest = _rest(parts)
        if rest.billed or rest.effective:
            found.append(_row(payer, rest, ChargeCategory="Usage"))
    return sorted(found, key=lambda row: tuple(row.values()))


def _rest(parts: list[Cost]) -> Cost:
    return replace(
        min(parts, key=lambda part: (part.kind != "savingsplannegation", part.service)),
        record_type="SavingsPlanNegation",
        billed=sum((part.billed for part in parts), ZERO),
        effective=sum((part.effective for part in parts), ZERO),
    )


def _rows(payer: str, cost: Cost) -> Iterator[dict[str, str]]:
    kind = cost.kind
    if kind in WITH_UNUSED:
        paid, unused = replace(cost, effective=ZERO), replace(cost, billed=ZERO)
        yield _row(payer, paid, ChargeCategory="Purchase", ChargeFrequency="Recurring")
        if unused.effective:
            yield _row(
                payer,
                unused,
                ChargeCategory="Usage",
                ChargeFrequency="Usage-Based",
                CommitmentDiscountStatus="Unused",
            )
    elif kind in PURCHASES:
        often = PURCHASES[kind]
        yield _row(payer, cost, ChargeCategory="Purchase", ChargeFrequency=often)
    elif kind in CATEGORIES:
        yield _row(payer, cost, ChargeCategory=CATEGORIES[kind])
    elif kind in COVERED:
        if kind == "savingsplancoveredusage":
            cost = replace(cost, billed=ZERO)
        yield _row(
            payer,
            cost,
            ChargeCategory="Usage",
            ChargeFrequency="Usage-Based",
            PricingCategory="Committed",
        )
    else:
        yield _row(payer, cost, ChargeCategory="Usage", ChargeFrequency="Usage-Based")


def _row(payer: str, cost: Cost, **words: str) -> dict[str, str]:
    month = cost.day.replace(day=1)
    stated: Mapping[str, str] = {
        "ChargePeriodStart": _midnight(cost.day),
        "ChargePeriodEnd": _midnight(cost.day + timedelta(days=1)),
        "BillingPeriodStart": _midnight(month),
        "BillingPeriodEnd": _midnight(day_after(month)),
        "BillingAccountId": payer,
        "SubAccountId": cost.account,
        "ServiceProviderName": ISSUER,
        "InvoiceIssuerName": ISSUER,
        "ServiceName": cost.service,
        "ChargeDescription": cost.record_type,
        "x_RecordType": cost.record_type,
        "ChargeFrequency": "One-Time",
        "BillingCurrency": cost.currency,
        "BilledCost": f"{cost.billed:f}",
        "EffectiveCost": f"{cost.effective:f}",
    }
    return {**dict.fromkeys(COLUMNS, ""), **stated, **words}


def _midnight(day: date) -> str:
    return f"{day:%Y-%m-%d}T00:00:00Z"
