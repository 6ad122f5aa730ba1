"""Invoices: what somebody was asked to pay, line by line, out of a table of text.

Two kinds of table are read alike: a plain one (invoice_id, billing_period, currency,
amount) and the Invoice Detail data set of FOCUS 1.4. Headers are compared without
case, blanks and underscores.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tasks.core.errors import BadValue, MissingColumn, RepeatedColumn

# The columns that are read, under each name that they go by.
NEEDED = {
    "invoice_id": ("invoiceid",),
    "billing_period": ("billingperiod", "billingperiodstart"),
    "billing_currency": ("currency", "billingcurrency"),
    "amount": ("amount", "billedcost"),
}
OPTIONAL = {
    "charge_category": ("chargecategory",),
    "status": ("invoiceissuestatus",),
}

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\b")
CURRENCY = re.compile(r"[A-Z]{3}")
VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of an invoice.

    Attributes:
        invoice_id: Number of the invoice, as the issuer writes it.
        billing_period: Month that is invoiced, YYYY-MM.
        charge_category: FOCUS's category; None where lines have none.
        billing_currency: ISO 4217 code.
        amount: What is asked for.
        decimals: Decimals that the amount is printed with.
    """

    invoice_id: str
    billing_period: str
    charge_category: str | None
    billing_currency: str
    amount: Decimal
    decimals: int


def columns(header: Sequence[str], origin: str) -> dict[str, str]:
    """Return under which name each column that is read stands in a header.

    Raises:
        MissingColumn: One that is needed is not there.
        RepeatedColumn: Two stand for the same.

    Examples:
        >>> columns(["Invoice Id", "BillingPeriod", "currency", "Amount"], "f.csv")
        {'invoice_id': 'Invoice Id', 'billing_period': 'BillingPeriod', \
'billing_currency': 'currency', 'amount': 'Amount'}
    """
    found: dict[str, str] = {}
    for field, spellings in (NEEDED | OPTIONAL).items():
        names = [name for name in header if _plain(name) in spellings]
        if len(names) > 1:
            raise RepeatedColumn(
                f"{origin} says {field} twice: {', '.join(names)}. Leave one of them."
            )
        if names:
            found[field] = names[0]
        elif field in NEEDED:
            raise MissingColumn(
                f"{origin} has no {field}: an invoice file needs the columns"
                " invoice_id, billing_period, currency and amount, or those of"
                " FOCUS's Invoice Detail."
            )
    return found


def line(row: Mapping[str, str | None], number: int, origin: str) -> InvoiceLine | None:
    """Read one line; None where its invoice was voided.

    Args:
        row: Text by field, as ``columns`` names the fields.
        number: Number of the line in the file, for messages.
        origin: Name of the file, for messages.

    Raises:
        BadValue: A number is none, or something is missing.
    """
    given = {field: (value or "").strip() for field, value in row.items()}
    if given.get("status", "").lower() == VOIDED:
        return None
    month = MONTH.match(given["billing_period"])
    currency = given["billing_currency"].upper()
    amount = _amount(given["amount"])
    is_currency = CURRENCY.fullmatch(currency) is not None
    if not given["invoice_id"] or month is None or not is_currency or amount is None:
        wrong = {
            "invoice_id": not given["invoice_id"],
            "billing_period": month is None,
            "billing_currency": not is_currency,
            "amount": amount is None,
        }
        field = next(field for field, is_wrong in wrong.items() if is_wrong)
        raise BadValue(f"{origin}, line {number}: {given[field]!r} is no {field}.")
    return InvoiceLine(
        invoice_id=given["invoice_id"],
        billing_period=month[0],
        charge_category=given.get("charge_category") or None,
        billing_currency=currency,
        amount=amount,
        decimals=max(0, -int(amount.as_tuple().exponent)),
    )


def _amount(text: str) -> Decimal | None:
    """Read a finite number; None where it is none.

    Examples:
        >>> _amount("12.50"), _amount("1,5"), _amount("NaN")
        (Decimal('12.50'), None, None)
    """
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _plain(name: str) -> str:
    return re.sub(r"[\s_]", "", name).lower()
