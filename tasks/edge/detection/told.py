"""Events of a scored table, as people would be told them."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# What is rarer than one point in so many is not counted out.
RAREST = 1_000_000
THOUSAND = 1_000
# A point is alone where no other of its event lies out by this share of it.
ALONE = 3


@dataclass(frozen=True, slots=True)
class Told:
    """One event.

    Attributes:
        series: What tells its series apart, as text by column; empty for the only one.
        begins: Its first odd point, as ISO 8601; a day where all points are days.
        ends: Its last one.
        points: How many points of it are odd.
        at: The one of them that lies furthest out.
        actual: Its value.
        expected: What was expected there; None where nothing was known.
        excess: Sum of what all of them have beyond what was expected, with its sign.
        p_value: That of its rarest point; None where nobody knows.
        kind: ``spike`` or ``drop`` of one point, ``higher`` or ``lower`` where several
            lie out by a third as much at least, ``slow_rise`` or ``slow_fall`` where
            no point alone is rare, ``new_series``.
        sentence: All of it for people.
    """

    series: dict[str, str]
    begins: str
    ends: str
    points: int
    at: str
    actual: float
    expected: float | None
    excess: float | None
    p_value: float | None
    kind: str
    sentence: str


def events(
    scored: pd.DataFrame,
    rows: NDArray[np.int64],
    columns: tuple[str, str],
    rate: float,
) -> list[Told]:
    """Return the events of a scored table, the rarest first.

    Args:
        scored: One row for each point, with all that is added.
        rows: Number of each point's series.
        columns: Those of times and values; others before what is added tell series
            apart.
        rate: Share of normal points that may be called odd.
    """
    time = columns[0]
    is_odd = scored["is_anomaly"].to_numpy()
    odd = scored[is_odd]
    form = "%Y-%m-%d"
    if (scored[time] != scored[time].dt.normalize()).any():
        form += " %H:%M"
    each = [
        _told(part, columns, rate, form)
        for _, part in odd.groupby([rows[is_odd], odd["event_begins"].to_numpy()])
    ]
    # A series of which nothing was known has days that are as rare as can be.
    return sorted(each, key=lambda one: one.p_value or 0.0)


def number(amount: float) -> str:
    """Return a number for people: four digits, and no exponent where it is large.

    Examples:
        >>> number(12_345.678), number(0.123456), number(-99.5)
        ('12,346', '0.1235', '-99.5')
    """
    return f"{amount:,.0f}" if abs(amount) >= THOUSAND else f"{amount:.4g}"


def change(one: Told) -> str:
    """Return how far an event is off, in percent of what was expected.

    Empty where nothing was expected.
    """
    if not one.expected:
        return ""
    share = (one.actual - one.expected) / abs(one.expected)
    return f"{share * 100:+,.0f} %"


def rarity(one: Told) -> str:
    """Return how rare its rarest point is among normal ones; empty if nobody knows."""
    if one.p_value is None:
        return ""
    if one.p_value * RAREST < 1:
        return f"over {RAREST:,}"
    return f"{1 / one.p_value:,.0f}"


def _told(part: pd.DataFrame, columns: tuple[str, str], rate: float, form: str) -> Told:
    time, value = columns
    names = list(part.columns)[: list(part.columns).index("expected")]
    series = {
        str(name): "" if pd.isna(cell) else str(cell)
        for name, cell in part.iloc[0][names].items()
        if name not in columns
    }
    score = part["score"].abs().fillna(0.0)
    peak = part.iloc[int(score.argmax())]
    expected = _known(peak["expected"])
    p_value = _known(part["p_value"].min())
    begins, ends, at = (
        f"{each:{form}}" for each in (part[time].min(), part[time].max(), peak[time])
    )
    told = Told(
        series=series,
        begins=begins,
        ends=ends,
        points=len(part),
        at=at,
        actual=float(peak[value]),
        expected=expected,
        excess=_known((part[value] - part["expected"]).sum(min_count=1)),
        p_value=p_value,
        kind=_kind(part[value] - part["expected"], peak, rate, p_value),
        sentence="",
    )
    return replace(told, sentence=_sentence(told))


def _sentence(one: Told) -> str:
    where = ", ".join(f"{name} {cell}" for name, cell in one.series.items())
    when = one.begins
    if one.points > 1:
        when = f"{one.begins} to {one.ends}, {one.points:,} odd points, at {one.at}"
    what = number(one.actual)
    if one.expected is not None and one.kind != "new_series":
        what += f" instead of {number(one.expected)}"
    off, rare = change(one), rarity(one)
    off = f" ({off})" if off else ""
    rare = f"; one normal point in {rare} is so far off" if rare else ""
    begin = f"{where}, {when}" if where else when
    return f"{begin}: {one.kind.replace('_', ' ')}, {what}{off}{rare}."


def _known(amount: float) -> float | None:
    return float(amount) if np.isfinite(amount) else None


def _kind(off: pd.Series, peak: pd.Series, rate: float, p_value: float | None) -> str:
    is_up = bool(peak["score"] > 0)
    if p_value is None and not _known(peak["expected"]):
        return "new_series"
    if p_value is None or p_value > rate:
        return "slow_rise" if is_up else "slow_fall"
    sizes = off.abs().nlargest(2)
    if len(sizes) == 1 or sizes.iloc[1] * ALONE < sizes.iloc[0]:
        return "spike" if is_up else "drop"
    return "higher" if is_up else "lower"
