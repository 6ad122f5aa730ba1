"""What people may set about detection.

Apart from the detectors, so that reading the settings does not import numpy.
"""

from pydantic import Field

from tasks.core.model import Frozen


class Threshold(Frozen):
    """A fixed bound that somebody wants to be told about.

    A day is told when it lies further above the mean of the same weekday than every
    bound that is set here; and above what is expected of it, where that is asked for.
    """

    provider: str | None = Field(
        None, description="FOCUS ServiceProviderName; unset: every provider."
    )
    charge_kind: str = Field("usage", description="Kind of charge that it watches.")
    absolute: float | None = Field(
        None, ge=0, description="Money a day above the mean, in billing currency."
    )
    percent: float | None = Field(
        None, ge=0, description="Percent above the mean, e.g. 50."
    )
    weeks: int = Field(4, ge=1, description="Earlier weeks that the mean spans.")
    unless_expected: bool = Field(
        False,
        description="Whether what is known to be charged each month, and what is no"
        " rarer for its series than one day in a hundred, is not told.",
    )


class Seasonality(Frozen):
    """The robust seasonal statistic."""

    level_days: int = Field(
        21,
        ge=7,
        description="Days whose median is the level; half of it is how long"
        " a new level is reported before it counts as normal.",
    )
    weeks: int = Field(12, ge=2, description="Earlier weeks that know the weekday.")
    spread_days: int = Field(119, ge=14, description="Days that know the noise.")
    warm_up_days: int = Field(
        35,
        ge=14,
        description="Days that a series must have before it is judged:"
        " one month end at least.",
    )
    months: int = Field(3, ge=1, description="Earlier month ends that are compared.")
    unit: float = Field(
        1.0,
        gt=0,
        description="Daily cost around which the scale turns from linear to"
        " logarithmic.",
    )
    smallest_spread: float = Field(
        0.02, gt=0, description="Noise that every series is granted; 0.02 is 2 %."
    )


class Novelty(Frozen):
    """Series that nobody has seen before."""

    known_days: int = Field(
        28,
        ge=1,
        description="Days of the billing account's bills that must lie before"
        " a series can be called new.",
    )
    days: int = Field(14, ge=1, description="Days after which it is no longer new.")


class Drift(Frozen):
    """Slow growth or decline, day after day."""

    percent: float = Field(
        20.0,
        gt=0,
        description="How far a line through the last days must have come, beyond how"
        " the series grew before.",
    )
    evidence: float = Field(
        3.5,
        gt=0,
        description="How far those days must lie beyond all levels of the twelve"
        " weeks before, in standard deviations.",
    )


class Prices(Frozen):
    """What a unit costs, where quantities are known."""

    days: int = Field(28, ge=7, description="Days whose median is the usual price.")
    percent: float = Field(3.0, gt=0, description="Smallest change of price.")
    largest_ratio: float = Field(
        2.0, gt=1, description="Largest change; beyond it something else was bought."
    )


class Detection(Frozen):
    """How detection judges, and how much it says."""

    alerts_per_week: float = Field(
        5.0,
        gt=0,
        description="How many alerts people are willing to read; fewer mean that"
        " only rarer days are told.",
    )
    floor_cost: float = Field(
        5.0, ge=0, description="Smallest daily deviation in billing currency."
    )
    floor_share_pct: float = Field(
        0.2,
        ge=0,
        description="The same in percent of the billing account's daily"
        " cost; the larger of the two counts.",
    )
    floors_full_from: float = Field(
        100.0,
        ge=0,
        description="Daily cost of the largest billing account from which floor_cost"
        " and min_impact count in full; below it both are lowered in proportion.",
    )
    floor_pct: float = Field(
        8.0, ge=0, description="Smallest deviation in percent of what was expected."
    )
    min_impact: float = Field(
        25.0, ge=0, description="Smallest impact of an anomaly in billing currency."
    )
    settle_days: int = Field(
        2, ge=0, description="Newest days of an export that may be incomplete."
    )
    look_back_days: int = Field(
        35, ge=1, description="Days that are scored again by every run."
    )
    gap_days: int = Field(2, ge=0, description="Quiet days within one anomaly.")
    holidays: tuple[str, ...] = Field(
        (),
        description="Calendars of public holidays: a country such as US, a part of one"
        " such as DE-BY, or a day off of your own, as 12-24 or 2026-12-24.",
    )
    severities: tuple[float, float, float] = Field(
        (100.0, 1_000.0, 10_000.0),
        description="Impacts from which an anomaly is medium, high and critical.",
    )
    thresholds: tuple[Threshold, ...] = (
        Threshold(absolute=1_000.0, percent=200.0, unless_expected=True),
    )
    tags: tuple[str, ...] = Field(
        (),
        description="Keys of tags, as in FOCUS Tags, whose daily sums are kept and"
        " judged. Naming one reads all bills that are kept once more.",
    )
    seasonality: Seasonality = Seasonality()
    novelty: Novelty = Novelty()
    drift: Drift = Drift()
    prices: Prices = Prices()
