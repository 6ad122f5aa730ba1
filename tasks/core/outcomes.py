"""What a stage's summary says about the rows that went in and came out."""

from dataclasses import dataclass, fields
from typing import Any

# Fields of each summary that count what was looked at, and what was written.
COUNTED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Ingested": (("loaded", "known", "quarantined"), ("loaded",)),
    "Normalised": (("bills",), ("bills",)),
    "Aggregated": (("bills",), ("rows",)),
    "Audited": (("bills",), ("bills",)),
    "Detected": (("series",), ("opened", "updated", "resolved", "retracted")),
    "Forecasted": (("series",), ("series",)),
    "Explained": ((), ("anomalies",)),
    "Advised": (("open", "abstained"), ("open", "abstained", "withdrawn")),
    "Judged": (("allow", "needs_approval", "deny"),) * 2,
    "Planned": ((), ("written", "withdrawn")),
    "GivenUp": (("versions",), ("versions",)),
    "Published": ((), ("delivered", "shown")),
    "Responded": (("heard",), ("answered", "repeated", "refused", "unreadable")),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a stage ended.

    Attributes:
        word: ``done``, ``nothing_new`` or ``failed``.
        rows_in: What was looked at; None where nothing is counted.
        rows_out: What was written; None where nothing is counted.
        sentence: The summary in words, or the error.
    """

    word: str
    rows_in: int | None
    rows_out: int | None
    sentence: str


def measured(summary: Any) -> Outcome:
    """Read a stage's summary, a frozen dataclass of counts.

    Examples:
        >>> @dataclass(frozen=True)
        ... class Aggregated:
        ...     bills: int
        ...     rows: int
        >>> measured(Aggregated(bills=2, rows=840)).sentence
        '2 bills, 840 rows'
        >>> measured(Aggregated(bills=0, rows=0)).word
        'nothing_new'
    """
    ins, outs = COUNTED.get(type(summary).__name__, ((), ()))
    rows_out = _sum(summary, outs)
    return Outcome(
        word="nothing_new" if rows_out == 0 else "done",
        rows_in=_sum(summary, ins),
        rows_out=rows_out,
        sentence=_in_words(summary),
    )


def _sum(summary: Any, names: tuple[str, ...]) -> int | None:
    return sum(getattr(summary, name) for name in names) if names else None


def _in_words(summary: Any) -> str:
    said = [(field.name, getattr(summary, field.name)) for field in fields(summary)]
    counts = [
        f"{value} {name.replace('_', ' ')}"
        for name, value in said
        if isinstance(value, int)
    ]
    return ", ".join(counts) or ", ".join(
        value for _, value in said if isinstance(value, str)
    )
