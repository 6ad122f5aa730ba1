"""Write the bills of a made-up company, and the truth about them.

The same rows, seed, months and last day always give the same content. Files carry the
time of their export, so that whoever loads them knows when each became known.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from tasks.core.errors import ConfigError
from tasks.core.simulation import charges, exports, metering, world
from tasks.core.simulation.catalogue import AWS
from tasks.core.simulation.exports import Span
from tasks.core.simulation.world import CLOUDS, World
from tasks.edge.database import queries
from tasks.edge.simulator import tables
from tasks.edge.simulator.files import Bill, Connection
from tasks.edge.simulator.formats import FORMATS
from tasks.edge.simulator.truth import Truth, write

# The demo is about this day, whenever it runs, so that it always tells the same story.
DEFAULT_UNTIL = date(2026, 11, 20)

# What the demo loads: one format of each cloud.
DEMO_FORMATS = ("aws_cur2", "azure_focus", "gcp_focus")

# Says at the top of the folder which bills it holds.
MARK = "simulated.json"

# Lines for each resource of an hourly report.
LINES_PER_RESOURCE = 50

# Beyond this many rows only CUR 2.0 is written, unless asked.
ALL_FORMATS_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was written.

    Attributes:
        rows: Lines in the newest versions of CUR 2.0 and of the others' FOCUS bills.
        files: Files, the truth included.
        bills: Bill versions over all formats.
        until: Last day with charges.
        anomalies: Anomalies hidden in the bills.
        wastes: Resources that are not worth their price.
    """

    rows: int
    files: int
    bills: int
    until: date
    anomalies: int
    wastes: int


@dataclass(frozen=True)
class Job:
    """What is written where, and what turned out to be true."""

    con: Connection
    out: Path
    formats: tuple[str, ...]
    is_final: bool
    progress: Callable[[str], None]
    truth: Truth = field(default_factory=Truth)


def simulate(
    out: Path,
    *,
    rows: int = 200_000,
    seed: int = 7,
    months: int = 13,
    until: date | None = None,
    formats: Iterable[str] | None = None,
    resources: int | None = None,
    is_final: bool = False,
    progress: Callable[[str], None] = lambda _line: None,
) -> Simulated:
    """Write bills into a folder.

    Args:
        out: Folder; made when missing.
        rows: Lines wanted over all clouds, about; from 10 thousand to 100 million.
        seed: Seed of all chance.
        months: Billing months, the last one open.
        until: Last day with charges; None for a day that never changes.
        formats: Some of ``FORMATS``; None for all, or for CUR 2.0 alone when large.
        resources: Resources wanted at AWS when its lines are hourly; None for one
            for each 50 lines.
        is_final: One bill of each month, as it is in the end, and no earlier ones.
        progress: Told in a few words what is being done.

    Raises:
        ConfigError: An argument is out of bounds, or the folder holds other files.
    """
    wanted = tuple(formats or (FORMATS if rows <= ALL_FORMATS_ROWS else ("aws_cur2",)))
    _check(rows, months, wanted)
    span = Span.ending(until or DEFAULT_UNTIL, months)
    asked: dict[str, int | str] = {
        "rows": rows,
        "seed": seed,
        "months": months,
        "until": f"{span.until}",
    }
    # What is not asked for is not said, so that older folders stay ours.
    asked |= {"resources": resources} if resources is not None else {}
    _claim(out, asked | ({"is_final": is_final} if is_final else {}))
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET enable_progress_bar = false")
        con.execute("CREATE SCHEMA simulated")
        job = Job(con, out, wanted, is_final, progress)
        for founded in _worlds(rows, span, seed, wanted, resources):
            _write_cloud(job, founded)
    found = job.truth
    return Simulated(
        rows=found.rows,
        files=found.files + write(out, found),
        bills=len(found.totals),
        until=span.until,
        anomalies=len(found.anomalies),
        wastes=len(found.wastes),
    )


def _check(rows: int, months: int, formats: tuple[str, ...]) -> None:
    if rows < 1 or months < 1:
        raise ConfigError(f"Rows ({rows}) and months ({months}) must be at least 1.")
    if strange := [name for name in formats if name not in FORMATS]:
        known = ", ".join(FORMATS)
        raise ConfigError(f"There is no format {strange[0]}; there are {known}.")


def _claim(out: Path, arguments: Mapping[str, int | str]) -> None:
    """Mark the folder as ours, so that two companies' bills never mix in it."""
    mark = out / MARK
    text = json.dumps(arguments)
    if mark.exists():
        found = mark.read_text(encoding="utf-8")
        if found != text:
            raise ConfigError(f"{out} holds other simulated bills: {found}.")
    elif out.exists() and any(out.iterdir()):
        raise ConfigError(f"{out} is not empty, and was not written by simulate.")
    out.mkdir(parents=True, exist_ok=True)
    mark.write_text(text, encoding="utf-8")


def _worlds(
    rows: int, span: Span, seed: int, formats: tuple[str, ...], resources: int | None
) -> Iterable[World]:
    """Yield the company's part at each cloud that is asked for."""
    clouds = [
        cloud
        for cloud in CLOUDS
        if any(FORMATS[name].provider == cloud.provider for name in formats)
    ]
    shares = sum(cloud.share for cloud in clouds)
    is_hourly = rows >= world.HOURLY_ROWS
    for cloud in clouds:
        wanted = rows * cloud.share / shares
        yield world.build(
            cloud,
            wanted,
            span,
            seed,
            is_hourly=is_hourly,
            resources=_wanted(resources, wanted) if cloud.provider == AWS else 0,
        )


def _wanted(resources: int | None, rows: float) -> int:
    return round(rows / LINES_PER_RESOURCE) if resources is None else resources


def _write_cloud(job: Job, founded: World) -> None:
    """Write all months of a cloud, one at a time."""
    truth, provider = job.truth, founded.cloud.provider
    truth.begin(founded)
    tables.put(job.con, "meters", tables.meters(founded))
    for month in range(founded.span.n_months):
        job.progress(f"{provider} {founded.span.month(month):%Y-%m}")
        used, impacts = metering.usage(founded, month)
        truth.add_month(founded, used, impacts)
        tables.put(job.con, "usage", tables.usage(used))
        slots = tables.slots(founded, month)
        tables.put(job.con, "slots", slots)
        for export in exports.schedule(
            founded.span, provider, month, is_final=job.is_final
        ):
            _write_export(job, Bill(job.con, job.out, founded, used, export))
    truth.finish(founded)


def _write_export(job: Job, bill: Bill) -> None:
    """Write one delivery in every format of its cloud."""
    world, export = bill.world, bill.export
    found = charges.charges(world, export.month, bill.usage, export)
    known = (
        f"CREATE OR REPLACE TABLE simulated.known AS {queries.text('simulate/known')}"
    )
    job.con.execute(known, {"known_day": world.span.day(export.on)})
    tables.put(job.con, "charges", tables.charges(world, found))
    for name in job.formats:
        item = FORMATS[name]
        if item.provider == world.cloud.provider and (
            item.has_versions or export.is_last
        ):
            job.truth.files += item.write(bill)
            job.truth.add_total(name, world, bill.usage, found, export)
