"""Looks at every part that Costwarden stands on, and changes none of them."""

import os
import shutil
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from tasks.core.errors import CostwardenError, WarehouseBusy
from tasks.edge.database import warehouse
from tasks.edge.delivery import alertmanager_api, victoriametrics_api
from tasks.edge.delivery.declaration import (
    Alertmanager,
    AnySink,
    Kafka,
    VictoriaMetrics,
)
from tasks.edge.intake.arriving import places
from tasks.edge.settings import Settings, Source

REACH_SECONDS = 5.0
# Below this the next bill may not fit.
LOW_BYTES = 2 * 1024**3
# A year and a month: what is shorter shows no season.
KEPT_DAYS = 396


@dataclass(frozen=True, slots=True)
class Part:
    """One part and how it is.

    Attributes:
        name: What it is.
        state: ``ok``, ``default`` (the embedded one is used), ``missing`` (not there
            yet, no harm) or ``failed``.
        detail: One sentence, or a version.
    """

    name: str
    state: str
    detail: str


def examine(settings: Settings) -> list[Part]:
    """Return the state of each part."""
    return [
        Part("python", "ok", sys.version.split()[0]),
        *_packages(),
        _warehouse(settings),
        _space(settings),
        _policies(settings),
        *_sources(settings),
        *_sinks(settings),
        _prefect(),
    ]


def _packages() -> Iterator[Part]:
    """Compare what is installed with what the project was built for."""
    for wanted in map(Requirement, requires("costwarden") or []):
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            yield Part(wanted.name, "failed", f"not installed; {wanted} is needed")
            continue
        fits = wanted.specifier.contains(found, prereleases=True)
        detail = found if fits else f"{found}, but {wanted} is needed"
        yield Part(wanted.name, "ok" if fits else "failed", detail)


def _warehouse(settings: Settings) -> Part:
    path = Path(settings.database)
    if not path.exists():
        return Part("warehouse", "missing", f"{path}: the first ingest makes it")
    try:
        with warehouse.read(path) as con:
            row = con.execute("SELECT count(*) FROM bills.versions").fetchone()
    except WarehouseBusy as error:
        return Part("warehouse", "ok", str(error))
    except CostwardenError as error:
        return Part("warehouse", "failed", str(error))
    return Part("warehouse", "ok", f"{path}: {row[0] if row else 0} bill versions")


def _space(settings: Settings) -> Part:
    place = next(
        folder
        for folder in Path(settings.database).absolute().parents
        if folder.is_dir()
    )
    free = shutil.disk_usage(place).free
    writable = os.access(place, os.W_OK)
    detail = f"{place}: {free / 1024**3:.1f} GiB free"
    if not writable:
        return Part("disk", "failed", f"{place} cannot be written to")
    return Part("disk", "ok" if free > LOW_BYTES else "failed", detail)


def _policies(settings: Settings) -> Part:
    found = sorted(Path(settings.policies).glob("*.y*ml"))
    if not found:
        return Part(
            "policies", "failed", f"{settings.policies} has none: all is denied"
        )
    return Part("policies", "ok", f"{len(found)} files in {settings.policies}")


def _sources(settings: Settings) -> Iterator[Part]:
    if not settings.sources:
        yield Part("sources", "missing", "none configured; run and ingest take paths")
    for source in settings.sources:
        if "://" in source.path:
            yield _remote(source)
        elif Path(source.path).exists():
            yield Part(f"source {source.name}", "ok", source.path)
        else:
            yield Part(f"source {source.name}", "failed", f"{source.path}: not there")


def _remote(source: Source) -> Part:
    """Look below a URL, which needs its driver, credentials and the right to list."""
    name = f"source {source.name}"
    try:
        found = places.probe(source.path, source.options)
    except CostwardenError as error:
        return Part(name, "failed", str(error))
    return Part(name, "ok", f"{source.path}: {found}")


def _sinks(settings: Settings) -> Iterator[Part]:
    if not settings.sinks:
        yield Part("events", "default", "they stay in the outbox table ops.events")
    for sink in settings.sinks:
        yield _sink(sink)


def _sink(sink: AnySink) -> Part:
    if isinstance(sink, Alertmanager):
        return _alertmanager(sink)
    if isinstance(sink, VictoriaMetrics):
        return _victoriametrics(sink)
    if isinstance(sink, Kafka):
        return _kafka(sink)
    return Part(f"sink {sink.name}", "ok", sink.path)


def _alertmanager(sink: Alertmanager) -> Part:
    name = f"sink {sink.name}"
    patient = sink.model_copy(update={"timeout_seconds": REACH_SECONDS})
    try:
        with alertmanager_api.Client(patient) as client:
            return Part(name, "ok", f"{sink.url}: Alertmanager {client.version()}")
    except CostwardenError as error:
        return Part(name, "failed", str(error))


def _victoriametrics(sink: VictoriaMetrics) -> Part:
    name = f"sink {sink.name}"
    patient = sink.model_copy(update={"timeout_seconds": REACH_SECONDS})
    try:
        with victoriametrics_api.Client(patient) as client:
            version, kept = client.version(), client.kept_days()
    except CostwardenError as error:
        return Part(name, "failed", str(error))
    told = f"{sink.url}: VictoriaMetrics {version}"
    if kept is None:
        return Part(name, "ok", f"{told}; it does not say how long it keeps samples")
    if kept < KEPT_DAYS:
        return Part(
            name,
            "failed",
            f"{told}, which keeps {kept:.0f} days: start it with -retentionPeriod=5y",
        )
    return Part(name, "ok", f"{told}, keeps {kept:.0f} days")


def _kafka(sink: Kafka) -> Part:
    name = f"sink {sink.name}"
    try:
        from tasks.edge.delivery import kafka_topic  # noqa: PLC0415 - an extra

        return Part(name, "ok", kafka_topic.look(sink))
    except ImportError:
        return Part(name, "failed", "its client is missing: costwarden[kafka]")
    except CostwardenError as error:
        return Part(name, "failed", str(error))


def _prefect() -> Part:
    url = os.environ.get("PREFECT_API_URL")
    if not url:
        return Part("Prefect API", "default", "a temporary one in this process")
    try:
        with urllib.request.urlopen(  # noqa: S310 - the user's own setting
            f"{url.rstrip('/')}/health", timeout=REACH_SECONDS
        ):
            return Part("Prefect API", "ok", url)
    except (OSError, ValueError) as error:
        return Part("Prefect API", "failed", f"{url}: {error}")
