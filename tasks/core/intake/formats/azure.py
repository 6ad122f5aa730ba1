"""Azure cost and usage exports: EA, MCA and pay-as-you-go, actual and amortised.

The same facts come under many names. Each column gets the name that the newest
enterprise export has, whatever its case, and whichever agreement or age wrote it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tasks.core.intake.formats.declaration import Candidate, Format, beside

# Each export states one of two costs, and does not say which.
ACTUAL, AMORTISED = "actual", "amortised"

COLUMNS = (
    "AccountId",
    "AccountName",
    "AccountOwnerId",
    "AdditionalInfo",
    "AvailabilityZone",
    "BenefitId",
    "BenefitName",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEndDate",
    "BillingPeriodStartDate",
    "BillingProfileId",
    "BillingProfileName",
    "ChargeType",
    "ConsumedService",
    "CostAllocationRuleName",
    "CostCenter",
    "CostInBillingCurrency",
    "CostInPricingCurrency",
    "CostInUsd",
    "Date",
    "EffectivePrice",
    "ExchangeRateDate",
    "ExchangeRatePricingToBilling",
    "Frequency",
    "InvoiceId",
    "InvoiceSectionId",
    "InvoiceSectionName",
    "IsAzureCreditEligible",
    "Location",
    "MeterCategory",
    "MeterId",
    "MeterName",
    "MeterRegion",
    "MeterSubCategory",
    "OfferId",
    "PartNumber",
    "PayGPrice",
    "PaygCostInBillingCurrency",
    "PaygCostInUsd",
    "PlanName",
    "PreviousInvoiceId",
    "PricingCurrency",
    "PricingModel",
    "ProductId",
    "ProductName",
    "ProductOrderId",
    "ProductOrderName",
    "Provider",
    "PublisherId",
    "PublisherName",
    "PublisherType",
    "Quantity",
    "ReservationId",
    "ReservationName",
    "ResourceGroup",
    "ResourceId",
    "ResourceLocation",
    "ResourceLocationNormalized",
    "ResourceName",
    "ResourceType",
    "ServiceFamily",
    "ServiceInfo1",
    "ServiceInfo2",
    "ServiceName",
    "ServicePeriodEndDate",
    "ServicePeriodStartDate",
    "ServiceTier",
    "SubscriptionId",
    "SubscriptionName",
    "Tags",
    "Term",
    "UnitOfMeasure",
    "UnitPrice",
)

# What other exports call them: older ones, pay-as-you-go, MCA, the enterprise portal.
SYNONYMS = {
    "billingcurrencycode": "BillingCurrency",
    "consumedquantity": "Quantity",
    "cost": "CostInBillingCurrency",
    "currency": "BillingCurrency",
    "departmentname": "InvoiceSectionName",
    "extendedcost": "CostInBillingCurrency",
    "instanceid": "ResourceId",
    "instancename": "ResourceId",
    "invoicesection": "InvoiceSectionName",
    "pretaxcost": "CostInBillingCurrency",
    "product": "ProductName",
    "resourcegroupname": "ResourceGroup",
    "resourcerate": "EffectivePrice",
    "subscriptionguid": "SubscriptionId",
    "usagedate": "Date",
    "usagedatetime": "Date",
    "usagequantity": "Quantity",
}

GUID = "subscriptionguid"

NUMBERS = frozenset(
    [
        "CostInBillingCurrency",
        "EffectivePrice",
        "ExchangeRatePricingToBilling",
        "PayGPrice",
        "PaygCostInBillingCurrency",
        "Quantity",
        "UnitPrice",
    ]
)

# Made days by raw.azure_shaped, whatever they are written as.
TIMES = (
    "BillingPeriodEndDate",
    "BillingPeriodStartDate",
    "Date",
    "ServicePeriodEndDate",
    "ServicePeriodStartDate",
)

AZURE = Format(
    "azure",
    "an Azure cost export",
    (
        "BillingCurrency",
        "CostInBillingCurrency",
        "Date",
        "MeterCategory",
        "SubscriptionId",
    ),
    NUMBERS,
    period="BillingMonth",
    account="BillingScope",
    sub_account="SubscriptionId",
    currency="BillingCurrency",
    start="Date",
    filled=("CostInBillingCurrency",),
    source="azure",
    times=dict.fromkeys(TIMES, "known"),
    begins="BillingPeriodStartDate",
    is_day_first=False,
    is_retyped=True,
    totals="raw/azure_totals",
    shape="raw.azure_shaped",
    cost_views="raw/azure_cost_views",
    mapping="focus.azure",
    family="focus.azure",
    raw="raw.azure",
    scalars=(
        "us_date",
        "times",
        "azure_price",
        "azure_service",
        "azure_block_size",
        "azure_unit",
        "azure_sku",
        "azure_resource_type",
        "azure_region",
        "azure_region_name",
        "azure_service_subcategory",
    ),
    tables=(
        "focus/azure_exported",
        "focus/azure_summed",
        "focus/azure_charges",
        "focus/azure",
    ),
)
# A bill that is known by one of its two costs only.
ACTUAL_ONLY = replace(AZURE, name="azure_actual")
AMORTISED_ONLY = replace(AZURE, name="azure_amortised")

_SPELLING = {name.lower(): name for name in COLUMNS}

# Brackets of either width: (ResourceGroup), and the same in Japanese or Chinese.
_BRACKETS = re.compile(r"[(\uff08\[]([^()\uff08\uff09\[\]]+)[)\uff09\]]\s*$")
_WORDS = {ACTUAL: re.compile(r"(?i)actual"), AMORTISED: re.compile(r"(?i)amorti[sz]")}


def candidate(header: Sequence[str]) -> Candidate:
    """Return the format, and the columns as the newest enterprise export spells them.

    A localised header has the English name in brackets. A name that the export has of
    its own wins over another that only means the same, but for old enterprise exports:
    their SubscriptionId is a number that no other export knows.

    Examples:
        >>> candidate(["Ressourcengruppe (ResourceGroup)", "pre_tax_cost", "x"])[1]
        ['ResourceGroup', 'CostInBillingCurrency', 'x_x']
        >>> candidate(["Cost", "costInBillingCurrency"])[1]
        ['x_Cost', 'CostInBillingCurrency']
        >>> candidate(["SubscriptionId", "SubscriptionGuid"])[1]
        ['x_SubscriptionId', 'SubscriptionId']
    """
    has_guid = any(_plain(name) == GUID for name in header)
    spelt = [
        None if has_guid and known == "SubscriptionId" else known
        for known in map(_as_spelt, header)
    ]
    own = {name for name in spelt if name}
    names = []
    for name, known in zip(header, spelt, strict=True):
        meant = known or SYNONYMS.get(_plain(name))
        if not meant or (not known and meant in own):
            meant = beside(name.strip())
        own.add(meant)
        names.append(meant)
    return AZURE, names


def cost_view(kind: str | None, name: str, told: Iterable[str]) -> str:
    """Say which of the two costs an export states.

    Args:
        kind: What its manifest calls the kind of export, if anything.
        name: Its path; what stands nearest to the file counts.
        told: What its rows tell, if anything.

    Returns:
        ``ACTUAL`` where nothing tells: without commitments both exports are the same.

    Examples:
        >>> cost_view("AmortizedCost", "actual/part_0.csv", [])
        'amortised'
        >>> cost_view(None, "exports/amortised/2026/actual.csv", [])
        'actual'
        >>> cost_view(None, "costs.csv", ["actual", "amortised"])
        'amortised'
    """
    for text in (kind or "", *reversed(name.split("/"))):
        views = [view for view, word in _WORDS.items() if word.search(text)]
        if len(views) == 1:
            return views[0]
    return AMORTISED if AMORTISED in told else ACTUAL


def _as_spelt(name: str) -> str | None:
    return _SPELLING.get(_plain(name))


def _plain(name: str) -> str:
    """Return a name without case and blanks; of a bracketed one, what is inside."""
    inside = _BRACKETS.search(name)
    if inside:
        plain = _bare(inside[1])
        if plain in _SPELLING or plain in SYNONYMS:
            return plain
        name = name[: inside.start()]
    return _bare(name)


def _bare(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()
