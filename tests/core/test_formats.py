"""Formats are told from the names of columns, and columns get one name each."""

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from tasks.core.errors import MissingColumn, RepeatedColumn, UnknownFormat
from tasks.core.intake.formats import aws, evidence, focus
from tasks.core.intake.formats.aws import athena_names
from tasks.core.intake.formats.recognition import recognise

CUR = list(aws.CUR_REQUIRED)
SLASHED = [
    "bill/BillingPeriodStartDate",
    "bill/PayerAccountId",
    "lineItem/CurrencyCode",
    "lineItem/LineItemType",
    "lineItem/ProductCode",
    "lineItem/UnblendedCost",
    "lineItem/UsageAccountId",
    "lineItem/UsageStartDate",
]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (SLASHED, "aws_legacy_cur"),
        ([*CUR, "product_product_name"], "aws_legacy_cur"),
        ([*CUR, "resource_tags_user_team"], "aws_legacy_cur"),
        ([*CUR, "product", "product_product_name"], "aws_cur2"),
        ([*CUR, "resource_tags", "resource_tags_user_team"], "aws_cur2"),
        (CUR, "aws_cur2"),
        ([column.upper() for column in CUR], "aws_cur2"),
        (focus.FOCUS.required, "focus"),
        ([column.lower() for column in focus.FOCUS.required], "focus"),
        (evidence.UTILISATION.required, "utilisation"),
        (evidence.INVENTORY.required, "inventory"),
    ],
)
def test_each_format_is_recognised(header, name):
    """The order of the columns, their case and what else there is play no part."""
    assert recognise(header).format.name == name
    assert recognise([*reversed(header), "x_More"]).format.name == name


@pytest.mark.parametrize("kind", [focus.FOCUS, aws.CUR2, evidence.UTILISATION])
def test_what_is_missing_is_named(kind):
    """A file that lacks a column is told which, under the name that the lake uses."""
    for column in kind.required:
        header = [name for name in kind.required if name != column]
        with pytest.raises(MissingColumn, match=f"lacks the column {column}$"):
            recognise(header)


def test_what_is_unknown_is_shown():
    """A file of no known format is told by its first columns."""
    with pytest.raises(UnknownFormat, match=r"columns a, b, c, d, e, …$"):
        recognise(list("abcdefg"))


def test_focus_names_are_spelt_as_specified():
    """FOCUS columns get the specification's spelling; extra columns keep theirs."""
    header = [*focus.FOCUS.required, "SkuPriceid", "commitment_discount_id", "x_Me"]
    assert recognise(header).names[-3:] == (
        "SkuPriceId",
        "CommitmentDiscountId",
        "x_Me",
    )


def test_names_that_collide_are_kept_apart():
    """Two tags that Athena would call the same are both kept."""
    tags = ["resourceTags/user:Base Load", "resourceTags/user:base-load"]
    names = recognise([*SLASHED, *tags]).names
    assert names[-2:] == (
        "resource_tags_user_base_load",
        "resource_tags_user_base_load_2",
    )


def test_the_older_spelling_of_arns_gives_way():
    """An ARN column that is there in both spellings keeps both."""
    both = ["reservation_reservation_arn", "reservation_reservation_a_r_n"]
    assert athena_names(both) == both


def test_numbers_are_columns():
    """Every FOCUS number is a FOCUS column, and costs of a CUR are numbers."""
    assert set(focus.COLUMNS) >= focus.NUMBERS
    assert "line_item_unblended_cost" in aws.CUR_NUMBERS


@given(st.lists(st.text(max_size=20), max_size=20))
def test_names_are_unique(header):
    """Whatever a header says, each column has a name, and no two have the same."""
    try:
        names = recognise([*focus.FOCUS.required, *header]).names
    except RepeatedColumn:
        reject()
    assert len({name.lower() for name in names}) == len(names) == len(header) + 7
    assert all(names)


def test_a_repeated_column_is_refused():
    """Two columns of one required name: nobody could say which of them counts."""
    with pytest.raises(RepeatedColumn, match="BilledCost twice"):
        recognise([*focus.FOCUS.required, "BILLEDCOST"])


@given(st.text(min_size=1))
def test_athena_names_are_plain(name):
    """Athena's names have lower-case letters, digits and underscores only."""
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789_")
    assert set(athena_names([name, f"x/{name}"])[1]) <= allowed
