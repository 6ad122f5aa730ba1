"""What the quick query reads of the usage lines of an AWS report, and what it need not.

The mapping looks at some columns only where another one is null, and at some amounts
only for their magnitude. What is never looked at is not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

KEYS = (
    "bill_bill_type",
    "bill_billing_entity",
    "bill_billing_period_end_date",
    "bill_billing_period_start_date",
    "bill_payer_account_id",
    "line_item_currency_code",
    "line_item_line_item_type",
    "line_item_product_code",
    "line_item_tax_type",
    "line_item_usage_account_id",
    "pricing_unit",
    "product_region",
    "product_region_code",
    "reservation_reservation_a_r_n",
    "reservation_reservation_arn",
    "savings_plan_savings_plan_a_r_n",
    "savings_plan_savings_plan_arn",
)
AMOUNTS = (
    "discount_total_discount",
    "line_item_net_unblended_cost",
    "line_item_unblended_cost",
    "line_item_usage_amount",
    "pricing_public_on_demand_cost",
    "reservation_effective_cost",
    "reservation_net_effective_cost",
    "savings_plan_net_savings_plan_effective_cost",
    "savings_plan_savings_plan_effective_cost",
)
NET = "line_item_net_unblended_cost"
UNBLENDED = "line_item_unblended_cost"
DISCOUNT = "discount_total_discount"
ON_DEMAND = "pricing_public_on_demand_cost"
QUANTITY = "line_item_usage_amount"
RESERVED = "reservation_net_effective_cost"
PLANNED = "savings_plan_net_savings_plan_effective_cost"

# What counts instead where the first is null.
NET_OF = {
    NET: UNBLENDED,
    RESERVED: "reservation_effective_cost",
    PLANNED: "savings_plan_savings_plan_effective_cost",
}


@dataclass(frozen=True, slots=True)
class Column:
    """What a file says of one of its columns.

    Attributes:
        type: Its DuckDB type.
        is_empty: Whether every value is null.
        has_nulls: Whether some may be null.
        has_negatives: Whether some may be negative.
        largest: No value is further from zero; None if nobody knows.
        constant: The one value of all rows, as text; None if there are several.
    """

    type: str
    is_empty: bool = False
    has_nulls: bool = True
    has_negatives: bool = True
    largest: float | None = None
    constant: str | None = None


def amounts(columns: Mapping[str, Column]) -> dict[str, str]:
    """Return what of a line is summed, by the column that the sum is shown as."""
    counted = {name: name for name in AMOUNTS if is_filled(columns, name)}
    for net in (RESERVED, PLANNED):
        # Where both are stated the mapping looks at the first that is not null.
        if {net, NET_OF[net]} <= counted.keys():
            del counted[NET_OF[net]]
            counted[net] = f"coalesce({net}, {NET_OF[net]})"
    if DISCOUNT in counted:
        counted[DISCOUNT] = f"abs({DISCOUNT})"
        if is_always(columns, NET):
            del counted[DISCOUNT]
    if ON_DEMAND in counted and UNBLENDED in counted:
        counted[ON_DEMAND] = _on_demand(columns, counted)
    return counted


def _on_demand(columns: Mapping[str, Column], counted: Mapping[str, str]) -> str:
    """Return a line's list cost: AWS leaves some at zero that cost something."""
    invoiced = f"{UNBLENDED} <> 0"
    if DISCOUNT in counted:
        invoiced = f"coalesce(abs({UNBLENDED}) <> abs({DISCOUNT}), {invoiced})"
    if is_always(columns, NET):
        invoiced = f"{NET} <> 0"
    elif NET in counted:
        invoiced = f"coalesce({NET} <> 0, {invoiced})"
    reserved, planned = (
        counted.get(net, counted.get(NET_OF[net], "0")) for net in (RESERVED, PLANNED)
    )
    return (
        f"CASE WHEN {ON_DEMAND} <> 0 THEN {ON_DEMAND}"
        f" WHEN {ON_DEMAND} IS NULL OR CASE {line_type(columns)}"
        f" WHEN 'DiscountedUsage' THEN {reserved} <> 0"
        f" WHEN 'SavingsPlanCoveredUsage' THEN {planned} <> 0"
        f" ELSE {invoiced} END THEN {UNBLENDED} ELSE 0 END"
    )


def parts(columns: Mapping[str, Column], name: str) -> list[str]:
    """Return the columns that an amount may be taken from."""
    others = {ON_DEMAND: UNBLENDED} | {net: NET_OF[net] for net in (RESERVED, PLANNED)}
    named = (name, others.get(name, name))
    return [part for part in dict.fromkeys(named) if is_filled(columns, part)]


def is_filled(columns: Mapping[str, Column], name: str) -> bool:
    """Whether some line has a value."""
    return name in columns and not columns[name].is_empty


def is_always(columns: Mapping[str, Column], name: str) -> bool:
    """Whether every line has a value."""
    return is_filled(columns, name) and not columns[name].has_nulls


def varies(columns: Mapping[str, Column], name: str) -> bool:
    """Whether lines may have different values."""
    return is_filled(columns, name) and columns[name].constant is None


def signed(columns: Mapping[str, Column]) -> list[str]:
    """Return the amounts that may be negative in some lines and positive in others.

    Of a quantity nobody asks the sign, and of a discount only the magnitude counts.
    """
    return [
        name
        for name in amounts(columns)
        if name not in {QUANTITY, DISCOUNT}
        and any(columns[part].has_negatives for part in parts(columns, name))
    ]


def line_type(columns: Mapping[str, Column]) -> str:
    """Return the expression for a line's type."""
    name = "line_item_line_item_type"
    return name if varies(columns, name) else literal(columns[name].constant)


def literal(value: str | None) -> str:
    """Write a text as SQL."""
    return "'" + (value or "").replace("'", "''") + "'"
