"""Which months a backfill still has to look at."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tasks.core import months
from tasks.core.errors import NothingThere
from tasks.core.outcomes import Outcome
from tasks.edge.database import journal, queries, warehouse
from tasks.edge.settings import Settings

STAGE = "month"


@dataclass(frozen=True, slots=True)
class Look:
    """One backfill, recognised by everything that its findings depend on.

    Attributes:
        run: Its name in the journal: a digest of months, settings and bill versions.
        first_date: First day of the first month.
        last_date: Last day of the last month.
        pending: Months to look at, oldest first.
        finished: Months that an earlier attempt is through with.
    """

    run: journal.Run
    first_date: date
    last_date: date
    pending: tuple[months.Month, ...]
    finished: tuple[str, ...]


def look(
    settings: Settings,
    from_month: str,
    to_month: str,
    *,
    is_muted: bool = True,
    restart: bool = False,
) -> Look:
    """Find out where a backfill has to start, or to go on.

    Args:
        settings: Any change of them makes it another backfill.
        from_month: First billing month, YYYY-MM.
        to_month: Last billing month, YYYY-MM.
        is_muted: Whether sinks are to hear of what is found.
        restart: Forget what an earlier attempt has finished.

    Raises:
        BadPeriod: A month is not written YYYY-MM, or they are the wrong way round.
        NothingThere: No bill of these months was ever loaded.
    """
    wanted = months.between(from_month, to_month)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        bills = queries.run(con, "ops/arrivals").fetchall()
    known = [(period, known_at) for period, known_at, _ in bills]
    billed = [period for period in wanted if period in {bill[0] for bill in bills}]
    if not billed:
        raise NothingThere(f"There are no bills of {from_month} to {to_month}.")
    name = months.digest(
        wanted, is_muted, settings.model_dump_json(), [bill[2] for bill in bills]
    )
    run = journal.Run(f"backfill-{name}", "backfill")
    if restart:
        journal.forget(settings, run)
    done = journal.finished(settings, run, STAGE)
    pending = [period for period in billed if period not in done]
    return Look(
        run=run,
        first_date=months.first_day(from_month),
        last_date=months.last_day(to_month),
        pending=tuple(months.seen(pending, known, datetime.now(UTC))),
        finished=tuple(sorted(done)),
    )


def finish(settings: Settings, look: Look, month: months.Month) -> None:
    """Remember that a month is done."""
    journal.begin(settings, look.run, STAGE, month.period)
    said = f"as known at {month.as_of:%Y-%m-%d %H:%M} UTC"
    done = Outcome("done", None, None, said)
    journal.end(settings, look.run, STAGE, done, month.period)
