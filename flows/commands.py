"""The commands of ``costwarden`` that do something; each says what in an ``Answer``."""

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from flows import options, versions
from flows.answers import Answer, Table, answering, answering_anywhere

# A stage of a backfill that is about one month.
LOOKED = re.compile(r"detect_anomalies (?P<month>\d{4}-\d{2})")


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@options.source
@options.engine
@options.known_at
@answering_anywhere
def ingest(
    settings: Any,
    *,
    paths: tuple[str, ...],
    source: str | None,
    known_at: datetime | None,
) -> Answer:
    """Load bills: files, folders or URLs. Their format is recognised.

    Afterwards focus.cost_and_usage shows them; series and findings wait for a run.
    """
    from tasks.core.errors import LakeDamaged
    from tasks.edge.database import warehouse
    from tasks.edge.intake import bills
    from tasks.edge.mapping import focus
    from tasks.edge.reconciling.bills import loaded_since

    began = datetime.now(UTC)
    done = bills.ingest(settings, list(paths), source, known_at)
    problems = done.problems
    wait = settings.wait_seconds
    with warehouse.connect(settings.database, wait_seconds=wait) as con:
        try:
            focus.install(con, settings.lake_path)
        except LakeDamaged as error:
            problems += (str(error),)
        new = loaded_since(con, began)
    said = (
        f"{done.loaded} loaded, {done.known} known already,"
        f" {done.quarantined} quarantined."
    )
    facts = {**asdict(done), "bills": new}
    return Answer(facts, (*versions.totals(new), said, *done.notes), problems)


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@options.source
@options.engine
@options.as_of
@options.is_muted
@options.is_verbose
@answering_anywhere
def run(settings: Any, *, paths: tuple[str, ...], **given: Any) -> Answer:
    """Run the daily flow over the configured sources, and over PATHs."""
    answer = _flow("daily", settings, paths=list(paths), **given)
    return replace(answer, said=(*answer.said, f"Report: {settings.report_path}"))


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@options.source
@options.engine
@click.option(
    "--from", "from_month", required=True, metavar="YYYY-MM", help="First month."
)
@click.option("--to", "to_month", required=True, metavar="YYYY-MM", help="Last month.")
@click.option("--alerts", is_flag=True, help="Let sinks hear of what is found.")
@click.option("--restart", is_flag=True, help="Look again at months already finished.")
@options.is_verbose
@answering_anywhere
def backfill(
    settings: Any, *, paths: tuple[str, ...], alerts: bool, **given: Any
) -> Answer:
    """Find the anomalies of old months, oldest first, with what was known then.

    Bills of the configured sources, and of PATHs, are read first. Stopped half-way, it
    goes on with the first month that it had not finished.
    """
    from tasks.core.months import between

    between(given["from_month"], given["to_month"])
    answer = _flow(
        "backfill", settings, paths=list(paths), is_muted=not alerts, **given
    )
    looked = (LOOKED.fullmatch(name) for name in answer.facts)
    months = ", ".join(found["month"] for found in looked if found)
    said = (
        f"Looked at {months}."
        if months
        else "These months are finished already; --restart looks again."
    )
    return replace(answer, said=(said, *answer.said))


@click.command()
@click.option("--from", "from_date", type=options.Day(), help="First day to score.")
@click.option("--to", "to_date", type=options.Day(), help="Last day to score.")
@options.as_of
@options.is_muted
@answering
def detect(
    settings: Any,
    *,
    from_date: date | None,
    to_date: date | None,
    as_of: datetime | None,
    is_muted: bool,
) -> Answer:
    """Look for anomalies in the bills that are loaded, and explain them."""
    from tasks.aggregate import aggregate_costs
    from tasks.core.months import in_order
    from tasks.detect import detect_anomalies
    from tasks.explain import explain_anomalies
    from tasks.normalise import normalise_bills

    in_order(from_date, to_date)

    def road(stage: Callable[..., Any]) -> None:
        stage(normalise_bills)
        stage(aggregate_costs)
        stage(
            detect_anomalies,
            from_date=from_date,
            to_date=to_date,
            as_of=as_of,
            is_muted=is_muted,
        )
        stage(explain_anomalies, is_muted=is_muted)

    return _alone(settings, "detect", road)


