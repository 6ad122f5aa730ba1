"""Binary floats become the amounts that were meant."""

from decimal import Decimal

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


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as con:
        con.execute(macros.scalar("money"))
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
