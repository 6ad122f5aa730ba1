"""What the outlook says of the month that runs."""

from datetime import date
from decimal import Decimal

from tasks.core.reporting.outlook import Outlook, Total, lines, months


def total(currency, cost, first=date(2026, 11, 1), level="total"):
    """Everything in a currency, or a part of it, in one month."""
    last = first.replace(day=30)
    ends = [Decimal(cost)] * 6
    scope = (None, None, None, None)
    return Total(first, level, *scope, currency, "month", first, last, *ends)


def test_the_dearest_currency_comes_first():
    """Currencies stand as in the rest of the report, and parts are no totals."""
    later = total("USD", 9, first=date(2026, 12, 1))
    earlier = total("EUR", 99)
    assert months(Outlook((earlier, later))) == [later]
    totals = (total("EUR", 5), total("USD", 7), total("USD", 100, level="service"))
    outlook = Outlook(totals)
    assert [one.billing_currency for one in months(outlook)] == ["USD", "EUR"]
    said = [line.split(" cost ")[1].split(" (")[0] for line in lines(outlook)]
    assert said == ["USD 7.00", "EUR 5.00"]
