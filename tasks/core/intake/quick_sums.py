"""The query that sums the usage lines of an AWS report at nearly the speed of the scan.

It asks for nothing that the files' own statistics answer: columns that hold one text
become literals, columns that hold nothing are left out, and a column that the mapping
only looks at where another is null is not read where that never is.

Amounts are floating-point numbers there. Compensated sums of them are exact once they
are rounded to the ten decimals that AWS states, as long as no sum is large. Amounts
whose sums are large, quantities above all, are made integers one by one.

The mapping asks for signs, so lines of both signs must not be summed together. They
seldom meet in a group, and comparing numbers costs more than adding them: so magnitudes
are summed too, and only where these are more than the sum is the sign made a key.

Source:
    Nicholas J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition,
    2002, section 4.3: the error of a compensated sum is at most about two units in the
    last place of the sum of magnitudes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tasks.core.intake import quick_columns
from tasks.core.intake.quick_columns import (
    AMOUNTS,
    DISCOUNT,
    KEYS,
    NET,
    QUANTITY,
    UNBLENDED,
    Column,
)

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

# Tells that a delivery states discounts twice, which is left to the general way.
REPEATED = "discount_stated_elsewhere"
# Tells the files of a scan apart; DuckDB gives it as the place in the list of files.
FILE = "file_index"

# Sums below it are exact: five units in the last place of it are less than half of the
# tenth decimal.
LARGEST_SUM = 50_000
# Amounts of both signs make magnitudes exceed a sum by twice the tenth decimal or more;
# below the largest sum, rounding does not reach half as far.
TENTH_DECIMAL = "0.0000000001::DOUBLE"
# Amounts below it have ten decimals that a floating-point number can be trusted for;
# quantities are held to no more than that they fit into 64 bits.
LARGEST_AMOUNT = 100_000
LARGEST_QUANTITY = 900_000_000


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
    return all(
        _is_within(columns, part, LARGEST_AMOUNT)
        for name in names
        for part in quick_columns.parts(columns, name)
    )


@dataclass(frozen=True, slots=True)
class Care:
    """What a query has to be careful about, because sums turned out doubtful.

    Attributes:
        integers: Amounts to be summed as integers, besides the quantity.
        is_signed: Whether lines are told apart by the signs of their amounts.
    """

    integers: frozenset[str] = frozenset()
    is_signed: bool = False


def query(columns: Mapping[str, Column], care: Care) -> str:
    """Return the SELECT that sums the lines of ``$files``, each file by itself.

    Its rows have the file's place ``file_index``, the day ``usage_date``, the moment
    ``latest_end`` at which the last of their lines ends, the ``magnitude`` of amounts
    that may have both signs, and ``x_ChargeCount``, how many lines they stand for.

    Args:
        columns: The columns by name, alike in all files.
        care: What to be careful about.
    """
    amounts = quick_columns.amounts(columns)
    signed = quick_columns.signed(columns)
    shown = [
        FILE,
        *(key for key in KEYS if quick_columns.varies(columns, key)),
        "line_item_usage_start_date::DATE AS usage_date",
        *(
            f"{amounts[name]} < 0 AS is_negative_{name}"
            for name in (signed if care.is_signed else ())
        ),
        *_grossed(columns),
        *_discounted(columns),
        *(
            f"{_sum(counted, name, care)} AS {name}"
            for name, counted in amounts.items()
        ),
        *([] if care.is_signed else _magnitude(columns, signed)),
        "max(line_item_usage_end_date) AS latest_end",
        "count(*) AS x_ChargeCount",
    ]
    return _select(shown) + "\nFROM read_parquet($files)\nGROUP BY ALL"


def lines(columns: Mapping[str, Column], summed: str, care: Care) -> str:
    """Return the SELECT that shows such sums as report lines.

    Args:
        columns: The columns by name.
        summed: Table that holds what ``query`` gave.
        care: As given to ``query``.
    """
    constants = [
        f"{quick_columns.literal(columns[key].constant)}::{columns[key].type} AS {key}"
        for key in KEYS
        if key in columns and columns[key].constant is not None
    ]
    shown = [
        *constants,
        *(key for key in KEYS if quick_columns.varies(columns, key)),
        "usage_date::TIMESTAMP AS line_item_usage_start_date",
        "usage_date + INTERVAL 1 DAY AS line_item_usage_end_date",
        *(
            f"{_amount(name, care)} AS {name}"
            for name in quick_columns.amounts(columns)
        ),
        "x_ChargeCount",
        FILE,
    ]
    return _select(shown) + f"\nFROM {summed}\nWHERE {is_usage(columns)}"


def doubts(columns: Mapping[str, Column], summed: str, care: Care) -> str:
    """Return the SELECT that says how far such sums can be trusted.

    Its rows have a file's place and booleans: ``spans_days``, whether some line may not
    end on the day on which it starts; ``is_mixed``, whether amounts of both signs were
    summed together; and one per amount of money, whether some sum is too large.
    """
    large = [
        f"coalesce(bool_or(abs({name}) >= {LARGEST_SUM}), FALSE) AS {name}"
        for name in quick_columns.amounts(columns)
        if name != QUANTITY and name not in care.integers
    ]
    late = "latest_end IS NULL OR latest_end > usage_date + INTERVAL 1 DAY"
    shown = [
        FILE,
        f"coalesce(bool_or({late}), FALSE) AS spans_days",
        f"{_mixed(columns, care)} AS is_mixed",
        *large,
    ]
    return (
        _select(shown) + f"\nFROM {summed}\nWHERE {is_usage(columns)}\nGROUP BY {FILE}"
    )


def others(columns: Mapping[str, Column], summed: str) -> str:
    """Return the SELECT of each file's line types that are left to the general way."""
    return (
        f"SELECT DISTINCT {FILE}, {quick_columns.line_type(columns)}\nFROM {summed}"
        f"\nWHERE ({is_usage(columns)}) IS DISTINCT FROM TRUE"
    )


