"""The daily run: new bills in, findings, advice and plans out.

Started by the schedule, from the Prefect UI, with ``costwarden run`` or with
``python -m flows.daily``.
"""

from datetime import datetime
from typing import Annotated, Any

from prefect import flow
from prefect.runtime import flow_run
from pydantic import AfterValidator

from flows import arrivals
from flows.artifacts import show
from flows.stages import stages
from tasks.advise import recommend_changes
from tasks.aggregate import aggregate_costs
from tasks.audit import audit_bills
from tasks.core.months import in_utc
from tasks.detect import detect_anomalies
from tasks.edge.settings import load
from tasks.explain import explain_anomalies
from tasks.forecast import forecast_costs
from tasks.judge import judge_recommendations
from tasks.normalise import normalise_bills
from tasks.plan import plan_workflows
from tasks.prune import prune_bills
from tasks.publish import publish_copy, publish_events
from tasks.report import write_report

STEPS = 13
# The next morning's run must not queue behind one that hangs.
TIMEOUT_SECONDS = 20 * 60 * 60

Moment = Annotated[datetime, AfterValidator(in_utc)]


def run_name() -> str:
    """Name a run after the moment that it was meant for."""
    return f"daily {flow_run.scheduled_start_time:%Y-%m-%d %H:%M}"


@flow(name="daily", flow_run_name=run_name, timeout_seconds=TIMEOUT_SECONDS)
async def daily(
    *,
    database: str | None = None,
    config: str | None = None,
    engine: str | None = None,
    paths: list[str] | None = None,
    source: str | None = None,
    as_of: Moment | None = None,
    is_muted: bool = False,
) -> dict[str, Any]:
    """Read new bills, find anomalies, look ahead, recommend, judge and plan changes.

    Nothing is changed in any cloud: the plans are files that wait for somebody to
    submit them. Running it twice changes nothing the second time.

    Args:
        database: Warehouse file to write to. Empty: the one of the settings.
        config: Settings file. Empty: deployments/costwarden.toml.
        engine: Where bills are summed: local, dask, or dask://HOST:PORT. Empty: as the
            settings say.
        paths: Files, folders or URLs of bills to read besides the sources of the
            settings.
        source: Name under which the bills of these paths are kept. Empty: the name
            of their format.
        as_of: Judge with what was known at this time. Empty: now.
        is_muted: Keep the alerts of this run to ourselves: no sink hears of them.
    """
    settings = load(config, database=database, engine=engine)
    async with stages(settings, "daily", steps=STEPS) as stage:
        left_out = await arrivals.take_in(stage, paths, source)
        await stage(normalise_bills)
        await stage(aggregate_costs)
        await stage(detect_anomalies, as_of=as_of, is_muted=is_muted)
        await stage(explain_anomalies, is_muted=is_muted)
        await stage(forecast_costs, as_of=as_of, is_muted=is_muted)
        await stage(recommend_changes, as_of=as_of, is_muted=is_muted)
        await stage(judge_recommendations, as_of=as_of, is_muted=is_muted)
        await stage(plan_workflows, as_of=as_of, is_muted=is_muted)
        await stage(audit_bills)
        await stage(publish_events)
        await stage(publish_copy)
        await stage(prune_bills)
        await stage(write_report)
        await show(settings, "daily", stage.sentences)
    arrivals.require(left_out)
    return stage.summaries


if __name__ == "__main__":
    from flows.cli import main

    main("run")
