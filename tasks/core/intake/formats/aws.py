"""AWS cost and usage reports: the legacy one and CUR 2.0."""

import re
from collections.abc import Sequence
from dataclasses import replace

from tasks.core.intake.formats.declaration import Candidate, Format

# Rates are no numbers here: AWS declares them as text, and tiered ones are not numeric.
CUR_NUMBERS = frozenset(
    [
        "discount_bundled_discount",
        "discount_total_discount",
        "line_item_blended_cost",
        "line_item_net_unblended_cost",
        "line_item_normalization_factor",
        "line_item_normalized_usage_amount",
        "line_item_unblended_cost",
        "line_item_usage_amount",
        "pricing_public_on_demand_cost",
        "reservation_amortized_upfront_cost_for_usage",
        "reservation_amortized_upfront_fee_for_billing_period",
        "reservation_effective_cost",
        "reservation_net_amortized_upfront_cost_for_usage",
        "reservation_net_amortized_upfront_fee_for_billing_period",
        "reservation_net_effective_cost",
        "reservation_net_recurring_fee_for_usage",
        "reservation_net_unused_amortized_upfront_fee_for_billing_period",
        "reservation_net_unused_recurring_fee",
        "reservation_net_upfront_value",
        "reservation_recurring_fee_for_usage",
        "reservation_unused_amortized_upfront_fee_for_billing_period",
        "reservation_unused_normalized_unit_quantity",
        "reservation_unused_quantity",
        "reservation_unused_recurring_fee",
        "reservation_upfront_value",
        "savings_plan_amortized_upfront_commitment_for_billing_period",
        "savings_plan_net_amortized_upfront_commitment_for_billing_period",
        "savings_plan_net_recurring_commitment_for_billing_period",
        "savings_plan_net_savings_plan_effective_cost",
        "savings_plan_recurring_commitment_for_billing_period",
        "savings_plan_savings_plan_effective_cost",
        "savings_plan_total_commitment_to_date",
        "savings_plan_used_commitment",
        "split_line_item_actual_usage",
        "split_line_item_net_split_cost",
        "split_line_item_net_unused_cost",
        "split_line_item_public_on_demand_split_cost",
        "split_line_item_public_on_demand_unused_cost",
        "split_line_item_reserved_usage",
        "split_line_item_split_cost",
        "split_line_item_split_usage",
        "split_line_item_split_usage_ratio",
        "split_line_item_unused_cost",
    ]
)

CUR_REQUIRED = (
    "bill_billing_period_start_date",
    "bill_payer_account_id",
    "line_item_currency_code",
    "line_item_line_item_type",
    "line_item_product_code",
    "line_item_unblended_cost",
    "line_item_usage_account_id",
    "line_item_usage_start_date",
)

CUR2 = Format(
    "aws_cur2",
    "an AWS CUR 2.0 export",
    CUR_REQUIRED,
    CUR_NUMBERS,
    period="bill_billing_period_start_date",
    account="bill_payer_account_id",
    sub_account="line_item_usage_account_id",
    currency="line_item_currency_code",
    start="line_item_usage_start_date",
    totals="raw/aws_totals",
    repeats="raw/aws_repeats",
    zero_nets="raw/aws_zero_nets",
    mapping="focus.aws_cur",
    family="focus.aws",
    raw="raw.aws_cur",
    is_quick=True,
    is_spelt=True,
    # CUR 2.0 may be exported with the map of a product's attributes alone.
    derived=(
        ("product_region_code", "product", "pairs(product)['region']"),
        ("discount_total_discount", "discount", "aws_total_discount(discount)"),
    ),
    scalars=(
        "aws_unused",
        "aws_commitment",
        "aws_discounted",
        "aws_total_discount",
        "aws_service_subcategory",
        "aws_region_name",
        "aws_column_tags",
        "aws_named_tags",
        "aws_map_tags",
        "aws_tags",
    ),
    tables=(
        "focus/aws_exported",
        "focus/aws_summed",
        "focus/aws_lines",
        "focus/aws_charges",
        "focus/aws_prices",
        "focus/aws_cur",
    ),
)
LEGACY_CUR = replace(CUR2, name="aws_legacy_cur", title="an AWS legacy CUR")

# Only CUR 2.0 has these: maps, and the names of accounts.
CUR2_ONLY = {
    "bill_payer_account_name",
    "cost_category",
    "discount",
    "line_item_usage_account_name",
    "product",
    "resource_tags",
}


def candidate(header: Sequence[str]) -> Candidate:
    """Return which of the reports it would be, and its columns' names."""
    names = athena_names(header)
    return _kind(header, names), names


def athena_names(header: Sequence[str]) -> list[str]:
    """Name legacy CUR columns as Athena does.

    Examples:
        >>> athena_names(["lineItem/UnblendedCost", "resourceTags/user:Cost Center"])
        ['line_item_unblended_cost', 'resource_tags_user_cost_center']
        >>> athena_names(["reservation/ReservationARN", "savingsPlan/SavingsPlanArn"])
        ['reservation_reservation_a_r_n', 'savings_plan_savings_plan_a_r_n']
        >>> athena_names(["LINE_ITEM_PRODUCT_CODE"])
        ['line_item_product_code']
    """
    names = [_athena_name(name) for name in header]
    return [
        name.removesuffix("_arn") + "_a_r_n"
        if name.endswith("_arn") and name.removesuffix("_arn") + "_a_r_n" not in names
        else name
        for name in names
    ]


def _athena_name(name: str) -> str:
    if "/" in name:
        name = re.sub(r"([A-Z])", r"_\1", name)
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def _kind(header: Sequence[str], names: Sequence[str]) -> Format:
    """Tell CUR 2.0 from the legacy report, whatever columns were selected."""
    if any("/" in name for name in header):
        return LEGACY_CUR
    if CUR2_ONLY & set(names):
        return CUR2
    has_tags = any(name.startswith("resource_tags_") for name in names)
    is_legacy = has_tags or "product_product_name" in names
    return LEGACY_CUR if is_legacy else CUR2
