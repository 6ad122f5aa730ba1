"""Old enterprise exports of Azure state no currency; a setting then names it."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from tasks.edge.settings import Source
from tests.edge.export_world import FOCUS, World, rows_of, write_csv
from tests.edge.test_azure import USAGE, cost

TOTALS = (
    "SELECT billing_currency, billed_cost FROM bills.versions"
    " WHERE status = 'current' ORDER BY ALL"
)
CURRENCIES = ("BillingCurrency", "BillingCurrencyCode")


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def without_currency(*amounts):
    rows = [cost(USAGE, amount) for amount in amounts]
    return [{k: v for k, v in row.items() if k not in CURRENCIES} for row in rows]


def tell(world, path, currency):
    source = Source(name="portal", path=str(path), billing_currency=currency)
    world.settings = world.settings.model_copy(update={"sources": (source,)})


def test_it_is_refused_until_the_setting_names_it(world):
    """The refusal names the setting; the same file then is a bill, once."""
    path = write_csv(world.folder / "in" / "bill.csv", without_currency("2", "1.25"))
    (problem,) = world.ingest(path.parent).problems
    assert "lacks the column BillingCurrency; name its currency in" in problem
    assert 'billing_currency = "EUR"' in problem
    tell(world, path.parent, "EUR")
    result = world.ingest(path.parent)
    assert (result.loaded, result.problems) == (1, ())
    assert world.rows(TOTALS) == [("EUR", Decimal("3.25"))]
    assert world.charges("BillingCurrency, BilledCost") == [
        ("EUR", Decimal("1.25")),
        ("EUR", Decimal(2)),
    ]
    assert world.ingest(path.parent).loaded == 0


def test_a_file_that_states_its_currency_is_as_it_says(world):
    """The setting is for what is not there, and for Azure's exports alone."""
    folder = world.folder / "in"
    rows = [
        {k: v for k, v in row.items() if k not in CURRENCIES} | {"Currency": "CHF"}
        for row in [cost(USAGE, "2")]
    ]
    write_csv(folder / "azure.csv", rows)
    [focus] = rows_of(FOCUS)
    del focus["BillingCurrency"]
    write_csv(folder / "focus" / "focus.csv", [focus])
    tell(world, folder, "EUR")
    (problem,) = world.ingest(folder).problems
    assert "a FOCUS bill, but lacks the column BillingCurrency" in problem
    assert "billing_currency" not in problem
    assert world.rows(TOTALS) == [("CHF", Decimal(2))]


@pytest.mark.parametrize("wrong", ["euro", "eur", "E'R", ""])
def test_it_is_a_code_of_three_letters(wrong):
    """As FOCUS has them, from ISO 4217."""
    with pytest.raises(ValidationError):
        Source(name="portal", path="in", billing_currency=wrong)
