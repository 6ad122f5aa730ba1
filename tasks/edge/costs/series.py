"""Daily series out of the warehouse, as the detectors want them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.core.detection.declaration import Detection
from tasks.core.detection.voices import USAGE
from tasks.core.detectors import Flags, Panel
from tasks.core.errors import NothingThere
from tasks.core.findings.anomalies import Scope
from tasks.core.findings.runs import Book
from tasks.edge import public_holidays
from tasks.edge.costs import sheet
from tasks.edge.costs.sheet import Places, Sheet
from tasks.edge.database import queries
from tasks.edge.database.warehouse import Connection

# Older days tell nothing of today, and a stray date must not fill the memory.
HISTORY_DAYS = 1_100

FAR_AWAY = date(9999, 12, 31)
EPOCH = date(1970, 1, 1)

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
        params: Names the days that may be incomplete, and the calendars.
        as_of: Whose knowledge counts.
        until: Last day.
        cost: Which cost: ``effective_cost`` or ``billed_cost``.

    Returns:
        None where no usage is known.

    Raises:
        NothingThere: No bill was ever normalised here.
    """
    until = until or FAR_AWAY
    known = _known_series(con, as_of, until)
    used = pc.equal(known["charge_kind"], USAGE)
    if not pc.any(used).as_py():
        return None
    newest = pc.max(known["last_date"].filter(used)).as_py()
    oldest = max(
        pc.min(known["first_date"].filter(used)).as_py(),
        newest - timedelta(days=HISTORY_DAYS - 1),
    )
    values = {
        "as_of": as_of,
        "measure": cost,
        "settle_days": params.settle_days,
        "first": oldest,
        "last": newest,
    }
    known_at = pc.max(known["known_at"]).as_py()
    con.execute(
        "CREATE OR REPLACE TEMP TABLE made_bills AS "
        + queries.text("findings/made_bills"),
        {"as_of": as_of},
    )
    laid = _lay_out(con, len(known), values)
    has_days = np.any(laid.is_there, axis=1)
    if not has_days.all():
        known, laid = known.filter(pa.array(has_days)), laid.only(has_days)
    # The next year's are known as well: a day before one may be taken off.
    free = public_holidays.between(params.holidays, oldest.year, newest.year + 1)
    return Loaded(book(known, laid, oldest, free), known_at)


def _known_series(con: Connection, as_of: datetime, until: date) -> pa.Table:
    """Number the series in a temporary table, and return it."""
    try:
        con.execute(
            "CREATE OR REPLACE TEMP TABLE known_series AS "
            + queries.text("findings/known_series"),
            {"as_of": as_of, "until": until},
        )
    except duckdb.CatalogException as error:
        raise NothingThere(
            "There is no daily series yet: normalise and aggregate bills first."
        ) from error
    return con.sql("FROM known_series ORDER BY series_index").to_arrow_table()


def _lay_out(con: Connection, series: int, values: dict[str, Any]) -> Sheet:
    """Lay the rows of numbered series out by day."""
    first, last = values["first"], values["last"]
    n_days = (last - first).days + 1
    laid = sheet.empty(series, n_days)
    start = (first - EPOCH).days
    batches = queries.batches(con, "findings/scored_costs", **values)
    several = sheet.fill(laid, batches, start)
    if len(several):
        rows, columns = np.divmod(several, n_days)
        days = pa.array((start + columns).astype(np.int32)).cast(pa.date32())
        shared = pa.table({"series_index": rows.astype(np.int32), "charge_date": days})
        _keep_shared(con, shared, values)
        added = queries.batches(con, "findings/shared_costs")
        sheet.fill(laid, added, start)
    return laid


def _keep_shared(con: Connection, days: pa.Table, values: dict[str, Any]) -> None:
    """Keep the rows of some days of series in a temporary table."""
    con.register("shared_days", days)
    try:
        con.execute(
            "CREATE OR REPLACE TEMP TABLE shared_rows AS SELECT told.* FROM ("
            + queries.text("findings/scored_costs")
            + ") AS told SEMI JOIN shared_days USING (series_index, charge_date)",
            values,
        )
    finally:
        con.unregister("shared_days")


def book(known: pa.Table, laid: Sheet, oldest: date, free: Mapping[date, str]) -> Book:
    """Return numbered series, and their costs, as detection wants them."""
    scopes = [Scope(*row.values()) for row in known.select(SCOPE).to_pylist()]
    accounts = known["account_index"].to_numpy().astype(np.int64)
    began = laid.is_there.argmax(axis=1)
    used = np.asarray(pc.equal(known["charge_kind"], USAGE).to_numpy(), dtype=np.bool_)
    has_bill = _in_account(laid.is_there & used[:, None], accounts)
    is_open = _in_account(laid.is_open, accounts)
    _fill_gaps(laid, began, has_bill, accounts)
    panel = Panel(
        start=oldest,
        costs=laid.costs,
        quantities=laid.quantities,
        providers=tuple(scope.provider for scope in scopes),
        charge_kinds=tuple(scope.charge_kind for scope in scopes),
        accounts=accounts,
        since=_since(began, accounts)[accounts],
        holidays=free,
    )
    return Book(panel, scopes, (has_bill & ~is_open)[accounts], laid.amount)


def _fill_gaps(laid: Sheet, began: Places, has_bill: Flags, accounts: Places) -> None:
    """Make a day zero that an account has and a series of it, once begun, has not.

    A day of which the account has no usage at all stays unknown (NaN), not free.
    """
    columns = np.arange(laid.costs.shape[1])
    for row, account in enumerate(accounts):
        is_gap = ~laid.is_there[row] & has_bill[account] & (columns >= began[row])
        laid.costs[row, is_gap] = 0.0


def _in_account(flags: Flags, accounts: Places) -> Flags:
    """Return where any series of an account has a flag, ``(n_accounts, n_days)``."""
    found = np.zeros((int(accounts.max()) + 1, flags.shape[1]), dtype=np.bool_)
    order = np.argsort(accounts, kind="stable")
    present, firsts = np.unique(accounts[order], return_index=True)
    found[present] = np.logical_or.reduceat(flags[order], firsts, axis=0)
    return found


def _since(began: Places, accounts: Places) -> Places:
    """Return each account's first column."""
    first = np.full(int(accounts.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, accounts, began)
    return first
