"""Oracle Cloud's cost reports."""

import re
from collections.abc import Sequence

from tasks.core.intake.formats.declaration import Candidate, Format

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


def candidate(header: Sequence[str]) -> Candidate:
    """Return the format, and its columns in snake case; tags keep their names.

    Examples:
        >>> candidate(["lineItem/referenceNo", "tags/Ops.Cost Center"])[1]
        ['line_item_reference_no', 'tags/Ops.Cost Center']
    """
    return COST, [_name(name.strip()) for name in header]


def _name(name: str) -> str:
    if name.startswith("tags/"):
        return name
    parted = re.sub(r"([a-z])([A-Z])", r"\1_\2", name)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower())
