"""A quantity times a price, as sql/macros/times.sql takes it."""

from decimal import Decimal, localcontext

import duckdb
import pytest

from tasks.edge.mapping import macros

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
    with duckdb.connect() as made:
        made.execute(macros.scalar("times"))
        yield made


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