def is_usage(columns: Mapping[str, Column]) -> str:
    """Return the condition that tells usage lines."""
    words = ", ".join(quick_columns.literal(word) for word in USAGE)
    return f"{quick_columns.line_type(columns)} IN ({words})"


def _is_within(columns: Mapping[str, Column], name: str, limit: float) -> bool:
    if not quick_columns.is_filled(columns, name):
        return True
    largest = columns[name].largest
    return largest is not None and largest < limit


def _sum(counted: str, name: str, care: Care) -> str:
    if name == QUANTITY or name in care.integers:
        return f"sum(({counted} * 10000000000)::BIGINT)"
    return f"fsum({counted})"


def _amount(name: str, care: Care) -> str:
    if name == QUANTITY or name in care.integers:
        scaled = f"{name}::DECIMAL(28, 0) * 0.0000000001::DECIMAL(10, 10)"
        return f"({scaled})::DECIMAL(38, 18)"
    return f"{name}::DECIMAL(28, 10)::DECIMAL(38, 18)"


def _magnitude(columns: Mapping[str, Column], signed: Sequence[str]) -> list[str]:
    """Return the sum of all magnitudes: one more sum, however many amounts it tests."""
    amounts = quick_columns.amounts(columns)
    magnitudes = [
        f"abs({amounts[name]})"
        if all(
            quick_columns.is_always(columns, part)
            for part in quick_columns.parts(columns, name)
        )
        else f"coalesce(abs({amounts[name]}), 0)"
        for name in signed
    ]
    return [f"fsum({' + '.join(magnitudes)}) AS magnitude"] if signed else []


def _mixed(columns: Mapping[str, Column], care: Care) -> str:
    """Return whether amounts of both signs were summed together, or might have been."""
    signed = quick_columns.signed(columns)
    if care.is_signed or not signed:
        return "FALSE"
    # An amount that is summed as integers is large, and then signs are told apart.
    parts = [f"coalesce(abs({name}), 0)" for name in signed]
    return (
        f"coalesce(bool_or(magnitude - ({' + '.join(parts)}) >= {TENTH_DECIMAL}"
        f" OR magnitude >= {LARGEST_SUM}), FALSE)"
    )


def _grossed(columns: Mapping[str, Column]) -> list[str]:
    """Tell lines apart that state no net cost from those that do."""
    is_told = NET in quick_columns.amounts(columns)
    if not is_told or quick_columns.is_always(columns, NET):
        return []
    return [f"{NET} IS NULL AS is_gross"]


def _discounted(columns: Mapping[str, Column]) -> list[str]:
    """Tell lines apart whose discount is larger than what it is taken from."""
    if DISCOUNT not in quick_columns.amounts(columns):
        return []
    return [f"abs({DISCOUNT}) > abs({UNBLENDED}) AS is_overdrawn"]


def _select(shown: Sequence[str]) -> str:
    return "SELECT\n    " + ",\n    ".join(shown)
