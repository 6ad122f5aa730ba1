"""Exact amounts out of doubles and the bits that they have lost."""

from decimal import Decimal

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.core import exact

LIMIT = 10**16 * exact.PARTS
NUMBERS = st.lists(st.integers(-LIMIT, LIMIT), min_size=1, max_size=50)
CON = duckdb.connect(config={"threads": 1})
EDGES = [0, 1, -1, 2**53 + 1, -(2**53) - 1, 2**63, -(2**63), 2**64, -(2**64)]


def decimals(numbers):
    """Return amounts of so many parts."""
    return [
        Decimal((int(number < 0), tuple(map(int, str(abs(number)))), -exact.PLACES))
        for number in numbers
    ]


def words(numbers):
    return np.array(
        [[number % 2**64, (number >> 64) % 2**64] for number in numbers],
        dtype=np.uint64,
    )


@given(numbers=NUMBERS)
@example(numbers=[*EDGES, exact.PARTS, -exact.PARTS, exact.PARTS - 1, 1 - exact.PARTS])
def test_doubles_are_those_of_duckdb(numbers):
    """An amount becomes the same double here and in the database, to the last bit."""
    amounts = pa.array(decimals(numbers), pa.decimal128(38, exact.PLACES))
    CON.register("amounts", pa.table({"amount": amounts}))
    told = CON.execute("SELECT amount::DOUBLE FROM amounts").fetchall()
    expected = np.array([double for (double,) in told])
    np.testing.assert_array_equal(exact.doubles(words(numbers)), expected)


@given(numbers=NUMBERS)
@example(numbers=EDGES)
def test_no_digit_is_lost(numbers):
    """A double and the lowest bits of an amount give the amount back."""
    doubles = exact.doubles(words(numbers))
    found = [
        exact.amount(float(double), number % 2**32, (number >> 32) % 2**32)
        for double, number in zip(doubles, numbers, strict=True)
    ]
    assert found == decimals(numbers)
