"""Rows of daily costs laid out side by side while they are read.

Nothing is kept of a row but numbers, and rows come in batches: a warehouse of a hundred
thousand series has more rows than a laptop has room for as a table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tasks.core import exact
from tasks.core.detectors import Flags, Floats

Places = NDArray[np.int64]

NOTHING = pa.scalar(Decimal(0), pa.decimal128(38, exact.PLACES))

LOWEST = np.uint64(2**32 - 1)


@dataclass(slots=True)
class Sheet:
    """Costs, ``(n_series, n_days)``.

    Attributes:
        costs: NaN where there is no row.
        quantities: NaN where there is none, or a row has none.
        low: Lowest 32 bits of each cost, for the digits that a double has lost.
        middle: The 32 bits above them, once a cost is so large that it needs them.
        is_there: Where there is a row.
        is_open: Where the export may be incomplete.
    """

    costs: Floats
    quantities: Floats
    low: exact.Bits
    middle: exact.Bits | None
    is_there: Flags
    is_open: Flags

    def amount(self, row: int, column: int) -> Decimal:
        """Return the exact cost of a series on a day; 0 where there is none."""
        if not self.is_there[row, column]:
            return Decimal(0)
        middle = 0 if self.middle is None else int(self.middle[row, column])
        return exact.amount(
            float(self.costs[row, column]), int(self.low[row, column]), middle
        )

    def only(self, rows: Flags) -> "Sheet":
        """Return the sheet with some of its series."""
        return Sheet(
            self.costs[rows],
            self.quantities[rows],
            self.low[rows],
            None if self.middle is None else self.middle[rows],
            self.is_there[rows],
            self.is_open[rows],
        )


def empty(series: int, days: int) -> Sheet:
    """Return a sheet without rows."""
    shape = (series, days)
    return Sheet(
        costs=np.full(shape, np.nan),
        quantities=np.full(shape, np.nan),
        low=np.zeros(shape, dtype=np.uint32),
        middle=None,
        is_there=np.zeros(shape, dtype=np.bool_),
        is_open=np.zeros(shape, dtype=np.bool_),
    )


def fill(sheet: Sheet, batches: Iterable[pa.RecordBatch], first_day: int) -> Places:
    """Write rows into a sheet.

    Args:
        sheet: Is written to.
        batches: Rows of ``findings/scored_costs``; a later row replaces an earlier
            one of the same series and day.
        first_day: The first column, in days since 1970.

    Returns:
        The places of which there was more than one row, counted row by row.
    """
    several = [np.empty(0, dtype=np.int64)]
    for batch in batches:
        days = batch.column("charge_date").cast(pa.int32()).to_numpy() - first_day
        rows = batch.column("series_index").to_numpy().astype(np.int64)
        places = rows * sheet.costs.shape[1] + days
        ordered = np.sort(places)
        several.append(ordered[1:][ordered[1:] == ordered[:-1]])
        several.append(places[sheet.is_there.reshape(-1)[places]])
        _write(sheet, batch, places)
    return np.unique(np.concatenate(several))


def _write(sheet: Sheet, batch: pa.RecordBatch, places: Places) -> None:
    words = _words(batch.column("cost"))
    costs = exact.doubles(words)
    sheet.costs.reshape(-1)[places] = costs
    sheet.low.reshape(-1)[places] = words[:, 0] & LOWEST
    if sheet.middle is None and (np.abs(costs) >= exact.LARGE).any():
        sheet.middle = np.zeros(sheet.low.shape, dtype=np.uint32)
    if sheet.middle is not None:
        sheet.middle.reshape(-1)[places] = words[:, 0] >> np.uint64(32)
    quantity = batch.column("quantity")
    quantities = exact.doubles(_words(quantity))
    if quantity.null_count:
        quantities[_flags(pc.is_null(quantity))] = np.nan
    sheet.quantities.reshape(-1)[places] = quantities
    sheet.is_there.reshape(-1)[places] = True
    sheet.is_open.reshape(-1)[places] = ~_flags(batch.column("is_settled"))


def _words(amounts: pa.Array) -> exact.Words:
    """Return the halves of decimals as they lie in memory; of none those of zero."""
    known = pc.fill_null(amounts, NOTHING)
    _, numbers = known.buffers()
    words = np.frombuffer(numbers, dtype=np.uint64).reshape(-1, 2)
    return words[known.offset : known.offset + len(known)]


def _flags(values: Any) -> Flags:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.bool_)
