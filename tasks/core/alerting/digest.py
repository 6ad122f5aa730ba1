"""The digest of a day: one screen of what is new, and nothing where nothing is."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tasks.core.alerting.alerts import scope
from tasks.core.reporting import wording

# Lines and columns of one screen.
LINES, WIDTH = 24, 80

# What is shown of each; the rest is counted. With headings it fills the screen.
SHOWN = {"opened": 5, "changed": 3, "ended": 3}
BUDGETS = 2
CURRENCIES = 4

ENDS = {"resolved": "over", "normal": "normal", "retracted": "undone"}

WIDE = ("W", "F")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Day:
    """What a digest is made of; rows by column name.

    Attributes:
        date: The day on which it ends.
        anomalies: Of ``alerts/digest_anomalies``, the weightiest first.
        budget_news: How many budgets there was news of.
        budgets: Those at risk or breached, of ``alerts/open_budgets``.
        savings: What open advice would save, of ``ops/savings``.
    """

    date: date
    anomalies: Sequence[Row]
    budget_news: int
    budgets: Sequence[Row]
    savings: Sequence[Row]


def lines(day: Day) -> list[str]:
    """Return the digest, its headline first; nothing on a quiet day.

    A budget that is still at risk, and advice that still waits, are no news by
    themselves.
    """
    if not day.anomalies and not day.budget_news:
        return []
    said = [_headline(day), ""]
    for what, most in SHOWN.items():
        rows = [row for row in day.anomalies if row["what"] == what]
        said += _section(what.capitalize(), [_anomaly(row) for row in rows], most)
    budgets = [one_line(row["summary"]) for row in day.budgets]
    said += _section("Budgets at risk", budgets, BUDGETS)
    said += _advice(day.savings)
    return [fit(line, WIDTH) for line in said]


def _headline(day: Day) -> str:
    counts = {what: sum(row["what"] == what for row in day.anomalies) for what in SHOWN}
    told = [f"{count} {what}" for what, count in counts.items() if count]
    if day.budget_news:
        told.append(f"news of {_counted(day.budget_news, 'budget')}")
    return f"Cloud costs, {wording.day(day.date)}: {', '.join(told)}"


def _section(title: str, entries: Sequence[str], most: int) -> Iterator[str]:
    if entries:
        yield f"{title}:"
        for entry in entries[:most]:
            yield f"  {entry}"
    if len(entries) > most:
        yield f"  and {len(entries) - most} more"


def _anomaly(row: Row) -> str:
    """Write the amount, how grave it is, how long, and where."""
    amount = wording.money(row["impact"], row["billing_currency"], signed=True)
    length = _counted((row["last_date"] - row["first_date"]).days + 1, "day")
    word = ENDS.get(row["status"], row["severity"])
    where = one_line(scope(row))
    return f"{one_line(amount):>16} {word:<8} {length:>7}  {where}"


def _advice(savings: Sequence[Row]) -> Iterator[str]:
    """Write what open advice would save; each currency by itself."""
    count = sum(row["recommendations"] for row in savings)
    sums: dict[str, Any] = {}
    for row in savings:
        currency = row["billing_currency"]
        sums[currency] = sums.get(currency, 0) + row["monthly_saving"]
    amounts = [
        one_line(wording.money(amount, currency)) for currency, amount in sums.items()
    ]
    more = [f"{len(amounts) - CURRENCIES} more"] if len(amounts) > CURRENCIES else []
    shown = " and ".join([*amounts[:CURRENCIES], *more])
    if count:
        changes = _counted(count, "change")
        yield f"Advice waiting: {changes} would save {shown} a month"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def one_line(text: str) -> str:
    r"""Return foreign text without anything that could break the lines or the frame.

    Examples:
        >>> one_line("a\n b\x1b[31m```")
        "a b[31m'''"
    """
    kept = (
        " " if letter.isspace() else letter
        for letter in text
        if letter.isspace() or unicodedata.category(letter)[0] != "C"
    )
    return " ".join("".join(kept).replace("`", "'").split())


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(1 + (unicodedata.east_asian_width(letter) in WIDE) for letter in text)


def fit(text: str, width: int) -> str:
    """Cut the end off a line that is too wide.

    Examples:
        >>> fit("abcdef", 4)
        'abc…'
    """
    if columns(text) <= width:
        return text
    while columns(text) > width - 1:
        text = text[:-1]
    return f"{text}…"
