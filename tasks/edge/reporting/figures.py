"""Daily figures out of the warehouse, as a store for them is to hold them."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tasks.core.detection.declaration import Detection
from tasks.core.detectors.seasonal import Seasonal
from tasks.core.figures.series import DAILY, OTHER, PER_SCOPE, SCOPE, Figure
from tasks.core.findings.runs import Book
from tasks.edge.costs import series
from tasks.edge.database import queries
from tasks.edge.database.warehouse import Connection

# Budgets and outlooks of older days are not sent.
DAYS = 400
# Days ahead that a store is told of; it keeps no single day later than tomorrow.
HORIZONS = [7, 30, 90]
# Series whose expectation is worked out at a time.
PART = 512

# What is worked out here and not read.
EXPECTED = ("cost_daily_expected", "cost_daily_low", "cost_daily_high")

# Where figures come from, and what of it says only when it was written.
SOURCES = {
    "series.daily_cost": "bill_id",
    "findings.anomalies": "detected_at, known_at",
    "findings.anomaly_days": "scored_at",
    "findings.forecasts": "low_95",
    "findings.forecast_totals": "low_95",
    "findings.budgets": "known_at",
    "actions.recommendations": "advised_at",
}

EPOCH = date(1970, 1, 1)
# What a series of "other" is, by provider and currency.
Named = frozenset[tuple[str | None, ...]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the warehouse holds.

    Attributes:
        figures: All but what was expected of each day.
        book: The series that expectations are worked out from; None without any.
        named: Scopes that have figures of their own.
        scopes: How many there are.
    """

    figures: list[Figure]
    book: Book | None
    named: Named
    scopes: int


def fingerprint(con: Connection, now: datetime, settings: str) -> str:
    """Return what changes with anything that figures are read from.

    When it was written does not count.

    Args:
        con: The warehouse.
        now: Its day counts: forecasts reach until the day after.
        settings: Whatever else they follow from.
    """
    found: list[object] = [f"{now:%Y-%m-%d}", settings]
    for table, left_out in SOURCES.items():
        try:
            found.append(
                con.execute(
                    "SELECT count(*), sum(hash(told)::HUGEINT) FROM"
                    f" (SELECT * EXCLUDE ({left_out}) FROM {table}) AS told"
                ).fetchone()
            )
        except duckdb.CatalogException:  # no bill was normalised yet
            found.append(None)
    return hashlib.sha256(repr(found).encode()).hexdigest()


def load(con: Connection, detect: Detection, now: datetime, max_series: int) -> Loaded:
    """Read what is to be sent, of so many series at most.

    Args:
        con: The warehouse; a temporary table is made there.
        detect: How detection reads the series.
        now: Forecasts of later days are not sent.
        max_series: A tenth of them is left to anomalies.
    """
    fixed = [
        *_read(con, "figures/anomaly_impacts", most=max_series // 10),
        *_read(con, "figures/budgets", days=DAYS),
        *_read(con, "figures/outlook", days=DAYS),
        *_read(con, "figures/next_days", days=DAYS, horizons=HORIZONS),
        *_read(con, "figures/savings", until=now.date()),
    ]
    try:
        scopes = _choose(con, max_series - len(fixed))
        loaded = series.load(con, detect, as_of=now)
    except duckdb.CatalogException:  # no bill was normalised yet
        return Loaded(fixed, None, frozenset(), 0)
    until = now.date() + timedelta(days=1)
    costs = _read(con, "figures/daily_costs")
    ahead = _read(con, "figures/forecasts", until=until)
    return Loaded(
        figures=[*costs, *ahead, *fixed],
        book=loaded.book if loaded else None,
        named=frozenset(tuple(scope) for *scope, is_named in scopes if is_named),
        scopes=len(scopes),
    )


def expected(loaded: Loaded, detect: Detection) -> Iterator[Figure]:
    """Yield what was expected of each day, by the days before it, and its band."""
    if loaded.book is None:
        return
    panel, scopes = loaded.book.panel, loaded.book.scopes
    first = (panel.start - EPOCH).days
    days = first + np.arange(panel.n_days, dtype=np.int64)
    rest: dict[tuple[str | None, str], NDArray[np.float64]] = {}
    seasonal = Seasonal(detect.seasonality)
    for start in range(0, len(scopes), PART):
        part = slice(start, start + PART)
        scores = seasonal.score(panel.rows(part))
        for row, scope in enumerate(scopes[part]):
            if scope.key in loaded.named:
                labels = dict(zip(SCOPE, scope.key, strict=True))
                found = (scores.expected[row], scores.low[row], scores.high[row])
                for metric, values in zip(EXPECTED, found, strict=True):
                    yield from _figure(metric, labels, days, values)
            else:
                group = (scope.provider, scope.billing_currency)
                total = rest.setdefault(group, np.full(panel.n_days, np.nan))
                _add(total, scores.expected[row])
    for (provider, currency), total in rest.items():
        labels = dict.fromkeys(SCOPE, OTHER)
        labels |= {"provider": provider, "billing_currency": currency}
        yield from _figure(EXPECTED[0], labels, days, total)


def _choose(con: Connection, room: int) -> list[tuple[Any, ...]]:
    """Name the dearest scopes for which there is room; the rest needs a little."""
    groups = con.execute(
        "SELECT count(*) FROM"
        " (SELECT DISTINCT provider, billing_currency FROM series.daily_cost)"
    ).fetchone()
    others = 4 * (groups[0] if groups else 0)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE figure_scopes AS "
        + queries.text("figures/scopes"),
        {"room": max(room - others, 0) // PER_SCOPE},
    )
    return con.execute(
        f"SELECT {', '.join(SCOPE)}, is_named FROM figure_scopes"
    ).fetchall()


def _read(con: Connection, query: str, **values: object) -> list[Figure]:
    """Return the figures of one query, whose columns are labels, a day and metrics."""
    found = queries.table(con, query, **values)
    metrics = [name for name in found.column_names if name in DAILY]
    labels = DAILY[metrics[0]]
    order = ", ".join(labels)
    rows = con.sql(
        f"SELECT *, dense_rank() OVER (ORDER BY {order}) AS place FROM found"
        " ORDER BY place, charge_date"
    ).to_arrow_table()
    if not len(rows):
        return []
    place = rows["place"].to_numpy()
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    ends = [*starts[1:], len(rows)]
    named = rows.select(labels).take(pa.array(starts)).to_pylist()
    days = rows["charge_date"].cast(pa.int32()).to_numpy().astype(np.int64)
    columns = {
        metric: rows[metric].to_numpy(zero_copy_only=False).astype(np.float64)
        for metric in metrics
    }
    return [
        figure
        for own, start, end in zip(named, starts, ends, strict=True)
        for metric, values in columns.items()
        for figure in _figure(metric, own, days[start:end], values[start:end])
    ]


def _figure(
    metric: str,
    labels: Mapping[str, str | None],
    days: NDArray[np.int64],
    values: NDArray[np.float64],
) -> Iterator[Figure]:
    """Yield a figure of the days that are known, unless none is."""
    is_known = np.isfinite(values)
    if is_known.any():
        told = tuple((name, text) for name, text in sorted(labels.items()) if text)
        yield Figure(metric, told, days[is_known], values[is_known])


def _add(total: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    """Add what is known to a total in which nothing may be known yet."""
    is_known = np.isfinite(values)
    total[is_known] = np.nan_to_num(total[is_known]) + values[is_known]
