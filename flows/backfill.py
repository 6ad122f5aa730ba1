"""A look back: what a daily run would have found in old months.

Started from the Prefect UI, with ``costwarden backfill`` or with
``python -m flows.backfill``.
"""

from datetime import date, datetime
from typing import Annotated, Any

from prefect import flow
from pydantic import Field

from flows import arrivals
from flows.artifacts import show
from flows.stages import Stages, stages
from tasks.aggregate import aggregate_costs
from tasks.detect import detect_anomalies
from tasks.edge.detection import history
from tasks.edge.settings import load
from tasks.explain import explain_anomalies
from tasks.forecast import forecast_costs
from tasks.normalise import normalise_bills
from tasks.publish import publish_copy, publish_events
from tasks.report import write_report

# Years of bills may take a day; a week means that it hangs.
TIMEOUT_SECONDS = 7 * 24 * 60 * 60

Period = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


@flow(
    name="backfill",
    flow_run_name="backfill {from_month} to {to_month}",
    timeout_seconds=TIMEOUT_SECONDS,
)
async def backfill(
    *,
    from_month: Period,
    to_month: Period,
    database: str | None = None,
    config: str | None = None,
    engine: str | None = None,
    paths: list[str] | None = None,
    source: str | None = None,
    is_muted: bool = True,
    restart: bool = False,
) -> dict[str, Any]:
    """Find the anomalies of old months, oldest first, with what was known then.

    Each month is looked at as it was seen at its end, and all of them once more as
    they are known today, so that what a later bill took back does not stay. A
    backfill that was stopped goes on with the first month that it had not finished.

    Args:
        from_month: First billing month, written YYYY-MM.
        to_month: Last billing month, written YYYY-MM.
        database: Warehouse file to write to. Empty: the one of the settings.
        config: Settings file. Empty: deployments/costwarden.toml.
        engine: Where bills are summed: local, dask, or dask://HOST:PORT. Empty: as the
            settings say.
        paths: Files, folders or URLs of old bills to read besides the sources of the
            settings.
        source: Name under which the bills of these paths are kept. Empty: the name
            of their format.
        is_muted: Keep the alerts to ourselves: no sink hears of them.
        restart: Look again at months that an earlier backfill has finished.
    """
    settings = load(config, database=database, engine=engine)
    async with stages(settings, "backfill", steps=4) as stage:
        left_out = await arrivals.take_in(stage, paths, source)
        await stage(normalise_bills)
        await stage(aggregate_costs)
        look = history.look(
            settings, from_month, to_month, is_muted=is_muted, restart=restart
        )
        stage.expect(3 * len(look.pending) + 4)
        for month in look.pending:
            days = (month.first_date, month.last_date)
            await _look_at(
                stage, days, month.as_of, is_muted=is_muted, period=month.period
            )
            history.finish(settings, look, month)
        days = (look.first_date, look.last_date)
        await _look_at(stage, days, None, is_muted=is_muted, of="as known today")
        await stage(publish_events)
        await stage(publish_copy)
        await stage(write_report)
        await show(settings, "backfill", stage.sentences)
    arrivals.require(left_out)
    return stage.summaries


async def _look_at(
    stage: Stages,
    days: tuple[date, date],
    as_of: datetime | None,
    **told: Any,
) -> None:
    """Find what these days hold, explain it, and forecast, as of one time."""
    first, last = days
    await stage(detect_anomalies, from_date=first, to_date=last, as_of=as_of, **told)
    await stage(explain_anomalies, **told)
    await stage(forecast_costs, as_of=as_of, **told)


if __name__ == "__main__":
    from flows.cli import main

    main("backfill")
