"""The query that sums the usage lines of an AWS report at nearly the speed of the scan.

It asks for nothing that the file's own statistics answer: columns that hold one text
become literals, columns that hold nothing are left out, and amounts that are never
negative need not be told apart by their sign.

Amounts are floating-point numbers there. Compensated sums of them are exact once they
are rounded to the ten decimals that AWS states, as long as no sum is large; the sign is
a key wherever both signs occur, so a sum is as large as its parts together. Amounts
whose sums are large, quantities above all, are made integers one by one.

Source:
    Nicholas J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition,
    2002, section 4.3: the error of a compensated sum is at most about two units in the
    last place of the sum of magnitudes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

# Line types of which the mapping looks at no more than the columns below.
USAGE = (
    "Usage",
    "DiscountedUsage",
    "SavingsPlanCoveredUsage",
    "SavingsPlanNegation",
    "EdpDiscount",
    "PrivateRateDiscount",
    "BundledDiscount",
    "Discount",
)
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
# What counts instead where the first is null.
NET_OF = {
    "line_item_net_unblended_cost": "line_item_unblended_cost",
    "reservation_net_effective_cost": "reservation_effective_cost",
    "savings_plan_net_savings_plan_effective_cost": (
        "savings_plan_savings_plan_effective_cost"
    ),
}
ON_DEMAND = "pricing_public_on_demand_cost"
UNBLENDED = "line_item_unblended_cost"
DISCOUNT = "discount_total_discount"

# Tells that a delivery states discounts twice, which is left to the general way.
REPEATED = "discount_stated_elsewhere"
QUANTITY = "line_item_usage_amount"

# Sums below it are exact: five units in the last place of it are less than half of the
# tenth decimal.
LARGEST_SUM = 50_000
# Amounts below it have ten decimals that a floating-point number can be trusted for;
# quantities are held to no more than that they fit into 64 bits.
LARGEST_AMOUNT = 100_000
LARGEST_QUANTITY = 900_000_000


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


def is_summable(columns: Mapping[str, Column]) -> bool:
    """Whether a file is what the query expects: typed times, floating-point amounts.

    Files in which containers repeat the cost of their instance are not.
    """
    kinds = {columns[name].type for name in AMOUNTS if name in columns}
    times = ("line_item_usage_start_date", "line_item_usage_end_date")
    split = [name for name in columns if name.startswith("split_line_item_")]
    return (
        REPEATED not in columns
        and kinds <= {"DOUBLE", "FLOAT"}
        and all(name in columns for name in times)
        and all(columns[name].type.startswith("TIMESTAMP") for name in times)
        and all(columns[name].is_empty for name in split)
        and _is_within(columns, QUANTITY, LARGEST_QUANTITY)
    )


def as_integers(columns: Mapping[str, Column], names: Collection[str]) -> bool:
    """Whether these amounts, one by one, are small enough to be made integers."""
    return all(_is_within(columns, name, LARGEST_AMOUNT) for name in names)


def query(columns: Mapping[str, Column], integers: Collection[str] = ()) -> str:
    """Return the SELECT that sums the lines of ``$file``.

    Its rows have the day ``usage_date``, the moment ``latest_end`` at which the last of
    their lines ends, and ``x_ChargeCount``, how many lines they stand for.

    Args:
        columns: The file's columns by name.
        integers: Amounts to be summed as integers, besides the quantity.
    """
    amounts = [name for name in AMOUNTS if _is_filled(columns, name)]
    shown = [
        *(key for key in KEYS if _varies(columns, key)),
        "line_item_usage_start_date::DATE AS usage_date",
        *(f"{name} < 0 AS is_negative_{name}" for name in _signed(columns, amounts)),
        *(f"{name} IS NULL AS is_gross_{name}" for name in _netted(columns, amounts)),
        *_discounted(columns),
        *(f"{_sum(columns, name, integers)} AS {name}" for name in amounts),
        "max(line_item_usage_end_date) AS latest_end",
        "count(*) AS x_ChargeCount",
    ]
    return _select(shown) + "\nFROM read_parquet($file)\nGROUP BY ALL"


def lines(
    columns: Mapping[str, Column], summed: str, integers: Collection[str] = ()
) -> str:
    """Return the SELECT that shows such sums as report lines.

    Args:
        columns: The file's columns by name.
        summed: Table that holds what ``query`` gave.
        integers: As given to ``query``.
    """
    amounts = [name for name in AMOUNTS if _is_filled(columns, name)]
    constants = [
        f"{_literal(columns[key].constant)}::{columns[key].type} AS {key}"
        for key in KEYS
        if key in columns and columns[key].constant is not None
    ]
    shown = [
        *constants,
        *(key for key in KEYS if _varies(columns, key)),
        "usage_date::TIMESTAMP AS line_item_usage_start_date",
        "usage_date + INTERVAL 1 DAY AS line_item_usage_end_date",
        *(f"{_amount(name, integers)} AS {name}" for name in amounts),
        "x_ChargeCount",
    ]
    return _select(shown) + f"\nFROM {summed}\nWHERE {is_usage(columns)}"


def doubts(
    columns: Mapping[str, Column], summed: str, integers: Collection[str] = ()
) -> str:
    """Return the SELECT that says how far such sums can be trusted.

    Its one row has a boolean ``spans_days``, whether some line may not end on the day
    on which it starts, and one per amount of money, whether some sum is too large.
    """
    amounts = [name for name in AMOUNTS if _is_filled(columns, name)]
    large = [
        f"coalesce(bool_or(abs({name}) >= {LARGEST_SUM}), FALSE) AS {name}"
        for name in amounts
        if name not in {QUANTITY, *integers}
    ]
    late = "latest_end IS NULL OR latest_end > usage_date + INTERVAL 1 DAY"
    shown = [f"coalesce(bool_or({late}), FALSE) AS spans_days", *large]
    return _select(shown) + f"\nFROM {summed}\nWHERE {is_usage(columns)}"


def others(columns: Mapping[str, Column], summed: str) -> str:
    """Return the SELECT of the line types that are left to the general way."""
    return (
        f"SELECT DISTINCT {_line_type(columns)}\nFROM {summed}"
        f"\nWHERE ({is_usage(columns)}) IS DISTINCT FROM TRUE"
    )


def is_usage(columns: Mapping[str, Column]) -> str:
    """Return the condition that tells usage lines."""
    words = ", ".join(_literal(word) for word in USAGE)
    return f"{_line_type(columns)} IN ({words})"


def _line_type(columns: Mapping[str, Column]) -> str:
    name = "line_item_line_item_type"
    return name if _varies(columns, name) else _literal(columns[name].constant)


def _is_within(columns: Mapping[str, Column], name: str, limit: float) -> bool:
    if not _is_filled(columns, name):
        return True
    largest = columns[name].largest
    return largest is not None and largest < limit


def _sum(columns: Mapping[str, Column], name: str, integers: Collection[str]) -> str:
    counted = _counted(columns, name)
    if name == QUANTITY or name in integers:
        return f"sum(({counted} * 10000000000)::BIGINT)"
    return f"fsum({counted})"


def _amount(name: str, integers: Collection[str]) -> str:
    if name == QUANTITY or name in integers:
        scaled = f"{name}::DECIMAL(28, 0) * 0.0000000001::DECIMAL(10, 10)"
        return f"({scaled})::DECIMAL(38, 18)"
    return f"{name}::DECIMAL(28, 10)::DECIMAL(38, 18)"


def _is_filled(columns: Mapping[str, Column], name: str) -> bool:
    return name in columns and not columns[name].is_empty


def _varies(columns: Mapping[str, Column], name: str) -> bool:
    return _is_filled(columns, name) and columns[name].constant is None


def _signed(columns: Mapping[str, Column], amounts: Sequence[str]) -> list[str]:
    return [name for name in amounts if columns[name].has_negatives]


def _netted(columns: Mapping[str, Column], amounts: Sequence[str]) -> list[str]:
    return [name for name in NET_OF if name in amounts and columns[name].has_nulls]


def _discounted(columns: Mapping[str, Column]) -> list[str]:
    """Tell lines apart whose discount is larger than what it is taken from."""
    if not _is_filled(columns, DISCOUNT):
        return []
    return [f"abs({DISCOUNT}) > abs({UNBLENDED}) AS is_overdrawn"]


def _counted(columns: Mapping[str, Column], name: str) -> str:
    """Return what of a line is summed: AWS leaves some on-demand costs at zero."""
    if name == ON_DEMAND and _is_filled(columns, UNBLENDED):
        return f"if({name} <> 0, {name}, {UNBLENDED})"
    return name


def _select(shown: Sequence[str]) -> str:
    return "SELECT\n    " + ",\n    ".join(shown)


def _literal(value: str | None) -> str:
    return "'" + (value or "").replace("'", "''") + "'"
