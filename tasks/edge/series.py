"""Daily series out of the warehouse, as the detectors want them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tasks.core.detectors import Panel
from tasks.core.errors import NothingThere
from tasks.core.findings.anomalies import Scope
from tasks.core.findings.detection import Detection
from tasks.core.findings.incidents import Book
from tasks.core.findings.voices import USAGE
from tasks.edge import queries
from tasks.edge.warehouse import Connection

# Older days tell nothing of today, and a stray date must not fill the memory.
HISTORY_DAYS = 1_100

FAR_AWAY = date(9999, 12, 31)

SCOPE = (
    "provider",
    "billing_account_id",
    "sub_account_id",
    "service_name",
    "region_id",
    "charge_kind",
    "billing_currency",
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The series, and how much was known when they were read.

    Attributes:
        book: What finding anomalies needs.
        known_at: Newest knowledge among the bills; None where no bill has any.
    """

    book: Book
    known_at: datetime | None

    @property
    def newest(self) -> date:
        """Newest day of the series."""
        return self.book.panel.day(self.book.panel.n_days - 1)


def load(
    con: Connection,
    params: Detection,
    *,
    as_of: datetime,
    until: date | None = None,
    cost: str = "effective_cost",
) -> Loaded | None:
    """Read every daily series up to a day, as known at a time.

    Args:
        con: The warehouse.
        params: Names the days that may be incomplete.
        as_of: Whose knowledge counts.
        until: Last day.
        cost: Which cost: ``effective_cost`` or ``billed_cost``.

    Returns:
        None where no usage is known.

    Raises:
        NothingThere: No bill was ever normalised here.
    """
    values = {
        "as_of": as_of,
        "settle_days": params.settle_days,
        "until": until or FAR_AWAY,
    }
    try:
        rows = queries.table(con, "findings/scored_costs", **values)
    except duckdb.CatalogException as error:
        raise NothingThere(
            "There is no daily series yet: normalise and aggregate bills first."
        ) from error
    used = _is_usage(rows)
    if not used.any():
        return None
    days = rows["charge_date"].cast(pa.int32()).to_numpy()
    newest = int(days[used].max())
    oldest = max(int(days[used].min()), newest - HISTORY_DAYS + 1)
    is_kept = (days >= oldest) & (days <= newest)
    table = rows.filter(pa.array(is_kept))
    return Loaded(
        book=_book(table, oldest, newest - oldest + 1, cost),
        known_at=pc.max(rows["known_at"]).as_py(),
    )


def _book(table: pa.Table, oldest: int, n_days: int, cost: str) -> Book:
    """Lay the rows out as ``(n_series, n_days)``."""
    _, firsts, series = np.unique(
        _ints(table, "series_index"), return_index=True, return_inverse=True
    )
    columns = table["charge_date"].cast(pa.int32()).to_numpy() - oldest
    shape = (len(firsts), n_days)
    accounts = _ints(table, "account_index")[firsts]
    costs, settled = _filled(table, series, columns, shape, accounts, cost=cost)
    quantities = np.full(shape, np.nan)
    quantities[series, columns] = table["quantity"].to_numpy()
    places = np.full(shape, -1, dtype=np.int64)
    places[series, columns] = np.arange(len(table))
    scopes = [
        Scope(*row.values()) for row in table.select(SCOPE).take(firsts).to_pylist()
    ]
    exact = table[cost]

    def amount(row: int, column: int) -> Decimal:
        place = int(places[row, column])
        value: Decimal = Decimal(0) if place < 0 else exact[place].as_py()
        return value

    panel = Panel(
        start=date(1970, 1, 1) + timedelta(days=oldest),
        costs=costs,
        quantities=quantities,
        providers=tuple(scope.provider for scope in scopes),
        charge_kinds=tuple(scope.charge_kind for scope in scopes),
        accounts=accounts,
        since=_since(table, columns)[accounts],
    )
    return Book(panel, scopes, settled, amount)


def _filled(
    table: pa.Table,
    series: NDArray[np.int64],
    columns: NDArray[np.int64],
    shape: tuple[int, int],
    accounts: NDArray[np.int64],
    *,
    cost: str,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return costs and settled flags; a day that an account has is zero elsewhere.

    A day of which the account has no usage at all is unknown (NaN), not free.
    """
    used = _is_usage(table)
    account = _ints(table, "account_index")
    has_bill = np.zeros((int(account.max()) + 1, shape[1]), dtype=np.bool_)
    has_bill[account[used], columns[used]] = True
    began = np.full(shape[0], shape[1])
    np.minimum.at(began, series, columns)
    lives = np.arange(shape[1])[None, :] >= began[:, None]
    costs = np.where(lives & has_bill[accounts], 0.0, np.nan)
    costs[series, columns] = table[f"{cost}_double"].to_numpy()
    open_days = np.zeros(has_bill.shape, dtype=np.bool_)
    is_open = ~table["is_settled"].to_numpy(zero_copy_only=False).astype(np.bool_)
    open_days[account[is_open], columns[is_open]] = True
    return costs, (has_bill & ~open_days)[accounts]


def _since(table: pa.Table, columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each account's first column."""
    account = _ints(table, "account_index")
    first = np.full(int(account.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, account, columns)
    return first


def _is_usage(table: pa.Table) -> NDArray[np.bool_]:
    is_usage = pc.equal(table["charge_kind"], USAGE)
    return np.asarray(is_usage.to_numpy(), dtype=np.bool_)


def _ints(table: pa.Table, name: str) -> NDArray[Any]:
    return np.asarray(table[name].to_numpy(), dtype=np.int64)
