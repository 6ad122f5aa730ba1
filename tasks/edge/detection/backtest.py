"""The back-test on a warehouse, which stays as it is, and its page."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from tasks.core import months
from tasks.core.backtest import charts, trials
from tasks.core.backtest.trials import Backtest, Plan, Progress
from tasks.core.detection.looking import Known
from tasks.core.errors import NothingThere
from tasks.core.findings.anomalies import Anomaly
from tasks.core.reporting import wording
from tasks.edge.costs import series
from tasks.edge.detection import findings, known
from tasks.edge.reporting import lookups, pages
from tasks.edge.settings import Settings

ALWAYS = (date.min, date.max)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants of a back-test; what is None is left to us.

    Attributes:
        from_month: First billing month in which anything may be hidden, YYYY-MM.
        to_month: Last such month.
        anomalies: How many to hide in each trial.
        trials: How many trials.
        seed: Draws everything.
        alerts_per_week: How many alerts people will read; None: as the settings say.
        out: The page to write; None: beside the report.
    """

    from_month: str | None = None
    to_month: str | None = None
    anomalies: int = 24
    trials: int = 10
    seed: int = 1
    alerts_per_week: float | None = None
    out: Path | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """What was found, and where its page lies."""

    found: Backtest
    path: str


def run(settings: Settings, asked: Asked, tell: Progress) -> Tested:
    """Hide anomalies in the history, look for them, and write a page of it.

    Raises:
        BadPeriod: A month is not written YYYY-MM, or they are the wrong way round.
        NothingThere: There is no warehouse, or too little in it.
        WarehouseBusy: A run kept it for longer than we were told to wait.
    """
    plan = _plan(settings, asked)
    history, told = _read(settings)
    found = trials.run(history, told, settings.detect, plan, tell)
    if found is None:
        warm_up = settings.detect.seasonality.warm_up_days + trials.LEARNING_DAYS
        raise NothingThere(
            "There is too little history to hide anything in: series need"
            f" {warm_up} days of complete bills before the days that are tested, and"
            f" costs that are worth {settings.detect.min_impact:g} when they move."
        )
    path = asked.out or settings.home / "backtest.html"
    pages.save(path, render(found))
    return Tested(found, str(path))


def render(found: Backtest) -> str:
    """Return the page of a back-test."""
    templates = pages.environment()
    templates.filters["words"] = lambda name: name.replace("_", " ")
    templates.filters["day"] = wording.day
    return pages.render(
        templates, "backtest.html.j2", charts.figures(found), found=found
    )


def _plan(settings: Settings, asked: Asked) -> Plan:
    first, last = asked.from_month, asked.to_month
    if first and last:
        months.between(first, last)
    return Plan(
        first_date=months.first_day(first) if first else None,
        last_date=months.last_day(last) if last else None,
        anomalies=asked.anomalies,
        trials=asked.trials,
        seed=asked.seed,
        budget=asked.alerts_per_week or settings.detect.alerts_per_week,
    )


def _read(settings: Settings) -> tuple[Known, list[Anomaly]]:
    """Return what is known now, and what was found in it."""
    now = datetime.now(UTC)
    with lookups.waiting(settings) as con:
        loaded = series.load(con, settings.detect, as_of=now)
        if loaded is None:
            raise NothingThere("No usage is known yet: load bills first.")
        stored = findings.stored(con, ALWAYS)
        history = known.read(con, settings, loaded, as_of=now)
    return history, [one.anomaly for one in stored if one.status != "retracted"]
