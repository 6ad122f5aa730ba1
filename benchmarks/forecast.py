"""How well month ends of made-up companies are forecast, and what the intervals hold.

``python -m benchmarks.forecast`` simulates companies, looks at each of their last
months from several of its days with what was known then, and compares what was
expected of everything, providers, accounts and services with what they cost in the
end. A day's bill is taken to be complete two days later, and taxes, support, credits
and refunds to come after the month.
"""

import argparse
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.month_ends import OTHERS, Look, foresee
from tasks.core.detection.declaration import Detection
from tasks.core.findings.runs import Book
from tasks.core.forecasting import scopes, sums
from tasks.core.forecasting.calendar_days import span_of
from tasks.core.forecasting.declaration import Forecasting
from tasks.core.forecasting.projection import Kinds
from tasks.core.forecasting.rehearsal import History
from tasks.edge.costs import series
from tasks.edge.database import warehouse
from tasks.edge.intake import bills
from tasks.edge.mapping import focus
from tasks.edge.settings import load
from tasks.edge.simulator import company

# A budget of each of these shares of the last month's cost is put on every scope.
BUDGETS = (0.9, 0.95, 1.0, 1.05, 1.1)
LAG = 2
CLOSED_AFTER = 10
MONTHS = 6
DAYS = (3, 8, 13, 18, 23, 28)


@dataclass(frozen=True)
class Case:
    """One scope's month, looked at from one of its days.

    Attributes:
        level: total, provider, account or service.
        day: Day of the month.
        actual: What the month cost.
        expected: What each method expected, ours first.
        is_in: Whether it lay within 80 and within 95 %.
        chances: Probability of passing each budget, and whether it was passed.
    """

    level: str
    day: int
    actual: float
    expected: dict[str, float]
    is_in: tuple[bool, bool]
    chances: list[tuple[float, bool]]


def daily_series(seed: int, rows: int, kept: Path) -> Path:
    """Simulate a company once and keep its daily series."""
    from tasks.aggregate import aggregate_costs
    from tasks.normalise import normalise_bills

    path = kept / f"{seed}.parquet"
    if path.exists():
        return path
    with tempfile.TemporaryDirectory() as folder:
        settings = load(None, database=str(Path(folder) / "company.duckdb"))
        company.simulate(Path(folder) / "bills", rows=rows, seed=seed, is_final=True)
        exports = [
            Path(folder) / "bills" / part
            for part in ("aws", "focus/azure", "focus/gcp")
        ]
        bills.ingest(settings, [str(export) for export in exports])
        normalise_bills.fn(settings)
        aggregate_costs.fn(settings)
        with warehouse.connect(settings.database) as con:
            con.execute("CREATE TABLE kept AS FROM series.daily_cost")
            con.execute(f"COPY kept TO '{path}'")
    return path


def book_of(path: Path) -> Book:
    """Read kept daily series as the stages would."""
    with warehouse.connect(":memory:") as con:
        con.execute(
            "INSERT INTO series.daily_cost_versions BY NAME FROM read_parquet($path)",
            {"path": str(path)},
        )
        con.execute(
            "INSERT INTO bills.versions (bill_id, source, source_format,"
            " billing_account_id, billing_period, version, status, digest, known_at,"
            " loaded_at, files) SELECT DISTINCT bill_id, 's', 'focus',"
            " billing_account_id, strftime(charge_date, '%Y-%m') || bill_id, 1,"
            " 'current', bill_id, now(), now(), []::VARCHAR[]"
            " FROM series.daily_cost_versions QUALIFY"
            " row_number() OVER (PARTITION BY bill_id ORDER BY charge_date) = 1"
        )
        focus.install(con, Path(tempfile.gettempdir()) / "no-lake")
        found = series.load(con, Detection(), as_of=datetime.now(UTC))
    if found is None:
        raise ValueError(f"{path} holds no usage.")
    return found.book


def looks(book: Book, months: int, days: tuple[int, ...]) -> Iterator[Look]:
    """Yield what was known on some days of the last whole months."""
    panel = book.panel
    first = span_of("month", panel.day(panel.n_days - 1)).first_date
    for _ in range(months):
        span = span_of("month", first - timedelta(days=1))
        first = span.first_date
        begin = (first - panel.start).days
        end = (span.last_date - panel.start).days
        for day in days:
            yield Look(begin=begin, end=end, today=begin + day - 1, lag=LAG)


def history_of(book: Book, look: Look, params: Forecasting) -> History:
    """Return the series as they were known: late charges of the month are not there."""
    panel = book.panel
    kinds = np.array(panel.charge_kinds, dtype=object)
    is_late = np.isin(kinds, params.late_kinds)
    costs = panel.costs[:, : look.today + 1].copy()
    hidden = costs[is_late, look.begin :]
    costs[is_late, look.begin :] = np.where(np.isfinite(hidden), 0.0, np.nan)
    return History(
        start=panel.start,
        costs=costs,
        lag=np.full(len(costs), look.lag),
        kinds=Kinds(
            is_late=is_late,
            follows=np.isin(kinds, params.following_kinds),
            is_metered=kinds == "usage",
        ),
        accounts=panel.accounts,
        closed_after=CLOSED_AFTER,
        holidays=panel.holidays,
    )


