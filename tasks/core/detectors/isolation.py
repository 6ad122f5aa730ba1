"""An isolation forest over the shapes of days, trained on all series together.

It sees what a single z-score does not: a day that is high against its week, its weekday
and its own history at once is rarer than one that is high against one of them.

Known weaknesses: one forest for all series, so a shape that is usual in one noisy
series is usual everywhere; it says that a day is odd, not how odd in money; it is
blind in the first two months.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

from tasks.core.detectors import Flags, Floats, Panel, Scores, windows
from tasks.core.detectors.seasonal import to_scale
from tasks.core.findings.detection import Forest

# Rows and columns of a panel, ``(n, 2)``.
Places = NDArray[np.int64]

# Known days before the first forest is trained: two months, as one has one month end.
FIRST_TRAINING_DAYS = 56


class Isolation:
    """Scores by how few cuts isolate a day, with one forest for each month.

    Source:
        Liu, Ting and Zhou, "Isolation Forest", ICDM 2008.
    """

    name = "isolation_forest"

    def __init__(
        self, params: Forest | None = None, asked: Flags | None = None
    ) -> None:
        """Keep the parameters.

        Args:
            params: See ``Forest``.
            asked: ``(n_series, n_days)`` days to score, None for all. Scoring is the
                slow part, and most days are too cheap to be told of anyway.
        """
        self.params = params or Forest()
        self.asked = asked

    def score(self, panel: Panel) -> Scores:
        """Score each day against a forest trained on the months before its own.

        Returns:
            ``score`` is 1 where a day is as odd as the ``quantile`` of the training
            days, larger where it is odder; its sign is that of the deviation from the
            week. ``expected``, ``low`` and ``high`` are the week's median: a forest
            has no band.
        """
        scaled = to_scale(panel.costs, 1.0)
        week = windows.earlier(windows.trailing_median(scaled, 7, least=4))
        shapes = _shapes(scaled, week)
        is_whole: Flags = np.asarray(np.isfinite(shapes).all(axis=-1))
        is_asked = is_whole if self.asked is None else is_whole & self.asked
        oddness = np.full(panel.costs.shape, np.nan)
        for number, first, last in _months(panel):
            rows, columns = np.nonzero(is_asked[:, first:last])
            past = np.argwhere(is_whole[:, :first])
            if first >= FIRST_TRAINING_DAYS and len(past) and len(rows):
                train = self._some(past, number)
                oddness[rows, columns + first] = self._odd(
                    shapes[train[:, 0], train[:, 1]], shapes[rows, columns + first]
                )
        expected = np.sinh(week)
        signed = oddness * np.where(scaled < week, -1.0, 1.0)
        return Scores(expected, expected, expected, signed)

    def _some(self, past: Places, number: int) -> Places:
        """Return as many past days as a forest is trained on, oldest series first."""
        seed = np.random.default_rng([self.params.seed, number])
        size = min(len(past), self.params.train_rows)
        return past[np.sort(seed.choice(len(past), size=size, replace=False))]

    def _odd(self, train: Floats, now: Floats) -> Floats:
        """Return how odd days are, in units of the training days' quantile."""
        params = self.params
        forest = IsolationForest(
            n_estimators=params.trees,
            max_samples=min(params.sample, len(train)),
            random_state=params.seed,
        ).fit(train)
        usual = -forest.score_samples(train)
        centre = float(np.median(usual))
        edge = float(np.quantile(usual, params.quantile))
        odd = (-forest.score_samples(now) - centre) / max(edge - centre, 1e-9)
        return np.maximum(np.asarray(odd, dtype=np.float64), 0.0)


def _shapes(scaled: Floats, week: Floats) -> Floats:
    """Return the ``(n_series, n_days, 5)`` features of each day, from the past alone.

    Deviation from the last week, from the same weekday, from yesterday; each in units
    of how much the series moves anyway, so that series of all sizes share a forest.
    Besides, the plain deviation from the same weekday, and how it moves anyway.
    """
    weekday = windows.same_weekday_median(scaled, 4, least=3)
    step = scaled - windows.earlier(scaled, 7)
    usual = windows.earlier(windows.trailing_median(np.abs(step), 28, least=14))
    moves = np.maximum(usual, 0.02)
    return np.stack(
        [
            np.clip((scaled - week) / moves, -50, 50),
            np.clip((scaled - weekday) / moves, -50, 50),
            np.clip((scaled - windows.earlier(scaled)) / moves, -50, 50),
            np.clip(scaled - weekday, -5, 5),
            moves,
        ],
        axis=-1,
    )


def _months(panel: Panel) -> list[tuple[int, int, int]]:
    """Return each month's number and its first and one past its last column."""
    days = panel.n_days
    numbers: NDArray[np.int64] = np.array(
        [
            panel.day(column).year * 12 + panel.day(column).month
            for column in range(days)
        ],
        dtype=np.int64,
    )
    firsts = np.flatnonzero(np.diff(numbers, prepend=-1))
    lasts = [*firsts[1:], days]
    return [
        (int(numbers[first]), int(first), int(last))
        for first, last in zip(firsts, lasts, strict=True)
    ]
