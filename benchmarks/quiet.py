"""Whether p-values mean what they say, on series to which nothing happens.

Families of quiet series are drawn; of their days, one in a hundred should have a
p-value of one in a hundred or less, on either side.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import Bar
from benchmarks.sections import Report
from tasks.core.detectors import Panel
from tasks.core.detectors.calibration import PValues, p_values
from tasks.core.detectors.seasonal import Seasonal

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int, int], Floats]

NOMINAL = (0.1, 0.05, 0.01, 0.001)
# Days after which the p-values of a family are looked at.
SETTLED = 120


def _weekly(rng: np.random.Generator, rows: int, days: int) -> Floats:
    rest = rng.uniform(0.4, 1.0, (rows, 1))
    level = rng.lognormal(5.0, 1.0, (rows, 1))
    return level * np.where(np.arange(days) % 7 >= 5, rest, 1.0)


def _normal(rng: np.random.Generator, rows: int, days: int) -> Floats:
    return np.exp(0.06 * rng.standard_normal((rows, days)))


def _heavy(rng: np.random.Generator, rows: int, days: int) -> Floats:
    return np.exp(0.04 * rng.standard_t(4, (rows, days)))


def _skewed(rng: np.random.Generator, rows: int, days: int) -> Floats:
    return rng.gamma(8, 1 / 8, (rows, days))


def _persistent(rng: np.random.Generator, rows: int, days: int) -> Floats:
    noise = 0.05 * rng.standard_normal((rows, days))
    for day in range(1, days):
        noise[:, day] += 0.6 * noise[:, day - 1]
    return np.exp(noise)


def _growing(rng: np.random.Generator, rows: int, days: int) -> Floats:
    return np.exp(0.004 * np.arange(days)) * _normal(rng, rows, days)


def _wandering(rng: np.random.Generator, rows: int, days: int) -> Floats:
    steps = 0.01 * rng.standard_normal((rows, days))
    return np.exp(np.cumsum(steps, axis=1) + 0.04 * rng.standard_normal((rows, days)))


def _restless(rng: np.random.Generator, rows: int, days: int) -> Floats:
    turn = 2 * np.pi * np.arange(days) / 90 + rng.uniform(0, 6, (rows, 1))
    return np.exp(0.05 * np.exp(0.5 * np.sin(turn)) * rng.standard_normal((rows, days)))


def _counts(rng: np.random.Generator, rows: int, days: int) -> Floats:
    return rng.poisson(12, (rows, days)).astype(float)


FAMILIES: Mapping[str, Draw] = {
    "normal": _normal,
    "heavy tails": _heavy,
    "skewed": _skewed,
    "persistent": _persistent,
    "growing": _growing,
    "wandering": _wandering,
    "restless": _restless,
    "counts": _counts,
}


def drawn(family: str, rows: int = 100, days: int = 400, seed: int = 1) -> Panel:
    """Return quiet series of a family, with levels and weekends of their own."""
    rng = np.random.default_rng([seed, list(FAMILIES).index(family)])
    costs = _weekly(rng, rows, days) * FAMILIES[family](rng, rows, days)
    return Panel(
        start=np.datetime64("2025-01-01").astype(object),
        costs=costs,
        quantities=np.full(costs.shape, np.nan),
        providers=("AWS",) * rows,
        charge_kinds=("usage",) * rows,
        accounts=np.zeros(rows, dtype=np.int64),
        since=np.zeros(rows, dtype=np.int64),
    )


def realised(found: PValues, nominal: float) -> tuple[float, float]:
    """Return the share of days with p-values up to a nominal one, above and below."""
    above, below = (
        float(np.mean(side[:, SETTLED:][np.isfinite(side[:, SETTLED:])] <= nominal))
        for side in (found.above, found.below)
    )
    return above, below


def judged(family: str, seed: int = 1) -> PValues:
    """Return p-values of a family that has no other series beside it."""
    return p_values(Seasonal().score(drawn(family, seed=seed)).score)


def measure(report: Report) -> None:
    """Print realised shares of each family and keep the bars at one in a hundred."""
    report.say("Quiet series: realised over nominal share of p-values, above / below")
    report.say(f"{'family':<14}" + "".join(f"{nominal:>15g}" for nominal in NOMINAL))
    at_hundredth = []
    for family in FAMILIES:
        found = judged(family)
        shares = {nominal: realised(found, nominal) for nominal in NOMINAL}
        at_hundredth += shares[0.01]
        cells = (
            f"{up / nominal:>7.2f} /{down / nominal:>6.2f}"
            for nominal, (up, down) in shares.items()
        )
        report.say(f"{family:<14}" + "".join(cells))
    low, high = 100 * min(at_hundredth), 100 * max(at_hundredth)
    report.add(
        Bar("realised at nominal 1 %, lowest family", 0.5, low, "%", is_least=True)
    )
    report.add(Bar("realised at nominal 1 %, highest family", 2.0, high, "%"))
