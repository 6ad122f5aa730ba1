"""Amounts, days and scopes as people read them."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")
WHOLE_PERCENT = 10
# Not from the locale: the same tables give the same page everywhere.
MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NARROW NO-BREAK SPACE}"

DECISIONS = {"allow": "allowed", "needs_approval": "to be approved", "deny": "denied"}


def verdict(decision: str | None) -> str:
    """Write what the policy said; None is nothing yet.

    Examples:
        >>> verdict("deny"), verdict(None)
        ('denied', 'not judged')
    """
    return "not judged" if decision is None else DECISIONS[decision]


def number(value: int) -> str:
    """Write a count with thin spaces between thousands.

    Examples:
        >>> number(119307).replace("\N{NARROW NO-BREAK SPACE}", " ")
        '119 307'
    """
    return f"{value:,}".replace(",", NARROW)


def money(value: Decimal, currency: str, *, signed: bool = False) -> str:
    """Write an amount with its currency, in tables, sentences and messages alike.

    Examples:
        >>> money(Decimal("1234.567"), "USD")
        'USD 1,234.57'
    """
    return f"{currency} {amount(value, signed=signed)}"


def amount(value: Decimal, *, signed: bool = False) -> str:
    """Write an amount to the cent, where its currency stands beside it.

    An amount smaller than a cent keeps two digits that say something; rounding it to
    zero would deny that it is there.

    Examples:
        >>> amount(Decimal("1234.567")), amount(Decimal("0.000612"), signed=True)
        ('1,234.57', '+0.00061')
        >>> amount(Decimal(-5))
        '\N{MINUS SIGN}5.00'
    """
    sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
    size = abs(value)
    if 0 < size < CENT:
        digits = f"{size:.{1 - size.adjusted()}f}"
    else:
        digits = f"{size.quantize(CENT, ROUND_HALF_EVEN):,}"
    return f"{sign}{digits}"


def percent(value: float | Decimal | None) -> str:
    """Write a change in percent without decimals, or with one when it is small.

    Examples:
        >>> percent(12.34), percent(-3.21), percent(None)
        ('+12%', '\N{MINUS SIGN}3.2%', '')
    """
    if value is None:
        return ""
    change = float(value)
    decimals = 1 if abs(change) < WHOLE_PERCENT else 0
    sign = MINUS if change < 0 else "+" if change > 0 else ""
    return f"{sign}{abs(change):,.{decimals}f}%"


def day(value: date) -> str:
    """Write a day so that no two countries read it differently.

    Examples:
        >>> day(date(2026, 3, 5))
        '5 Mar 2026'
    """
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def days(first: date, last: date) -> str:
    """Write a range of days, its length included.

    Examples:
        >>> days(date(2026, 3, 5), date(2026, 3, 7))
        '5 Mar 2026 to 7 Mar 2026 (3 days)'
        >>> days(date(2026, 3, 5), date(2026, 3, 5))
        '5 Mar 2026'
    """
    if first == last:
        return day(first)
    return f"{day(first)} to {day(last)} ({(last - first).days + 1} days)"


def scope(parts: Iterable[str | None]) -> str:
    """Join the parts of a scope that are set, narrowest first.

    Examples:
        >>> scope(["Amazon EC2", None, "eu-west-1"])
        'Amazon EC2 · eu-west-1'
        >>> scope([None])
        'everything'
    """
    return " · ".join(part for part in parts if part) or "everything"


def shorten(text: str, width: int = 44) -> str:
    """Cut the middle out of a long text: ids differ at their ends.

    Examples:
        >>> shorten("arn:aws:ec2:eu-west-1:123456789012:volume/vol-1", 21)
        'arn:aws:ec…lume/vol-1'
    """
    if len(text) <= width:
        return text
    half = (width - 1) // 2
    return f"{text[:half]}…{text[-half:]}"
