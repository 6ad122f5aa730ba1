"""Oracle Cloud's cost reports."""

import re
from collections.abc import Sequence

from tasks.core.intake.formats.declaration import Candidate, Format, beside

# What the mapping reads, as the lake calls it.
COLUMNS = (
    "cost_billing_unit_readable",
    "cost_currency_code",
    "cost_my_cost",
    "cost_my_cost_overage",
    "cost_overage_flag",
    "cost_product_sku",
    "cost_sku_unit_description",
    "cost_subscription_id",
    "cost_unit_price",
    "cost_unit_price_overage",
    "line_item_backreference_no",
    "line_item_interval_usage_end",
    "line_item_interval_usage_start",
    "line_item_is_correction",
    "line_item_reference_no",
    "line_item_tenant_id",
    "product_availability_domain",
    "product_compartment_id",
    "product_compartment_name",
    "product_description",
    "product_region",
    "product_resource_id",
    "product_service",
    "usage_billed_quantity",
    "usage_billed_quantity_overage",
)
TAGS = "tags/"
GROUPS = ("cost_", "line_item_", "product_", "usage_")

COST = Format(
    "oci_cost",
    "an OCI cost report",
    (
        "cost_currency_code",
        "cost_my_cost",
        "line_item_interval_usage_end",
        "line_item_interval_usage_start",
        "line_item_reference_no",
        "line_item_tenant_id",
        "product_service",
    ),
    frozenset(
        [
            "cost_my_cost",
            "cost_my_cost_overage",
            "cost_unit_price",
            "cost_unit_price_overage",
            "usage_billed_quantity",
            "usage_billed_quantity_overage",
        ]
    ),
    is_appended=True,
    period="line_item_interval_usage_start",
    account="line_item_tenant_id",
    currency="cost_currency_code",
    start="line_item_interval_usage_start",
    filled=("cost_my_cost",),
    totals="raw/oci_totals",
    mapping="focus.oci_cost",
    family="focus.oci",
    raw="raw.oci_cost",
    scalars=("oci_service_subcategory", "oci_tags"),
    tables=("focus/oci_exported", "focus/oci_summed", "focus/oci_cost"),
)

_SPELLING = {name.replace("_", ""): name for name in COLUMNS}


def candidate(header: Sequence[str]) -> Candidate:
    """Return the format, and its columns in snake case; tags keep their names.

    Some tools write all names in one case, so letters alone tell the known ones.

    Examples:
        >>> candidate(["lineItem/referenceNo", "tags/Ops.Cost Center"])[1]
        ['line_item_reference_no', 'tags/Ops.Cost Center']
        >>> candidate(["LINEITEM/TENANTID", "TAGS/OPS.TEAM", "cost/attributedCost"])[1]
        ['line_item_tenant_id', 'tags/OPS.TEAM', 'cost_attributed_cost']
    """
    return COST, [_name(name.strip()) for name in header]


def _name(name: str) -> str:
    if name.lower().startswith(TAGS):
        return TAGS + name[len(TAGS) :]
    known = _SPELLING.get(re.sub(r"[^a-z0-9]+", "", name.lower()))
    parted = re.sub(r"([a-z])([A-Z])", r"\1_\2", name)
    plain = re.sub(r"[^a-z0-9]+", "_", parted.lower())
    return known or (plain if plain.startswith(GROUPS) else beside(plain))
