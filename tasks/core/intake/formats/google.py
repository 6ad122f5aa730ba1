"""Google Cloud's billing exports: the standard and the detailed BigQuery table."""

import re
from collections.abc import Sequence
from dataclasses import replace

from tasks.core.intake.formats.declaration import Candidate, Format

# The columns of the detailed table, as BigQuery nests them; the standard table lacks
# resources and prices.
COLUMNS = (
    "billing_account_id",
    "service.id",
    "service.description",
    "sku.id",
    "sku.description",
    "usage_start_time",
    "usage_end_time",
    "project.id",
    "project.number",
    "project.name",
    "project.labels",
    "project.ancestry_numbers",
    "project.ancestors",
    "labels",
    "system_labels",
    "tags",
    "location.location",
    "location.country",
    "location.region",
    "location.zone",
    "resource.name",
    "resource.global_name",
    "price.effective_price",
    "price.tier_start_amount",
    "price.unit",
    "price.pricing_unit_quantity",
    "price.list_price",
    "price.effective_price_default",
    "price.list_price_consumption_model",
    "subscription.instance_id",
    "transaction_type",
    "seller_name",
    "cost",
    "currency",
    "currency_conversion_rate",
    "usage.amount",
    "usage.unit",
    "usage.amount_in_pricing_units",
    "usage.pricing_unit",
    "credits",
    "invoice.month",
    "invoice.publisher_type",
    "cost_type",
    "adjustment_info.id",
    "adjustment_info.description",
    "adjustment_info.mode",
    "adjustment_info.type",
    "export_time",
    "cost_at_list",
    "cost_at_effective_price_default",
    "cost_at_list_consumption_model",
    "consumption_model.id",
    "consumption_model.description",
)

NUMBERS = frozenset(
    [
        "cost",
        "cost_at_effective_price_default",
        "cost_at_list",
        "cost_at_list_consumption_model",
        "currency_conversion_rate",
        "price_effective_price",
        "price_effective_price_default",
        "price_list_price",
        "price_list_price_consumption_model",
        "price_pricing_unit_quantity",
        "price_tier_start_amount",
        "usage_amount",
        "usage_amount_in_pricing_units",
    ]
)

LABELS = ("key", "value")
TAGS = ("key", "value", "inherited", "namespace")
CREDITS = ("id", "full_name", "name", "type", "amount")

DETAILED = Format(
    "gcp_detailed",
    "a Google Cloud billing export",
    (
        "billing_account_id",
        "cost",
        "currency",
        "export_time",
        "invoice_month",
        "service_description",
        "usage_end_time",
        "usage_start_time",
    ),
    NUMBERS,
    nulls=("", "NULL", "null", "None", "nan"),
    source="gcp_billing",
    columns=COLUMNS,
    lists={
        "credits": CREDITS,
        "labels": LABELS,
        "project_labels": LABELS,
        "system_labels": LABELS,
        "tags": TAGS,
    },
    discounts="credits",
    readings={
        "credits": "gcp_credits",
        "export_time": "gcp_time",
        "invoice_month": "gcp_month",
        "usage_end_time": "gcp_time",
        "usage_start_time": "gcp_time",
    },
    is_appended=True,
    stamp="export_time",
    is_retyped=True,
    period="invoice_month",
    account="billing_account_id",
    currency="currency",
    start="usage_start_time",
    filled=("cost", "export_time"),
    totals="raw/gcp_totals",
    mapping="focus.gcp_billing",
    family="focus.gcp",
    raw="raw.gcp_billing",
    scalars=("gcp_service_subcategory", "gcp_tags"),
    tables=(
        "focus/gcp_exported",
        "focus/gcp_lines",
        "focus/gcp_summed",
        "focus/gcp_charges",
        "focus/gcp_billing",
    ),
)
STANDARD = replace(DETAILED, name="gcp_standard")

# Only the detailed table has these.
DETAILED_ONLY = {"resource_name", "resource_global_name", "price_effective_price"}


def candidate(header: Sequence[str]) -> Candidate:
    """Return which of the tables it would be, and the flat names of its columns.

    Examples:
        >>> candidate(["service.description", "invoice.month"])[1]
        ['service_description', 'invoice_month']
    """
    names = [re.sub(r"[^a-z0-9]+", "_", name.strip().lower()) for name in header]
    return (DETAILED if DETAILED_ONLY & set(names) else STANDARD), names
