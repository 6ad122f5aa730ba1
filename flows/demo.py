"""The demo: everything once, on bills that a simulator made up."""

import shlex
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from flows import inprocess
from flows.answers import Answer, Verbatim
from tasks.core.errors import OtherBills
from tasks.core.reporting import outlook as ahead
from tasks.core.reporting import overview as core
from tasks.edge.database import queries, warehouse
from tasks.edge.reporting import outlook, overview
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
    coming = outlook.load(settings)
    facts = {
        "stages": summaries,
        "overview": found,
        "outlook": coming,
        "report": settings.report_path,
    }
    return Answer(facts, tuple(last_screen(settings, found, coming)))


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


def last_screen(
    settings: Settings, found: core.Overview, coming: ahead.Outlook
) -> Iterator[str]:
    """Say what people read when the demo is done, and what they could type."""
    yield ""
    yield "These bills are generated; nothing was changed in any cloud."
    yield ""
    yield from core.lines(found)
    yield from ahead.lines(coming)
    yield ""
    yield Verbatim(f"Report     {settings.report_path}  (opens in any browser)")
    yield Verbatim(f"Workflows  {settings.workflows_path}  (files; nothing submitted)")
    yield Verbatim(f"Copy       {settings.published_path}  (for notebooks/)")
    run = typed()
    if found.findings:
        first = found.findings[0].anomaly_id
        here = f"--database {shlex.quote(settings.database)}"
        yield ""
        yield "Next, look at the first of these anomalies and at what drove it:"
        yield Verbatim(f"  {run} explain {first} {here}")
    yield ""
    yield (
        "Then load your own bills, in a warehouse of their own;"
        " PATH is a file, a folder or a URL:"
    )
    yield Verbatim(f"  {run} ingest PATH --database data/mine.duckdb")
    yield Verbatim(f"  {run} run --database data/mine.duckdb")


def typed() -> str:
    """Return the command as it can be typed here: it need not be on the PATH."""
    script = Path(sys.executable).with_name("costwarden")
    found = shutil.which("costwarden")
    if found and script.exists() and Path(found).samefile(script):
        return "costwarden"
    if not script.exists():
        return f"{shlex.quote(sys.executable)} -m flows.cli"
    if script.is_relative_to(Path.cwd()):
        script = script.relative_to(Path.cwd())
    return shlex.quote(str(script))


def say(line: str) -> None:
    """Tell whoever waits at the terminal."""
    sys.stderr.write(f"{line}\n")
