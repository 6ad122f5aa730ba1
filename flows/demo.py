"""The demo: everything once, on bills that a simulator made up."""

import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from flows import inprocess
from flows.answers import Answer
from tasks.core.errors import OtherBills
from tasks.core.reporting import overview as core
from tasks.edge import overview, queries, warehouse
from tasks.edge.settings import Settings
from tasks.edge.simulator import company

# The demo's bills are kept under this name, so that nobody takes them for real ones.
SOURCE = "demo"
ROWS = 200_000
EXPORTS = ("aws/cur2", "focus/azure", "focus/gcp", "evidence")


def play(
    settings: Settings,
    *,
    config: str | None,
    rows: int = ROWS,
    is_verbose: bool = False,
) -> Answer:
    """Simulate bills, run the daily flow on them, and say what came out.

    Args:
        settings: Name the warehouse; it must hold nothing but the demo's bills.
        config: Settings file for the flow.
        rows: Charge rows to generate.
        is_verbose: Show Prefect's own log lines.

    Raises:
        OtherBills: The warehouse holds somebody's bills.
    """
    refuse_other_bills(settings)
    bills = settings.home / "demo-bills"
    say("Generating thirteen months of bills of three clouds; none of it is real.")
    api = inprocess.warm_up()
    made = company.simulate(bills, rows=rows)
    say(f"  {made.rows:,} rows in {bills}")
    say("Running the daily flow on them:")
    api.join()
    summaries = inprocess.run(
        "daily",
        is_verbose=is_verbose,
        database=settings.database,
        config=config,
        paths=[str(bills / export) for export in EXPORTS],
        source=SOURCE,
        as_of=seen_from(made.until),
    )
    found = overview.load(settings)
    facts = {"stages": summaries, "overview": found, "report": settings.report_path}
    return Answer(facts, tuple(last_screen(settings, core.lines(found, 3))))


def seen_from(until: date) -> datetime:
    """Return the moment of the demo: the last exports came on the day after.

    The demo is about the same days whenever it runs, so it always finds the same.
    """
    return datetime.combine(until + timedelta(days=2), time.min, tzinfo=UTC)


def refuse_other_bills(settings: Settings) -> None:
    """Make sure that the demo cannot mix with real bills.

    Raises:
        OtherBills: There are bills of another source.
    """
    if not Path(settings.database).exists():
        return
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        others = queries.run(con, "ops/other_sources", source=SOURCE).fetchall()
    if others:
        names = ", ".join(name for (name,) in others)
        raise OtherBills(
            f"{settings.database} holds real bills ({names}): give the demo a"
            " warehouse of its own, for instance --database data/demo.duckdb."
        )


def last_screen(settings: Settings, found: list[str]) -> list[str]:
    """Return what people read when the demo is done."""
    return [
        "",
        "These bills are generated; nothing was changed in any cloud.",
        "",
        *found,
        "",
        f"Report     {settings.report_path}  (opens in any browser, without a network)",
        f"Workflows  {settings.workflows_path}",
        f"Notebook   notebooks/explore.ipynb, which reads {settings.published_path}",
        "",
        "Next, with your own bills, in a warehouse of their own:",
        "  costwarden ingest PATH --database data/mine.duckdb",
        "  costwarden run --database data/mine.duckdb",
        "  costwarden report --database data/mine.duckdb",
    ]


def say(line: str) -> None:
    """Tell whoever waits at the terminal."""
    sys.stderr.write(f"{line}\n")
