"""Which sums are forecast, and which series belong to them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from tasks.core.findings.anomalies import Scope
from tasks.core.forecasting.calendar_days import Ints
from tasks.core.forecasting.declaration import Budget, BudgetScope

# What is kept of a series' scope at each level, besides its currency.
LEVELS: dict[str, tuple[str, ...]] = {
    "total": (),
    "provider": ("provider",),
    "account": ("provider", "billing_account_id", "sub_account_id"),
    "service": ("provider", "service_name"),
}


@dataclass(frozen=True, slots=True)
class Summed:
    """One sum over series of one currency.

    Attributes:
        level: One of ``LEVELS``.
        scope: The columns of that level, by name; None where the bill names none.
        billing_currency: Of all its series.
        rows: Its series.
    """

    level: str
    scope: dict[str, str | None]
    billing_currency: str
    rows: Ints


def summed(scopes: Sequence[Scope]) -> list[Summed]:
    """Return every sum of every level, in a fixed order."""
    found = []
    for level, columns in LEVELS.items():
        rows: dict[tuple[str | None, ...], list[int]] = {}
        for row, scope in enumerate(scopes):
            key = (scope.billing_currency, *(getattr(scope, name) for name in columns))
            rows.setdefault(key, []).append(row)
        for currency, *parts in sorted(rows, key=repr):
            members = np.array(rows[currency, *parts])
            named = dict(zip(columns, parts, strict=True))
            found.append(Summed(level, named, str(currency), members))
    return found


def of_budget(scopes: Sequence[Scope], budget: Budget) -> Ints:
    """Return the series that a budget is about; other currencies never are."""
    asked = {
        name: value
        for name in BudgetScope.model_fields
        if (value := getattr(budget, name)) is not None
    }
    rows = [
        row
        for row, scope in enumerate(scopes)
        if scope.billing_currency == budget.currency
        and all(getattr(scope, name) == value for name, value in asked.items())
    ]
    return np.array(rows, dtype=np.int64)


def membership(members: Sequence[Ints], n_series: int) -> sparse.csr_array:
    """Return ``(n_sums, n_series)``, 1 where a series belongs to a sum.

    Examples:
        >>> membership([np.array([0, 2])], 3).toarray()
        array([[1., 0., 1.]])
    """
    columns = np.concatenate([np.empty(0, dtype=np.int64), *members])
    sums = np.repeat(np.arange(len(members)), [len(rows) for rows in members])
    shape = (len(members), n_series)
    return sparse.csr_array((np.ones(len(columns)), (sums, columns)), shape=shape)
