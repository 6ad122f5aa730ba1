"""What has to be known of an export format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Format:
    """What has to be known of a format before its rows are read.

    Attributes:
        name: As in ``bills.versions.source_format``.
        title: What people call it.
        required: Columns without which the file is of no use.
        numbers: Columns that hold numbers; all others of a CSV stay text.
        nulls: Words that stand for "no value" in a cell.
        has_quotes: Whether text may come in a second pair of quotation marks.
        period: Column whose first seven characters are the billing month.
        account: Column of the billing account.
        sub_account: Column of the account below it, where an export may be about some
            of these alone; empty where none is.
        currency: Column without which a row is no charge.
        start: Column of the time at which a charge begins.
        filled: Other columns that each charge must have a value in.
        source: Name under which its bills are kept if nobody gives one; empty for its
            own. Formats that tell the same costs share one, lest they count twice.
        columns: Names of its columns as the provider nests them, for JSON, where a
            column that is empty so far may turn up later.
        lists: Columns that hold a list of structs, and the fields of such a struct.
        discounts: Which of them is taken off the costs, so that a file without it
            tells what they were before.
        readings: Columns that a macro turns into the value that lies in the lake.
        times: Columns of times whose text a macro brings into the order of ISO 8601.
        begins: Column of the time at which billing periods begin, as exports write it.
        is_day_first: Whether days come before months in dates of which nothing else
            tells, as its publisher documents; None where it documents neither.
        is_appended: Whether it comes from a table that only grows, so that an export
            may hold all of it or only what is new.
        stamp: Column of the time at which such a row was added; empty if there is none.
        has_ten_decimals: Whether floating-point numbers mean ten decimals; else they
            mean what they are printed as, and are converted.
        is_retyped: Whether Parquet is converted like text, so that all files of it
            have the same types in the lake.
        is_spelt: Whether its queries pick columns by how they are spelt, so that
            Parquet that writes them in another case is converted, too.
        totals: Query under ``sql/`` that sums a bill's own columns; None for what is
            no bill.
        repeats: Query under ``sql/`` that finds what a delivery states twice.
        zero_nets: Query under ``sql/`` that finds net costs that are zero throughout.
        shape: Table macro that gives its rows all columns of the lake; none if they
            lie there as they came.
        cost_views: Query under ``sql/`` that says which of two costs a file's rows
            tell of; none where one export states them both.
        mapping: Table macro that presents its rows as FOCUS rows.
        family: What the macros begin with that read its files and sum them.
        raw: Table that declares its columns, always empty.
        is_quick: Whether ``quick_sums`` knows its columns.
        derived: Columns that a file may lack, and how they follow from others that it
            then has to have: name, the other column, SQL.
        scalars: Macros under ``sql/macros`` that it alone needs, in order of use.
        tables: Queries under ``sql/focus`` that it is read by, in order of use.
    """

    name: str
    title: str
    required: tuple[str, ...]
    numbers: frozenset[str]
    nulls: tuple[str, ...] = ("",)
    has_quotes: bool = False
    period: str = ""
    account: str = ""
    sub_account: str = ""
    currency: str = ""
    start: str = ""
    filled: tuple[str, ...] = ()
    source: str = ""
    columns: tuple[str, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    discounts: str = ""
    readings: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, str] = field(default_factory=dict)
    begins: str = ""
    is_day_first: bool | None = None
    is_appended: bool = False
    stamp: str = ""
    has_ten_decimals: bool = True
    is_retyped: bool = False
    is_spelt: bool = False
    totals: str | None = None
    repeats: str = ""
    zero_nets: str = ""
    shape: str = ""
    cost_views: str = ""
    mapping: str = ""
    family: str = ""
    raw: str = ""
    is_quick: bool = False
    derived: tuple[tuple[str, str, str], ...] = ()
    scalars: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    @property
    def is_bill(self) -> bool:
        """Whether it holds charges."""
        return self.totals is not None


# A format, and the name that each column of a file would have if it were of it.
Candidate = tuple[Format, Sequence[str]]

# Columns of a file that are none of its format lie in the lake under names that begin
# so, lest they be taken for what a query calls its own steps.
FOREIGN = "x_"
# Such a name that queries use themselves.
COUNT = "x_chargecount"


def beside(name: str) -> str:
    """Return what the lake calls a column that the mapping does not know.

    Examples:
        >>> beside("source"), beside("x_Discounts"), beside("x_ChargeCount")
        ('x_source', 'x_Discounts', 'x_x_ChargeCount')
    """
    is_apart = name.startswith(FOREIGN) and name.lower() != COUNT
    return name if is_apart or not name else FOREIGN + name
