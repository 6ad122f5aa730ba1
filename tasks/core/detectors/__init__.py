"""Detectors: each scores days of many series at once, and sees no later day."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Parts of the series that are worked on at once. More threads take the interpreter's
# lock from each other; on two cores six were slower (docs/methods/speed.md).
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Panel:
    """Daily series side by side, each in one currency.

    Attributes:
        start: Day of the first column.
        costs: ``(n_series, n_days)`` cost per day. NaN marks a day before the series
            began, or one whose bill has not arrived; it is never read as zero.
        quantities: ``(n_series, n_days)`` consumed quantity, NaN where unknown.
        providers: Provider of each series.
        charge_kinds: Charge kind of each series.
        accounts: ``(n_series,)`` number of the billing account that each belongs to;
            one account has one currency here.
        since: ``(n_series,)`` first column of which that account has a bill.
        holidays: Name of each public holiday, also of later ones: a calendar is known
            beforehand.
    """

    start: date
    costs: Floats
    quantities: Floats
    providers: tuple[str | None, ...]
    charge_kinds: tuple[str, ...]
    accounts: NDArray[np.int64]
    since: NDArray[np.int64]
    holidays: Mapping[date, str] = field(default_factory=dict)

    def day(self, column: int) -> date:
        """Return the date of a column."""
        return self.start + timedelta(days=column)

    def rows(self, part: slice | NDArray[np.int64]) -> "Panel":
        """Return some of the series."""
        asked = range(len(self.costs))[part] if isinstance(part, slice) else part
        return replace(
            self,
            costs=self.costs[part],
            quantities=self.quantities[part],
            providers=tuple(self.providers[row] for row in asked),
            charge_kinds=tuple(self.charge_kinds[row] for row in asked),
            accounts=self.accounts[part],
            since=self.since[part],
        )

    @property
    def n_days(self) -> int:
        """Number of columns."""
        return int(self.costs.shape[1])


@dataclass(frozen=True, slots=True)
class Scores:
    """What a detector makes of each day; NaN where it cannot judge.

    Attributes:
        expected: ``(n_series, n_days)`` expected cost.
        low: Lower end of what is normal.
        high: Upper end of what is normal.
        score: Signed; positive when the day cost more than expected. The size is the
            detector's own unit.
    """

    expected: Floats
    low: Floats
    high: Floats
    score: Floats


class Detector(Protocol):
    """Scores each day from that day and earlier ones alone."""

    @property
    def name(self) -> str:
        """Name in ``findings.anomalies.detector``."""

    def score(self, panel: Panel) -> Scores:
        """Score every day of every series.

        Args:
            panel: The series; it is left as it is.

        Returns:
            Arrays of the shape of ``panel.costs``. Scores of the first *n* days are
            the same whether or not later days are there.
        """
