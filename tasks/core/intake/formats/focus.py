"""FOCUS bills of any version, whoever wrote them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from tasks.core.intake.formats.declaration import Candidate, Format, beside

COLUMNS = [
    "AllocatedMethodDetails",
    "AllocatedMethodId",
    "AllocatedResourceId",
    "AllocatedResourceName",
    "AllocatedTags",
    "AvailabilityZone",
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "CapacityReservationId",
    "CapacityReservationStatus",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "CommitmentProgramEligibilityDetails",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractApplied",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "HostProviderName",
    "InvoiceDetailId",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingCurrency",
    "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost",
    "PricingCurrencyListUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceProviderName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceDetails",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "Tags",
]

NUMBERS = frozenset(
    [
        "BilledCost",
        "CommitmentDiscountQuantity",
        "ConsumedQuantity",
        "ContractedCost",
        "ContractedUnitPrice",
        "EffectiveCost",
        "ListCost",
        "ListUnitPrice",
        "PricingCurrencyContractedUnitPrice",
        "PricingCurrencyEffectiveCost",
        "PricingCurrencyListUnitPrice",
        "PricingQuantity",
    ]
)

TIMES = {
    "BillingPeriodEnd": "iso_time",
    "BillingPeriodStart": "iso_period",
    "ChargePeriodEnd": "iso_time",
    "ChargePeriodStart": "iso_time",
}

FOCUS = Format(
    "focus",
    "a FOCUS bill",
    (
        "BilledCost",
        "BillingAccountId",
        "BillingCurrency",
        "BillingPeriodStart",
        "ChargeCategory",
        "ChargePeriodStart",
        "EffectiveCost",
    ),
    NUMBERS,
    nulls=("", "NULL", "null", "Null", "N/A", "n/a", "\\N"),
    has_quotes=True,
    columns=tuple(COLUMNS),
    times=TIMES,
    begins="BillingPeriodStart",
    period="BillingPeriodStart",
    account="BillingAccountId",
    sub_account="SubAccountId",
    currency="BillingCurrency",
    start="ChargePeriodStart",
    filled=("BilledCost", "ChargeCategory"),
    totals="raw/focus_totals",
    mapping="focus.focus",
    family="focus.focus",
    raw="raw.focus",
    tables=("focus/focus_exported", "focus/focus_summed", "focus/focus"),
)

# AWS states ten decimals; what others write as floats means what is printed.
OTHERS = replace(FOCUS, has_ten_decimals=False)

# Google's own table of FOCUS rows only grows, as its other billing tables do.
GOOGLE = replace(
    FOCUS, name="gcp_focus", source="focus", is_appended=True, stamp="x_ExportTime"
)

AWS_ONLY = "x_servicecode"
# Google has these; FinOps hubs, which write rows anew, have them too, but also theirs.
GOOGLE_ONLY = {"x_CostType", "x_ExportTime"}
HUB_ONLY = "x_IngestionTime"


# What else the mapping reads: names of previews, and of columns that came later.
_OLD = {
    "ChargeSubcategory",
    "InvoiceIssuer",
    "Provider",
    "Publisher",
    "Region",
}
# Names of the previews of 1.0, which Oracle still writes. Microsoft's preview
# had the cost before commitments in a column of its own.
_RENAMED = {
    "UsageQuantity": "ConsumedQuantity",
    "UsageUnit": "ConsumedUnit",
    "x_OnDemandCost": "ContractedCost",
    "x_OnDemandUnitPrice": "ContractedUnitPrice",
}
_SPELLING = {name.lower(): name for name in {*COLUMNS, *_OLD, *_RENAMED}}


def candidate(header: Sequence[str]) -> Candidate:
    """Return which of them it would be, and the columns as FOCUS spells them."""
    spelt = [_as_spelt(name) for name in header]
    is_google = set(spelt) >= GOOGLE_ONLY and HUB_ONLY not in spelt
    form = FOCUS if AWS_ONLY in map(str.lower, spelt) else OTHERS
    return (GOOGLE if is_google else form), [
        new if (new := _RENAMED.get(name, name)) not in spelt else name
        for name in spelt
    ]


def _as_spelt(name: str) -> str:
    """Return a FOCUS name as the specification spells it; keep any other name.

    Examples:
        >>> _as_spelt("[Billed Cost]"), _as_spelt("billed-cost"), _as_spelt("x_Foo")
        ('BilledCost', 'BilledCost', 'x_Foo')
        >>> _as_spelt("Region"), _as_spelt("source")
        ('Region', 'x_source')
    """
    letters = re.sub(r'[\s_"\[\]-]+', "", name).lower()
    return _SPELLING.get(letters) or beside(name.strip())