@click.command()
@options.as_of
@options.is_muted
@answering
def recommend(settings: Any, *, as_of: datetime | None, is_muted: bool) -> Answer:
    """Look for resources that could be smaller, or be gone."""
    from tasks.advise import recommend_changes
    from tasks.normalise import normalise_bills

    def road(stage: Callable[..., Any]) -> None:
        stage(normalise_bills)
        stage(recommend_changes, as_of=as_of, is_muted=is_muted)

    return _alone(settings, "recommend", road)


@click.command()
@options.as_of
@answering
def plan(settings: Any, *, as_of: datetime | None) -> Answer:
    """Let the policy judge the recommendations, and write workflows for them.

    The workflows are files; nothing is submitted.
    """
    from tasks.judge import judge_recommendations
    from tasks.plan import plan_workflows

    def road(stage: Callable[..., Any]) -> None:
        stage(judge_recommendations, as_of=as_of)
        stage(plan_workflows, as_of=as_of)

    return _alone(settings, "plan", road)


@click.command()
@answering
def publish(settings: Any) -> Answer:
    """Deliver events that are due, and renew the copy that notebooks read."""
    from tasks.normalise import normalise_bills
    from tasks.publish import publish_copy, publish_events

    def road(stage: Callable[..., Any]) -> None:
        stage(normalise_bills)
        stage(publish_events)
        stage(publish_copy, are_views_new=True)

    return _alone(settings, "publish", road)


@click.command()
@answering
def report(settings: Any) -> Answer:
    """Write the report: one HTML file that opens without a network."""
    from tasks.edge.reporting.report import write

    done = write(settings)
    return Answer(done, (str(done.path),))


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@options.rows
@click.option("--seed", default=7, show_default=True, help="Same seed, same bills.")
@click.option("--months", default=13, show_default=True, help="How many months.")
@click.option("--until", type=options.Day(), help="Last day of the newest bill.")
@options.formats
@options.resources
@options.is_final
@answering_anywhere
def simulate(settings: Any, *, out: Path, **given: Any) -> Answer:
    """Write the bills of a made-up company to OUT, with the truth beside them."""
    del settings  # writes bills; no warehouse is touched
    from tasks.edge.simulator import company

    done = company.simulate(out, **given)
    counted = f"{done.rows:,} rows in " if done.rows else ""
    return Answer(done, (f"{counted}{done.files} files under {out}",))


@click.command()
@options.rows
@options.is_verbose
@answering_anywhere
def demo(settings: Any, *, rows: int, is_verbose: bool) -> Answer:
    """Run everything on thirteen months of generated bills of three clouds."""
    from flows.demo import play

    return play(settings, config=_config(), rows=rows, is_verbose=is_verbose)


def _flow(name: str, settings: Any, *, is_verbose: bool, **parameters: Any) -> Answer:
    from flows import arrivals, inprocess
    from tasks.core.reporting import outlook as ahead
    from tasks.core.reporting import overview as core
    from tasks.edge.reporting import outlook, overview

    arrivals.refuse_nothing(settings, parameters["paths"])
    summaries = inprocess.run(
        name,
        is_verbose=is_verbose,
        database=settings.database,
        config=_config(),
        engine=settings.engine,
        **parameters,
    )
    said = [
        *core.lines(overview.load(settings)),
        *ahead.lines(outlook.load(settings)),
        *_told(summaries, "remarks"),
    ]
    return Answer(summaries, tuple(said), _told(summaries, "problems"))


def _alone(
    settings: Any, command: str, road: Callable[[Callable[..., Any]], None]
) -> Answer:
    from flows.alone import alone

    with alone(settings, command) as stage:
        road(stage)
    rows = list(stage.sentences.items())
    table = Table(("stage", "result"), rows)
    said: tuple[str | Table, ...] = (table, *_told(stage.summaries, "remarks"))
    return Answer(stage.summaries, said, _told(stage.summaries, "problems"))


def _told(summaries: dict[str, Any], what: str) -> tuple[str, ...]:
    """Return the sentences of all stages that are called so."""
    return tuple(
        sentence
        for summary in summaries.values()
        for sentence in getattr(summary, what, ())
    )


def _config() -> str | None:
    """Return the settings file of this command line, as flows want it."""
    config = click.get_current_context().params.get("config")
    return str(config) if config else None


ALL = (
    demo,
    ingest,
    run,
    detect,
    recommend,
    plan,
    backfill,
    report,
    publish,
    simulate,
)
