"""Costs where there were none: a service in an account and region never seen before.

Known weakness: a series is new once. One that was quiet for a year and comes back is
the seasonal detector's business.
"""

import numpy as np

from tasks.core.detection.declaration import Novelty
from tasks.core.detectors import Floats, Panel, Scores


class NewScope:
    """Scores the first days of a series whose account was known before."""

    name = "new_scope"

    def __init__(self, floor: Floats | float, params: Novelty | None = None) -> None:
        """Keep the floor, ``(n_series, n_days)`` or one number, and the parameters."""
        self.floor = floor
        self.params = params or Novelty()

    def score(self, panel: Panel) -> Scores:
        """Score each of the first days by how many times the floor it costs.

        Returns:
            ``score`` is cost divided by the floor, so 1 is exactly at it; NaN where
            the series is no longer new. Nothing was expected.
        """
        known = np.isfinite(panel.costs)
        columns = np.arange(panel.n_days)[None, :]
        began = np.where(known.any(axis=1), known.argmax(axis=1), panel.n_days)[:, None]
        is_news = began - panel.since[:, None] >= self.params.known_days
        is_young = (columns >= began) & (columns < began + self.params.days)
        floor = np.broadcast_to(np.maximum(self.floor, 1e-9), panel.costs.shape)
        is_new = is_news & is_young & known
        score = np.where(is_new, panel.costs / floor, np.nan)
        expected = np.where(is_new, 0.0, np.nan)
        return Scores(expected, expected, np.where(is_new, floor, np.nan), score)