def cases(book: Book, months: int, days: tuple[int, ...]) -> Iterator[Case]:
    """Yield every scope's month as it was foreseen and as it came."""
    params = Forecasting()
    summed = scopes.summed(book.scopes)
    members = scopes.membership([one.rows for one in summed], len(book.scopes))
    n_fitted = sum(one.level in ("total", "provider") for one in summed)
    whole = members @ np.nan_to_num(book.panel.costs)
    for look in looks(book, months, days):
        history = history_of(book, look, params)
        outlook = sums.forecast(history, members, params.days, params)
        rest = sums.rest_of(outlook, look.begin, look.end)
        shown = members @ np.nan_to_num(history.costs[:, look.begin :])
        so_far = shown.sum(axis=1)
        actual = whole[:, look.begin : look.end + 1].sum(axis=1)
        others = foresee(members, history, look, n_fitted)
        path = sums.paths(outlook, look.begin, look.end)
        for place, one in enumerate(summed):
            if abs(actual[place]) < 1:
                continue
            low_80, high_80, low_95, high_95 = (
                so_far[place] + end[place]
                for end in (rest.low_80, rest.high_80, rest.low_95, rest.high_95)
            )
            cent = 0.01
            yield Case(
                level=one.level,
                day=look.today - look.begin + 1,
                actual=float(actual[place]),
                expected={"ours": float(so_far[place] + rest.expected[place])}
                | {name: float(found[place]) for name, found in others.items()},
                is_in=(
                    bool(low_80 - cent <= actual[place] <= high_80 + cent),
                    bool(low_95 - cent <= actual[place] <= high_95 + cent),
                ),
                chances=[
                    (
                        float(
                            sums.chance_above(
                                outlook, place, path[place], amount - so_far[place]
                            )[-1]
                        ),
                        bool(actual[place] > amount),
                    )
                    for amount in (
                        share * others["last month"][place] for share in BUDGETS
                    )
                    if amount > 0
                ],
            )


def show(found: list[Case]) -> None:
    """Print the tables."""
    methods = ("ours", *OTHERS)
    print("WAPE of the month's total, percent; MASE: error over last month's as guess")
    print(
        f"{'level':<10}{'day':>4}{'n':>7}" + "".join(f"{m:>16}" for m in methods),
        end="",
    )
    print(f"{'MASE':>8}{'in 80 %':>9}{'in 95 %':>9}")
    groups: dict[tuple[str, int], list[Case]] = defaultdict(list)
    for case in found:
        groups[case.level, case.day].append(case)
        groups[case.level, 0].append(case)
    for (level, day), members in sorted(groups.items()):
        print(_line(level, day, members, methods))
    print("\nBrier score of a breach, over budgets of 90 to 110 % of the last month")
    by_day: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for case in found:
        by_day[case.day] += case.chances
    for day, chances in sorted(by_day.items()):
        score = statistics.mean((chance - passed) ** 2 for chance, passed in chances)
        share = statistics.mean(passed for _, passed in chances)
        print(f"day {day:>2}: {score:.3f}; the share of breaches as guess: ", end="")
        print(f"{share * (1 - share):.3f}; n = {len(chances)}")


def _line(level: str, day: int, members: list[Case], methods: tuple[str, ...]) -> str:
    paid = sum(abs(case.actual) for case in members)
    wape = {
        name: sum(abs(case.expected[name] - case.actual) for case in members) / paid
        for name in methods
    }
    cells = "".join(
        f"{100 * wape[name]:>16.2f}" if wape[name] == wape[name] else f"{'-':>16}"
        for name in methods
    )
    inside = [
        100 * statistics.mean(case.is_in[place] for case in members) for place in (0, 1)
    ]
    mase = wape["ours"] / wape["last month"]
    head = f"{level:<10}{day or 'all':>4}{len(members):>7}"
    return f"{head}{cells}{mase:>8.2f}{inside[0]:>9.1f}{inside[1]:>9.1f}"


def main() -> None:
    """Measure over several simulated companies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[21, 22, 23, 24, 25])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--months", type=int, default=MONTHS)
    parser.add_argument("--days", type=int, nargs="+", default=DAYS)
    parser.add_argument("--keep", type=Path, help="folder that keeps the daily series")
    given = parser.parse_args()
    found: list[Case] = []
    with tempfile.TemporaryDirectory() as folder:
        kept = given.keep or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        for seed in given.seeds:
            book = book_of(daily_series(seed, given.rows, kept))
            found += cases(book, given.months, tuple(given.days))
    show(found)


if __name__ == "__main__":
    main()
