"""Floors of money: what is too little to be worth a word."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np

from tasks.core.detection import habits, voices
from tasks.core.detection.declaration import Detection
from tasks.core.detectors import Floats, Panel, windows
from tasks.core.findings.anomalies import Anomaly


def least_impact(panel: Panel, params: Detection) -> Callable[[Anomaly], Decimal]:
    """Return what an anomaly must come to at least, by its first day.

    Of a weekend that was left on and told on its Sunday half is enough: the Saturday
    cost as much, and was not told.
    """
    amounts = params.min_impact * smallness(panel, params)

    def least(one: Anomaly) -> Decimal:
        amount = Decimal(float(amounts[(one.first_date - panel.start).days]))
        is_half = one.kind == "pattern_break" and len(one.days) == 1
        return amount / 2 if is_half else amount

    return least


def money_floor(panel: Panel, params: Detection) -> Floats:
    """Return the smallest deviation worth a word, ``(n_series, n_days)``."""
    return np.asarray(account_floor(panel, params)[panel.accounts])


def account_floor(panel: Panel, params: Detection) -> Floats:
    """Return the smallest deviation worth a word, ``(n_accounts, n_days)``.

    It follows the size of the billing account, so that a small company hears of small
    sums and a large one does not.
    """
    typical = _typical(panel)
    share = typical * params.floor_share_pct / 100
    absolute = params.floor_cost * _smallness(typical, params)
    return np.asarray(np.maximum(share, absolute))


def smallness(panel: Panel, params: Detection) -> Floats:
    """Return the share of absolute amounts that counts on each day, ``(n_days,)``.

    It is 1 from ``floors_full_from`` on, the daily cost of the largest billing account,
    and less in proportion below: what is little to most is much to a company that
    spends ten a day. Accounts are compared and not added up, for their currencies may
    differ.
    """
    return _smallness(_typical(panel), params)


def _smallness(typical: Floats, params: Detection) -> Floats:
    size = typical.max(axis=0, initial=0.0)
    full = params.floors_full_from
    is_small = (size > 0) & (size < full)
    return np.where(is_small, size / max(full, 1e-12), 1.0)


def _typical(panel: Panel) -> Floats:
    """Return what an account uses on a typical day so far, ``(n_accounts, n_days)``."""
    totals = habits.per_account(panel.costs, panel.accounts, voices.is_usage(panel))
    return np.nan_to_num(windows.earlier(windows.trailing_median(totals, 28, least=1)))
