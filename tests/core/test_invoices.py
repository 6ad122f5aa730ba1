"""Invoice lines are read as printed, and refused with their place otherwise."""

from decimal import Decimal

import pytest

from tasks.core.errors import BadValue, MissingColumn, RepeatedColumn
from tasks.core.intake import invoices

GIVEN = {
    "invoice_id": "I-1",
    "billing_period": "2024-02",
    "billing_currency": "usd",
    "amount": "12.50",
}


def test_a_plain_line():
    """Digits, decimals and currency come out as they were printed."""
    line = invoices.line(GIVEN, 2, "f.csv")
    assert line == invoices.InvoiceLine(
        "I-1", "2024-02", None, "USD", Decimal("12.50"), 2
    )


def test_invoice_detail_of_focus():
    """FOCUS's names are found, and the period is the month in which it starts."""
    header = ["InvoiceDetailId", "InvoiceId", "BillingPeriodStart", "BillingCurrency"]
    header += ["ChargeCategory", "BilledCost", "InvoiceIssueStatus", "PaymentCurrency"]
    found = invoices.columns(header, "f")
    assert found["amount"] == "BilledCost"
    assert found["charge_category"] == "ChargeCategory"
    row = GIVEN | {"billing_period": "2024-02-01T00:00:00Z", "charge_category": "Tax"}
    line = invoices.line(row | {"status": "Issued"}, 2, "f")
    assert line is not None
    assert (line.billing_period, line.charge_category) == ("2024-02", "Tax")


def test_a_voided_invoice_asks_for_nothing():
    """A line of a voided invoice is left out."""
    assert invoices.line(GIVEN | {"status": "Voided"}, 2, "f") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "1,50"),
        ("amount", "inf"),
        ("billing_period", "02/2024"),
        ("billing_period", "2024-13"),
        ("billing_currency", "credits"),
        ("invoice_id", " "),
        ("amount", None),
    ],
)
def test_what_cannot_be_read_is_named(field, value):
    """The message holds file, line, value and column."""
    with pytest.raises(BadValue, match=rf"f\.csv, line 7: .* is no {field}"):
        invoices.line(GIVEN | {field: value}, 7, "f.csv")


def test_headers_without_a_column_or_with_two():
    """What is missing or there twice is named."""
    with pytest.raises(MissingColumn, match="no amount"):
        invoices.columns(["invoice_id", "billing_period", "currency"], "f.csv")
    with pytest.raises(RepeatedColumn, match="invoice_id twice"):
        invoices.columns(["invoice_id", "InvoiceId"], "f.csv")
