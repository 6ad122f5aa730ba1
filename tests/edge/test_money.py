"""Amounts are the ones that were meant, of floats, of text, and of products."""

from decimal import Decimal, localcontext

import duckdb
import pytest

from tasks.edge.intake.parsing import staging
from tasks.edge.mapping import macros

MEANT = (
    "0",
    "0.0000000001",
    "-0.0000000001",
    "0.1",
    "99999.9999999999",
    "-99999.9999999999",
    "100000",
    "-100000.25",
    "123456789.0123456",
    "9000000000000000",
)


# Quantity, price and product.
EXACT = [
    ("24", "0.153", "3.672"),
    ("0.00000001", "0.0000000001", "0.000000000000000001"),
    ("-3.5", "2.25", "-7.875"),
    ("0", "17.1", "0"),
    # No double holds so many digits.
    ("9999999999.12345678", "0.1", "999999999.912345678"),
    (
        "1234567890.12345678",
        "9876543.2109876543",
        "12193263113702179.407559823419631154",
    ),
    (
        "123456789.00000001",
        "100000000.0000000001",
        "12345678900000001.012345678900000001",
    ),
]


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as con:
        for rule in ("money", "times"):
            con.execute(macros.scalar(rule))
        yield con


@pytest.mark.parametrize("text", MEANT)
def test_a_double_is_the_amount_that_was_meant(con, text):
    """Ten decimals come back below 100,000, and all that a double has above."""
    found = con.execute("SELECT money($x::DOUBLE)", {"x": float(text)}).fetchone()
    assert found == (Decimal(text),)


def test_what_is_no_amount_is_refused(con):
    """Infinity and no number are never read as money."""
    for text in ("inf", "-inf", "nan"):
        with pytest.raises(duckdb.ConversionException):
            con.execute("SELECT money($x::DOUBLE)", {"x": float(text)}).fetchone()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$10,000.00 ", "10000"),
        ("1,234,567", "1234567"),
        ("-1,234.000000000000000001", "-1234.000000000000000001"),
        ("($1,234.5)", "-1234.5"),
        ("(0.25)", "-0.25"),
        ("$-5", "-5"),
        ("-£ 5.", "-5"),
        ("5.00 €", "5"),
        ("1.2E-7", "0.00000012"),
    ],
)
def test_money_as_a_spreadsheet_shows_it(tmp_path, text, amount):
    """A sign of currency, commas between thousands and brackets change no amount."""
    with staging.connect(tmp_path) as con:
        found = con.execute("SELECT number($x)", {"x": text}).fetchone()
    assert found == (Decimal(amount),)


@pytest.mark.parametrize("text", ["1,234", "$1,234", "12,34.5", "(-5)", "$", "1.234,5"])
def test_money_that_may_mean_two_amounts(tmp_path, text):
    """A comma that may be a decimal one, and signs without a number, are no amount."""
    with (
        staging.connect(tmp_path) as con,
        pytest.raises(duckdb.ConversionException),
    ):
        con.execute("SELECT number($x)", {"x": text}).fetchone()


def product(con, quantity, price):
    return con.execute(
        "SELECT times($quantity::DECIMAL(38, 18), $price::DECIMAL(38, 18))",
        {"quantity": quantity, "price": price},
    ).fetchone()[0]


@pytest.mark.parametrize(("quantity", "price", "known"), EXACT)
def test_eight_and_ten_decimals_multiply_exactly(con, quantity, price, known):
    """Also where a double would lose the last digits."""
    with localcontext(prec=60):
        assert Decimal(quantity) * Decimal(price) == Decimal(known)
    assert product(con, quantity, price) == Decimal(known)


def test_more_decimals_are_multiplied_as_doubles(con):
    """Their product may have no exact type."""
    found = product(con, "0.123456789", "3")
    assert found != 0
    assert abs(found - Decimal("0.370370367")) < Decimal("1e-15")


@pytest.mark.parametrize("given", [(None, "1"), ("1", None)])
def test_nothing_known_has_no_product(con, given):
    """A cost is never made of a price or a quantity that is missing."""
    assert product(con, *given) is None
