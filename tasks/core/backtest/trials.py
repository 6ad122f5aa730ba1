"""The back-test: anomalies are hidden in a history, and methods look for them.

Detection looks at all days at once, but judges each by itself and earlier ones alone,
so that every alert is the one that a daily run would have raised.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from tasks.core.backtest import alarms, baselines, hiding, placing, proposals
from tasks.core.backtest.alarms import Alarm
from tasks.core.backtest.figures import Cell, Figures, Trial, cells, figures, trial
from tasks.core.backtest.matching import Event
from tasks.core.backtest.proposals import Proposal, Tried
from tasks.core.backtest.shapes import Injection
from tasks.core.detection import floors
from tasks.core.detection.declaration import Detection
from tasks.core.detection.looking import Known, look
from tasks.core.findings.anomalies import Anomaly

DETECTION = "costwarden"
DAYS_IN_WEEK = 7

# A series needs a week more than its warm-up before anything is hidden in it.
LEARNING_DAYS = 7

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a back-test is made.

    Attributes:
        first_date: First day on which anything may be hidden; None: any.
        last_date: Last such day; None: any.
        anomalies: How many to hide in each trial.
        trials: How many trials; an even number, for half of them choose settings.
        seed: Draws everything.
        budget: Alerts a week that people will read.
    """

    first_date: date | None
    last_date: date | None
    anomalies: int
    trials: int
    seed: int
    budget: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a back-test found.

    Attributes:
        first_date: First day that was looked at.
        last_date: Last one.
        weeks: How many weeks that are.
        series: Daily series.
        trials: How many trials.
        seed: What drew everything.
        budget: Alerts a week that people will read.
        methods: Figures of detection at its present settings, then of simple methods.
        cells: How well detection finds each kind and size.
        proposal: Other settings.
    """

    first_date: date
    last_date: date
    weeks: float
    series: int
    trials: int
    seed: int
    budget: float
    methods: tuple[Figures, ...]
    cells: tuple[Cell, ...]
    proposal: Proposal


@dataclass
class Worlds:
    """The plain history, and those in which anomalies are hidden.

    Attributes:
        plain: The history.
        params: As configured.
        first: First column that counts.
        last: Last one.
        hidden: What is hidden in each.
        tell: Told of each look, and of how many there will be.
        looks: How many there will be.
    """

    plain: Known
    params: Detection
    first: int
    last: int
    tell: Progress
    looks: int
    hidden: list[list[Injection]] = field(default_factory=list)
    worlds: list[Known] = field(default_factory=list)
    seen: dict[tuple[int, Detection], list[Anomaly]] = field(default_factory=dict)

    @property
    def weeks(self) -> float:
        """How many weeks count."""
        return (self.last - self.first + 1) / DAYS_IN_WEEK

    def told(self, world: int, params: Detection) -> list[Alarm]:
        """Return what detection tells of a world; -1 is the plain history."""
        key = world, params.model_copy(update={"min_impact": 0.0})
        known = self.plain if world < 0 else self.worlds[world]
        if key not in self.seen:
            self.seen[key] = look(known, key[1])
            self.tell(len(self.seen), self.looks)
        return alarms.told(
            self.seen[key], floors.least_impact(known.book.panel, params)
        )

    def counted(self, told: Sequence[Alarm]) -> int:
        """Return how many alerts begin on days that count."""
        day = self.plain.book.panel.day
        ends = day(self.first), day(self.last)
        return sum(ends[0] <= alarm.first_date <= ends[1] for alarm in told)

    def trial(self, world: int, params: Detection) -> Trial:
        """Return what detection makes of what is hidden in a world."""
        plain = self.told(-1, params)
        found = self.told(world, params)
        return trial(found, plain, self.hidden[world], self.counted(plain))

    def figures(self, numbers: Sequence[int], params: Detection) -> Figures:
        """Return the figures of detection over some worlds."""
        tried = [self.trial(number, params) for number in numbers]
        return figures(DETECTION, tried, self.weeks)


def run(
    known: Known,
    findings: Sequence[Event],
    params: Detection,
    plan: Plan,
    tell: Progress,
) -> Backtest | None:
    """Hide anomalies in a history and look for them.

    Args:
        known: The history, and what people said of it.
        findings: What was found in it; nothing is hidden there.
        params: The present settings.
        plan: How to do it.
        tell: Told of the progress, in looks.

    Returns:
        None where the history is too short or too small to hide anything in it.
    """
    panel = known.book.panel
    ends = _ends(known, params, plan)
    if ends is None:
        return None
    grid = proposals.grid(params)
    looks = {one.model_copy(update={"min_impact": 0.0}) for one in grid}
    half = plan.trials // 2
    worlds = Worlds(known, params, *ends, tell, len(looks) * (half + 1) + 2 * half)
    _hide(worlds, findings, plan)
    if not any(worlds.hidden):
        return None
    every = range(plan.trials)
    present = [worlds.trial(number, params) for number in every]
    own = figures(DETECTION, present, worlds.weeks)
    return Backtest(
        first_date=panel.day(worlds.first),
        last_date=panel.day(worlds.last),
        weeks=round(worlds.weeks, 2),
        series=len(known.book.scopes),
        trials=plan.trials,
        seed=plan.seed,
        budget=plan.budget,
        methods=(own, *_simple(worlds)),
        cells=tuple(cells(present)),
        proposal=_proposed(worlds, grid, plan),
    )


def _ends(known: Known, params: Detection, plan: Plan) -> tuple[int, int] | None:
    """Return the first and last column in which anything may be hidden."""
    panel = known.book.panel
    settled = np.flatnonzero(known.book.settled.any(axis=0))
    first = params.seasonality.warm_up_days + LEARNING_DAYS
    last = int(settled[-1]) if len(settled) else -1
    if plan.first_date:
        first = max(first, (plan.first_date - panel.start).days)
    if plan.last_date:
        last = min(last, (plan.last_date - panel.start).days)
    return (first, last) if first <= last else None


def _hide(worlds: Worlds, findings: Sequence[Event], plan: Plan) -> None:
    params = worlds.params
    small = floors.smallness(worlds.plain.book.panel, params)
    ground = placing.Ground(
        book=worlds.plain.book,
        findings=[*findings, *worlds.told(-1, params)],
        first=worlds.first,
        last=worlds.last,
        least=params.min_impact * float(small[worlds.last]),
        known_days=params.seasonality.warm_up_days + LEARNING_DAYS,
    )
    for number in range(plan.trials):
        rng = np.random.default_rng([plan.seed, number])
        drawn = placing.draw(ground, plan.anomalies, rng)
        worlds.hidden.append(drawn)
        worlds.worlds.append(hiding.hidden(worlds.plain, drawn))


def _simple(worlds: Worlds) -> list[Figures]:
    """Return the figures of simple methods, as noisy as detection is."""
    params = worlds.params
    most = worlds.counted(worlds.told(-1, params))
    found = []
    for name in baselines.METHODS:
        plain = baselines.listen(worlds.plain.book, params, name)
        bound = baselines.bound_for(plain, worlds.counted, max(most, 1))
        before = plain.alarms(bound)
        tried = [
            trial(
                baselines.listen(world.book, params, name).alarms(bound),
                before,
                drawn,
                worlds.counted(before),
            )
            for world, drawn in zip(worlds.worlds, worlds.hidden, strict=True)
        ]
        found.append(figures(name, tried, worlds.weeks))
    return found


def _proposed(worlds: Worlds, grid: Sequence[Detection], plan: Plan) -> Proposal:
    """Choose settings on every second world, and state them on the others."""
    chosen_on, stated_on = range(0, plan.trials, 2), range(1, plan.trials, 2)
    tried = [
        Tried(proposals.values(one), worlds.figures(chosen_on, one)) for one in grid
    ]
    best = proposals.best(tried, plan.budget)
    params = next(one for one in grid if proposals.values(one) == best.settings)
    return proposals.proposal(
        tried,
        best,
        worlds.figures(stated_on, worlds.params),
        worlds.figures(stated_on, params),
    )
