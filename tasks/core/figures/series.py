"""Series of daily figures, and how to bring a store to them.

This is the only place where money becomes a float: such stores know nothing else.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

DAY_MS = 86_400_000

# Stores keep about 15 digits of each value; a sum over years loses some more.
RELATIVE = 1e-9

# Takes the place of what is too much to be named.
OTHER = "other"

SCOPE = (
    "provider",
    "billing_account_id",
    "sub_account_id",
    "service_name",
    "region_id",
    "charge_kind",
    "billing_currency",
)
ANOMALY = ("anomaly_id", "kind", "severity", "direction", *SCOPE)
BUDGET = ("name", "period", "first_date", "cost", *SCOPE)
NEXT = ("days", "provider", "billing_currency")
SAVING = ("action", "provider", "billing_currency")
OUTLOOK = ("level", "period", "first_date", "provider", "billing_currency")

# Labels of each metric.
DAILY: dict[str, tuple[str, ...]] = {
    "cost_daily": SCOPE,
    "cost_daily_billed": SCOPE,
    "cost_daily_expected": SCOPE,
    "cost_daily_low": SCOPE,
    "cost_daily_high": SCOPE,
    "cost_forecast": SCOPE,
    "cost_forecast_low": SCOPE,
    "cost_forecast_high": SCOPE,
    "cost_anomaly_impact": ANOMALY,
    "cost_forecast_next": NEXT,
    "cost_saving_predicted": SAVING,
    "cost_forecast_total": OUTLOOK,
    "cost_forecast_total_low": OUTLOOK,
    "cost_forecast_total_high": OUTLOOK,
    "cost_budget_amount": BUDGET,
    "cost_budget_actual": BUDGET,
    "cost_budget_expected": BUDGET,
    "cost_budget_low": BUDGET,
    "cost_budget_high": BUDGET,
    "cost_budget_breach_probability": BUDGET,
}
# Of these there is one for each scope that is named.
PER_SCOPE = sum(labels is SCOPE for labels in DAILY.values())

Labels = tuple[tuple[str, str], ...]


def key_of(metric: str, labels: Mapping[str, str]) -> str:
    """Return the one name of a series; empty labels are none, as in the store.

    Examples:
        >>> key_of("cost_daily", {"b": "2", "a": "1", "c": ""})
        '["cost_daily", {"a": "1", "b": "2"}]'
    """
    present = {name: labels[name] for name in sorted(labels) if labels[name]}
    return json.dumps([metric, present], ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Held:
    """What a store has of a series.

    Attributes:
        samples: How many.
        total: Their sum.
        squares: The sum of their squares: what moves from one day to another shows.
    """

    samples: int
    total: float
    squares: float

    def agrees(self, other: "Held") -> bool:
        """Return whether two are the same, but for the order of their sums.

        Examples:
            >>> Held(2, 0.1 + 0.2, 0.05).agrees(Held(2, 0.3, 0.05))
            True
            >>> Held(2, 0.3, 0.05).agrees(Held(2, 0.3, 0.045))
            False
        """
        size = math.sqrt(self.samples * self.squares)
        return (
            self.samples == other.samples
            and abs(self.total - other.total) <= RELATIVE * size
            and abs(self.squares - other.squares) <= RELATIVE * self.squares
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """What is remembered of a series.

    Attributes:
        samples: How many were sent.
        digest: Of their days and values.
    """

    samples: int
    digest: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One series.

    Attributes:
        metric: One of ``DAILY``.
        labels: Sorted by name; none is empty.
        days: ``(n,)`` days since 1970, oldest first, each once.
        values: ``(n,)``; all finite.
    """

    metric: str
    labels: Labels
    days: NDArray[np.int64]
    values: NDArray[np.float64]

    @property
    def key(self) -> str:
        """Its one name."""
        return key_of(self.metric, dict(self.labels))

    @property
    def digest(self) -> str:
        """Changes with any day and any value."""
        told = self.days.astype("<i8").tobytes() + self.values.astype("<f8").tobytes()
        return hashlib.blake2b(told, digest_size=16).hexdigest()

    @property
    def held(self) -> Held:
        """What a store has that has all of it."""
        return Held(
            len(self.days), float(self.values.sum()), float((self.values**2).sum())
        )

    def __len__(self) -> int:
        """Return how many days it has."""
        return len(self.days)

    def part(self, first: int | None, last: int | None = None) -> "Figure":
        """Return some of its days, by their places."""
        cut = slice(first, last)
        return replace(self, days=self.days[cut], values=self.values[cut])

    def since(self, day: int) -> "Figure":
        """Return it without the days before one."""
        return self.part(int(np.searchsorted(self.days, day)))

    def until(self, day: int) -> "Figure":
        """Return it without the days after one."""
        return self.part(None, int(np.searchsorted(self.days, day, side="right")))

    def is_held(self, by: Held) -> bool:
        """Return whether a store has all of it, and nothing else."""
        own = self.held
        size = float(np.abs(self.values).sum())
        return (
            own.samples == by.samples
            and abs(own.total - by.total) <= RELATIVE * size
            and abs(own.squares - by.squares) <= RELATIVE * own.squares
        )

    def line(self, marks: Mapping[str, str]) -> str:
        """Return it as the import API takes it, at 00:00 UTC of each day.

        Args:
            marks: Further labels, the same for all.
        """
        return json.dumps(
            {
                "metric": {"__name__": self.metric, **dict(self.labels), **marks},
                "values": self.values.tolist(),
                "timestamps": (self.days * DAY_MS).tolist(),
            },
            ensure_ascii=False,
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """What brings a store to what it is to hold.

    Attributes:
        delete: Keys of series that are wrong there, or too much.
        send: What it lacks once these are gone.
    """

    delete: list[str] = field(default_factory=list)
    send: list[Figure] = field(default_factory=list)


def steps(
    wanted: Mapping[str, Figure], sent: Mapping[str, Sent], held: Mapping[str, Held]
) -> Steps:
    """Return what is to be done; samples that are there cannot be changed.

    A series that only grew gets its new days. One that changed is deleted and sent as
    a whole. One that is there as it was sent is left alone. What was never sent from
    here is none of our business.

    Args:
        wanted: By key.
        sent: What is remembered, by key.
        held: What the store has, by key.
    """
    found = Steps(delete=[key for key in sent if key not in wanted and key in held])
    for key, figure in wanted.items():
        there = held.get(key)
        if there is None:
            found.send.append(figure)
            continue
        known = sent.get(key, Sent(0, ""))
        head = figure.part(None, known.samples)
        if head.digest == known.digest and head.is_held(there):
            if len(figure) > len(head):
                found.send.append(figure.part(known.samples))
        else:
            found.delete.append(key)
            found.send.append(figure)
    return found


def batches(figures: list[Figure], most: int) -> Iterator[list[Figure]]:
    """Yield figures in order, so many samples at a time or one figure at least."""
    batch: list[Figure] = []
    size = 0
    for figure in figures:
        if batch and size + len(figure) > most:
            yield batch
            batch, size = [], 0
        batch.append(figure)
        size += len(figure)
    if batch:
        yield batch


def selector(metric: str, labels: Mapping[str, str]) -> str:
    """Return what matches one series of ours and no other.

    Examples:
        >>> selector("cost_forecast_total", {"level": "total", "period": "month"})
        'cost_forecast_total{level="total",period="month",first_date="",provider="",\
billing_currency=""}'
    """
    names = dict.fromkeys((*DAILY[metric], *labels))
    return matching(metric, {name: labels.get(name, "") for name in names})


def matching(metric: str, labels: Mapping[str, str]) -> str:
    """Return what matches every series that has these labels, and perhaps others."""
    told = ",".join(f"{name}={quoted(text)}" for name, text in labels.items())
    return f"{metric}{{{told}}}"


def quoted(text: str) -> str:
    r"""Write a text as the query language does.

    Examples:
        >>> print(quoted('6" disk'))
        "6\" disk"
    """
    return json.dumps(text, ensure_ascii=False)
