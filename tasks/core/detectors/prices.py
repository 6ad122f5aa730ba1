"""What a unit costs: the price moved, whatever was used.

Known weakness: a series that mixes several SKUs has a price that moves with the mix, so
its price is noisy and only large changes stand out; a mix that moves at an even
quantity looks like a price. Where units differ within a series there is no price.
"""

import numpy as np

from tasks.core.detectors import Flags, Floats, Panel, Scores, windows
from tasks.core.detectors.seasonal import BAND, MAD_TO_SIGMA
from tasks.core.findings.detection import Prices

# Noise that every price is granted: half a percent, for rounded quantities.
SMALLEST_SPREAD = 0.005


class UnitPrice:
    """Robust z-score of the price against the last weeks."""

    name = "unit_price"

    def __init__(self, params: Prices | None = None) -> None:
        """Keep the parameters."""
        self.params = params or Prices()

    def score(self, panel: Panel) -> Scores:
        """Score each day's price in robust deviations from the usual one.

        Returns:
            ``score`` is a signed robust z-score of the logarithm of the price; 0 for
            changes below ``percent`` or beyond ``largest_ratio``, and on days of an
            unusual quantity. ``expected`` is the day's quantity at the usual
            price; ``low`` and ``high`` are known where the score is not 0.
        """
        days = self.params.days
        has_price = (panel.costs > 0) & (panel.quantities > 0)
        ratio = np.divide(
            panel.costs,
            panel.quantities,
            out=np.ones(panel.costs.shape),
            where=has_price,
        )
        price = np.where(has_price, np.log(ratio), np.nan)
        usual = windows.earlier(windows.trailing_median(price, days, least=days // 2))
        change = price - usual
        size = np.abs(change)
        moved = (size >= np.log1p(self.params.percent / 100)) & (
            size <= np.log(self.params.largest_ratio)
        )
        # Most prices never move: what only those that do need is asked of those alone.
        rows = np.flatnonzero(moved.any(axis=1))
        noise = windows.earlier(
            windows.trailing_median(size[rows], days, least=days // 2, every=7)
        )
        is_price = moved[rows] & _is_even(panel.quantities[rows])
        spread = np.maximum(MAD_TO_SIGMA * noise, SMALLEST_SPREAD)[is_price]
        scores = _standing(panel.quantities * np.exp(usual), change)
        odd = rows[np.nonzero(is_price)[0]], np.nonzero(is_price)[1]
        scores.low[odd] = panel.quantities[odd] * np.exp(usual[odd] - BAND * spread)
        scores.high[odd] = panel.quantities[odd] * np.exp(usual[odd] + BAND * spread)
        scores.score[odd] = change[odd] / spread
        return scores


def _standing(expected: Floats, change: Floats) -> Scores:
    """Return what is said of prices that stand still."""
    nowhere = np.full(expected.shape, np.nan)
    score = np.where(np.isnan(change), np.nan, 0.0)
    return Scores(expected, nowhere, nowhere.copy(), score)


def _is_even(quantities: Floats) -> Flags:
    """Return where as much was used as on the same weekday of the last weeks.

    What comes and goes moves quantity and price at once; a price moves alone.
    """
    used = np.log(np.where(quantities > 0, quantities, np.nan))
    off = np.abs(used - windows.same_weekday_median(used, 4, least=2))
    usual = windows.earlier(windows.trailing_median(off, 28, least=14, every=7))
    return np.asarray(off <= np.maximum(BAND * MAD_TO_SIGMA * usual, SMALLEST_SPREAD))
