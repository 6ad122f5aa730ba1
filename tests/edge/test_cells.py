"""Cells of tables, as people and spreadsheets write them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tasks.core.errors import BadValue
from tasks.edge.detection import cells

FILE = Path("costs.csv")


def column(*texts):
    return pd.Series(list(texts), name="c", dtype="str")


@pytest.mark.parametrize(
    ("texts", "meant"),
    [
        (["1234.56", "7", "-0.5", "1e3"], [1234.56, 7, -0.5, 1000]),
        (["$1,234.56", "$7.00"], [1234.56, 7]),
        (["1.234,56 €", "7,00 €"], [1234.56, 7]),
        (["EUR 1 234,5", "EUR 12"], [1234.5, 12]),
        (["1'234.50", "2'000"], [1234.5, 2000]),
        (["(12.50)", "3"], [-12.5, 3]),
        (["1,234,567", "12"], [1_234_567, 12]),
        (["1,234", "5.5"], [1234, 5.5]),
        (["12.345", "1.5"], [12.345, 1.5]),
        (["-", "5", None, "N/A", "null"], [np.nan, 5, np.nan, np.nan, np.nan]),
        (["12.5%", "7%"], [12.5, 7]),
        (["\N{MINUS SIGN}12.5", "7-"], [-12.5, -7]),
        (["1.234", "950.5"], [1.234, 950.5]),
    ],
)
def test_numbers_are_read_as_they_are_meant(texts, meant):
    """Signs of currency, brackets, thousands and either decimal mark."""
    found = cells.numbers(FILE, column(*texts)).column
    np.testing.assert_allclose(found, meant)


def test_it_is_said_how_numbers_were_read():
    """Who reads a comma as a decimal point says so."""
    _, notes = cells.numbers(FILE, column("1,5 EUR", "2,25 EUR"))
    assert notes == ("in EUR", "commas read as decimal points")


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["1,234", "5,678"], "'1,234' have thousands or decimals"),
        (["1.234", "950"], "'1.234' have thousands or decimals"),
        (["5%", "7"], "row 1 below the head, column c: '5%' is not"),
        (["$5.00", "€7.00"], r"several currencies, \$ and €"),
        (["1.5", "1,5", "2.5"], "row 2 below the head, column c: '1,5' is not"),
        (["5", "five"], "'five' is not a number"),
        (["5", "inf"], "'inf' is not a number"),
        (["5", "."], "'.' is not a number"),
    ],
)
def test_what_is_not_clear_is_refused(texts, says):
    """No cell is read in a way that only luck makes right."""
    with pytest.raises(BadValue, match=says):
        cells.numbers(FILE, column(*texts))
