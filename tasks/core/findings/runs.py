"""Odd days of some series, told as one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tasks.core.detectors import Flags, Panel
from tasks.core.findings.anomalies import Amounts, Scope


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that finding anomalies needs to know.

    Attributes:
        panel: The series.
        scopes: Scope of each series.
        settled: ``(n_series, n_days)`` False where the export may be incomplete.
        amounts: Exact cost of a series on a day, by row and column.
    """

    panel: Panel
    scopes: Sequence[Scope]
    settled: Flags
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Run:
    """Odd days of some series that belong together, as rows and columns."""

    rows: tuple[int, ...]
    sign: int
    columns: list[int] = field(default_factory=list)
    rolled_up: tuple[str, ...] = ()
