"""What a unit costs: the price moved, whatever was used.

Known weakness: a series that mixes several SKUs has a price that moves with the mix, so
its price is noisy and only large changes stand out; a mix that moves at an even
quantity looks like a price. Where units differ within a series there is no price.
"""

import numpy as np

from tasks.core.detection.declaration import Prices
from tasks.core.detectors import Flags, Floats, Panel, Scores, windows
from tasks.core.detectors.seasonal import BAND, MAD_TO_SIGMA

# Noise that every price is granted: half a percent, for rounded quantities.
SMALLEST_SPREAD = 0.005

# Days before a day on which an older usual price is looked up: half a year in steps of
# the window that knows a price. What falls back to one has only ended.
OLDER_PRICES = (28, 56, 84, 112, 140, 168)

# What is less than a bound by more than rounding can be.
NEARLY = 0.999999


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
            changes below ``percent`` or beyond ``largest_ratio``, on days of an unusual
            quantity, and of a price that fell back to an older one. ``expected``, the
            day's quantity at the usual price, and ``low`` and ``high`` are known where
            the score is not 0.
        """
        days = self.params.days
        prices = _prices(panel)
        known = np.isfinite(prices)
        before = windows.count_before(known, days)
        scores = Scores(*(np.full(prices.shape, np.nan) for _ in range(4)))
        scores.score[known & (before >= days // 2)] = 0.0
        # Most prices never move: those that may are asked alone.
        some = np.flatnonzero(self._may_move(prices))
        change, usual = self._changes(np.log(prices[some]))
        size = np.abs(change)
        moved = (size >= np.log1p(self.params.percent / 100)) & (
            size <= np.log(self.params.largest_ratio)
        )
        # And what only those that do need, of those.
        own = np.flatnonzero(moved.any(axis=1))
        noise = windows.earlier(
            windows.trailing_median(size[own], days, least=days // 2, every=7)
        )
        is_price = moved[own] & _is_even(panel.quantities[some[own]])
        is_price &= ~self._fell_back(change[own], usual[own])
        spread = np.maximum(MAD_TO_SIGMA * noise, SMALLEST_SPREAD)[is_price]
        turns, columns = np.nonzero(is_price)
        odd = some[own[turns]], columns
        quantity, centre = panel.quantities[odd], usual[own[turns], columns]
        scores.expected[odd] = quantity * np.exp(centre)
        scores.low[odd] = quantity * np.exp(centre - BAND * spread)
        scores.high[odd] = quantity * np.exp(centre + BAND * spread)
        scores.score[odd] = change[own[turns], columns] / spread
        return scores

    def at_usual_price(self, panel: Panel) -> Floats:
        """Return each day's quantity at its usual price; NaN where that is unknown."""
        _, usual = self._changes(np.log(_prices(panel)))
        return np.asarray(panel.quantities * np.exp(usual))

    def _changes(self, price: Floats) -> tuple[Floats, Floats]:
        """Return how far prices moved, and what was usual, on the logarithmic scale."""
        days = self.params.days
        usual = windows.earlier(windows.trailing_median(price, days, least=days // 2))
        return price - usual, usual

    def _fell_back(self, change: Floats, usual: Floats) -> Flags:
        """Return where a price fell to one that was usual in the half year before."""
        price = change + usual
        near = np.log1p(self.params.percent / 100)
        found = np.zeros(change.shape, dtype=np.bool_)
        for back in OLDER_PRICES:
            found |= np.abs(price - windows.earlier(usual, back)) < near
        return found & (change < 0)

    def _may_move(self, prices: Floats) -> Flags:
        """Return the series whose prices are not too much alike to move."""
        low, high = windows.extent(prices)
        least = (1 + self.params.percent / 100) * NEARLY
        return np.asarray(high >= least * low)


def _prices(panel: Panel) -> Floats:
    """Return what a unit cost on each day; NaN where that says nothing."""
    found = np.full(panel.costs.shape, np.nan)
    has_price = (panel.costs > 0) & (panel.quantities > 0)
    np.divide(panel.costs, panel.quantities, out=found, where=has_price)
    return found


def _is_even(quantities: Floats) -> Flags:
    """Return where as much was used as on the same weekday of the last weeks.

    What comes and goes moves quantity and price at once; a price moves alone.
    """
    used = np.log(np.where(quantities > 0, quantities, np.nan))
    off = np.abs(used - windows.same_weekday_median(used, 4, least=2))
    usual = windows.earlier(windows.trailing_median(off, 28, least=14, every=7))
    return np.asarray(off <= np.maximum(BAND * MAD_TO_SIGMA * usual, SMALLEST_SPREAD))
