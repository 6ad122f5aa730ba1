"""Recognise what an export is from the names of its columns, and name them alike.

CSV and Parquet of one format reach the lake under the same names: legacy CUR headers
as Athena writes them, FOCUS columns as the specification writes them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tasks.core.errors import MissingColumn, RepeatedColumn, UnknownFormat
from tasks.core.intake import columns


@dataclass(frozen=True, slots=True)
class Format:
    """What has to be known of a format before its rows are read.

    Attributes:
        name: As in ``bills.versions.source_format``.
        title: What people call it.
        required: Columns without which the file is of no use.
        numbers: Columns that hold numbers; all others of a CSV stay text.
        nulls: Words that stand for "no value" in a cell.
        period: Column whose first seven characters are the billing month.
    currency: Column without which a row is no charge.
    start: Column of the time at which a charge begins.
    filled: Other columns that each charge must have a value in.
        totals: Query under ``sql/`` that sums a bill's own columns; None for what is
            no bill.
    """

    name: str
    title: str
    required: tuple[str, ...]
    numbers: frozenset[str]
    nulls: tuple[str, ...] = ("",)
    period: str = ""
    currency: str = ""
    start: str = ""
    filled: tuple[str, ...] = ()
    totals: str | None = None

    @property
    def is_bill(self) -> bool:
        """Whether it holds charges."""
        return self.totals is not None


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

AWS_CUR2 = Format(
    "aws_cur2",
    "an AWS CUR 2.0 export",
    CUR_REQUIRED,
    columns.CUR_NUMBERS,
    period="bill_billing_period_start_date",
    currency="line_item_currency_code",
    start="line_item_usage_start_date",
    totals="raw/aws_totals",
)
AWS_LEGACY_CUR = Format(
    "aws_legacy_cur",
    "an AWS legacy CUR",
    CUR_REQUIRED,
    columns.CUR_NUMBERS,
    period="bill_billing_period_start_date",
    currency="line_item_currency_code",
    start="line_item_usage_start_date",
    totals="raw/aws_totals",
)
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
    columns.FOCUS_NUMBERS,
    nulls=("", "NULL", "null"),
    period="BillingPeriodStart",
    currency="BillingCurrency",
    start="ChargePeriodStart",
    filled=("BilledCost", "ChargeCategory"),
    totals="raw/focus_totals",
)
UTILISATION = Format(
    "utilisation",
    "a utilisation table",
    (
        "provider",
        "resource_id",
        "metric",
        "usage_date",
        "mean_value",
        "p95_value",
        "max_value",
        "samples",
    ),
    frozenset({"mean_value", "p95_value", "max_value", "samples"}),
)
INVENTORY = Format(
    "inventory",
    "an inventory",
    ("provider", "resource_id", "resource_type", "observed_at"),
    frozenset({"vcpus", "memory_gib", "size_gib"}),
)

# Only CUR 2.0 has these: maps, and the names of accounts.
CUR2_ONLY = {
    "bill_payer_account_name",
    "cost_category",
    "discount",
    "line_item_usage_account_name",
    "product",
    "resource_tags",
}

# How many of a format's columns a file must have to be taken for one that lacks some.
LIKENESS = 3

# How many columns a message names.
SHOWN = 5

# FOCUS leaves the names of providers to the providers, who write them in several ways.
PROVIDERS = {
    "amazon web services": "AWS",
    "aws": "AWS",
    "azure": "Microsoft",
    "gcp": "Google Cloud",
    "google": "Google Cloud",
    "google cloud": "Google Cloud",
    "microsoft": "Microsoft",
    "microsoft azure": "Microsoft",
}

_SPELLING = {name.lower(): name for name in columns.FOCUS}


@dataclass(frozen=True, slots=True)
class Recognised:
    """A format, and the name that each column of the file gets, by position."""

    format: Format
    names: tuple[str, ...]


def recognise(header: Sequence[str]) -> Recognised:
    """Say which format has these columns.

    Raises:
        MissingColumn: It is plainly one format, but lacks a column of it.
        RepeatedColumn: It has a column twice that may be there once.
        UnknownFormat: It is none of them.

    Examples:
        >>> recognise(["Provider"])
        Traceback (most recent call last):
            ...
        tasks.core.errors.UnknownFormat: no known format has the column Provider
    """
    focus = _apart(_as_spelt(name) for name in header)
    athena = _apart(athena_names(header))
    plain = _apart(name.strip().lower() for name in header)
    candidates = [
        (FOCUS, focus),
        (_cur(header, athena), athena),
        (UTILISATION, plain),
        (INVENTORY, plain),
    ]
    for kind, names in candidates:
        if set(kind.required) <= set(names):
            _refuse_repeated(kind, names)
            return Recognised(kind, names)
    raise _nearest_miss(header, candidates)


def _refuse_repeated(kind: Format, names: tuple[str, ...]) -> None:
    """Refuse two columns of one name where nobody could say which of them counts."""
    for name in kind.required:
        if f"{name}_2" in names:
            raise RepeatedColumn(f"it has the column {name} twice")


def provider(name: str) -> str:
    """Return the one name that a provider has here.

    Examples:
        >>> provider("Microsoft Azure"), provider("ACMECORP")
        ('Microsoft', 'ACMECORP')
    """
    return PROVIDERS.get(name.strip().lower(), name)


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


def _as_spelt(name: str) -> str:
    """Return a FOCUS name as the specification spells it; keep any other name."""
    return _SPELLING.get(name.strip().replace("_", "").lower(), name.strip())


def _apart(names: Iterable[str]) -> tuple[str, ...]:
    """Number names that occur twice, whatever their case; name the empty ones."""
    seen: Counter[str] = Counter()
    kept = []
    for position, name in enumerate(names, start=1):
        wanted = name or f"column_{position}"
        fresh, tries = wanted, 1
        while seen[fresh.lower()]:
            tries += 1
            fresh = f"{wanted}_{tries}"
        seen[fresh.lower()] += 1
        kept.append(fresh)
    return tuple(kept)


def _cur(header: Sequence[str], names: tuple[str, ...]) -> Format:
    """Tell CUR 2.0 from the legacy report, whatever columns were selected."""
    if any("/" in name for name in header):
        return AWS_LEGACY_CUR
    if CUR2_ONLY & set(names):
        return AWS_CUR2
    has_tags = any(name.startswith("resource_tags_") for name in names)
    is_legacy = has_tags or "product_product_name" in names
    return AWS_LEGACY_CUR if is_legacy else AWS_CUR2


def _nearest_miss(
    header: Sequence[str], candidates: Sequence[tuple[Format, tuple[str, ...]]]
) -> MissingColumn | UnknownFormat:
    def likeness(candidate: tuple[Format, tuple[str, ...]]) -> int:
        return len(set(candidate[0].required) & set(candidate[1]))

    kind, names = max(candidates, key=likeness)
    if likeness((kind, names)) < LIKENESS:
        shown = ", ".join(name.strip() or "(empty)" for name in header[:SHOWN])
        more = ", …" if len(header) > SHOWN else ""
        noun = "column" if len(header) == 1 else "columns"
        return UnknownFormat(f"no known format has the {noun} {shown}{more}")
    missing = [column for column in kind.required if column not in names]
    noun = "column" if len(missing) == 1 else "columns"
    return MissingColumn(
        f"it looks like {kind.title}, but lacks the {noun} {', '.join(missing)}"
    )
