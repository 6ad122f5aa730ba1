"""Binary floats become the amounts that were meant."""

from decimal import Decimal

import duckdb
import pytest

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
