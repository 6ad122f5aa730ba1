"""Planned manifests: files in a folder, rows in ``actions.workflows``."""

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasks.core.errors import ConfigError
from tasks.core.events import Event, event
from tasks.core.workflows import plans, templates
from tasks.core.workflows.plans import Plan
from tasks.edge.actions import advice, policies
from tasks.edge.database import bulk, warehouse
from tasks.edge.database.warehouse import Connection
from tasks.edge.delivery import outbox
from tasks.edge.settings import Settings

COLUMNS = ("workflow_name", "verdict_id", "manifest_digest", "manifest_path", "phase")

# What consumers of events get to know.
TOLD = (
    "workflow_name",
    "recommendation_id",
    "verdict_id",
    "manifest_digest",
    "namespace",
    "phase",
)

DRAFT = ".draft"


@dataclass(frozen=True, slots=True)
class Planned:
    """How many manifests were written or taken away in this run."""

    written: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Renewed:
    """The folder as its rows say it should be; what it holds besides may go.

    Attributes:
        planned: What was done.
        wanted: Manifests that lie in the folder.
        known: Rows as they were before, by the workflow's name.
    """

    planned: Planned
    wanted: list[Plan]
    known: dict[str, dict[str, Any]]


def plan(
    settings: Settings, as_of: datetime | None = None, *, is_muted: bool = False
) -> Planned:
    """Bring the folder of manifests in line with the newest verdicts.

    Args:
        settings: Where the warehouse and the folder are.
        as_of: Time of the plan; None means now.
        is_muted: Keep events from being delivered.

    Raises:
        ConfigError: The folder cannot be written.
    """
    now = as_of or datetime.now(UTC)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        with warehouse.transaction(con):
            renewed = renew(con, settings, now, is_muted=is_muted)
        clear(settings, renewed)
    return renewed.planned


def renew(
    con: Connection, settings: Settings, now: datetime, *, is_muted: bool = False
) -> Renewed:
    """Write the manifests that may go ahead; belongs into the caller's transaction.

    Files come before rows and leave after them, so that a run that is killed leaves
    nothing that the next one does not mend: ``clear`` belongs after the transaction.

    Raises:
        ConfigError: The folder cannot be written.
    """
    folder = settings.workflows_path
    known = _known(con)
    wanted = _wanted(con, settings, known)
    with _naming(folder):
        written = [one for one in wanted if _write(folder / one.path, one.text)]
    names = {one.workflow_name for one in wanted}
    gone = [
        row
        for name, row in known.items()
        if name not in names and row["phase"] in plans.FOLDERS
    ]
    _save(con, wanted, known, folder, now)
    _withdraw(con, gone)
    outbox.add(con, _events(con, known, now), is_muted)
    return Renewed(Planned(len(written), len(gone)), wanted, known)


def clear(settings: Settings, renewed: Renewed) -> None:
    """Remove manifests that are not wanted any more.

    Raises:
        ConfigError: The folder cannot be written.
    """
    folder = settings.workflows_path
    with _naming(folder):
        _clear(folder, renewed.wanted, renewed.known)


@contextlib.contextmanager
def _naming(folder: Path) -> Iterator[None]:
    """Say which folder it is about when a file in it cannot be written."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"The workflows cannot be written to {folder}: {error.strerror}"
            f" ({error.filename})."
        ) from error


def _known(con: Connection) -> dict[str, dict[str, Any]]:
    rows = con.execute(f"SELECT {', '.join(COLUMNS)} FROM actions.workflows").fetchall()
    return {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in rows}


def _wanted(
    con: Connection, settings: Settings, known: Mapping[str, Mapping[str, Any]]
) -> list[Plan]:
    """Plan, but leave alone what Argo has already got."""
    judged = [verdict for verdict, _ in policies.stored(con).values()]
    found = plans.plan(advice.stored(con), judged, settings.judge.change_window)
    return [
        one
        for one in found
        if known.get(one.workflow_name, {}).get("phase", plans.PLANNED) in plans.OURS
    ]


def _save(
    con: Connection,
    wanted: Iterable[Plan],
    known: Mapping[str, Mapping[str, Any]],
    folder: Path,
    now: datetime,
) -> None:
    rows = []
    for one in wanted:
        row = {
            "workflow_name": one.workflow_name,
            "verdict_id": one.verdict_id,
            "manifest_digest": one.manifest_digest,
            "manifest_path": str(folder / one.path),
            "phase": one.phase,
        }
        if known.get(one.workflow_name) != row:
            rows.append(
                row
                | {
                    "recommendation_id": one.recommendation_id,
                    "namespace": templates.NAMESPACE,
                    "planned_at": now,
                }
            )
    bulk.insert(con, "actions.workflows", rows, is_replacing=True)


def _withdraw(con: Connection, gone: Iterable[Mapping[str, Any]]) -> None:
    for row in gone:
        con.execute(
            "UPDATE actions.workflows SET phase = $phase WHERE workflow_name = $name",
            {"phase": plans.WITHDRAWN, "name": row["workflow_name"]},
        )


def _events(
    con: Connection, before: Mapping[str, Mapping[str, Any]], now: datetime
) -> list[Event]:
    """Return what is told of workflows that are new, or not what they were."""
    revisions = outbox.revisions(con)
    rows = con.execute(
        f"SELECT {', '.join(TOLD)} FROM actions.workflows ORDER BY workflow_name"
    ).fetchall()
    found = [dict(zip(TOLD, row, strict=True)) for row in rows]
    return [
        event(
            f"workflow.{plans.STEPS[row['phase']]}",
            row["workflow_name"],
            number,
            now,
            row | {"revision": number},
        )
        for row in found
        for number in [revisions.get(row["workflow_name"], 0) + 1]
        if row["phase"] in plans.STEPS and _is_news(before, row)
    ]


def _is_news(before: Mapping[str, Mapping[str, Any]], row: Mapping[str, Any]) -> bool:
    old = before.get(row["workflow_name"])
    names = ("verdict_id", "manifest_digest", "phase")
    return old is None or any(old[name] != row[name] for name in names)


def _clear(
    folder: Path, wanted: Iterable[Plan], known: Mapping[str, Mapping[str, Any]]
) -> None:
    """Remove every file of ours that is not wanted, also one without a row.

    A run that was killed may have left a manifest that no row tells of; when it is
    denied afterwards, nothing else would ever take it away. What Argo has already
    got stays, and so does what other people put there.
    """
    keep = {(folder / one.path).resolve() for one in wanted}
    argos = {name for name, row in known.items() if row["phase"] not in plans.OURS}
    found = {Path(row["manifest_path"]) for row in known.values()}
    for place in plans.FOLDERS.values():
        with contextlib.suppress(FileNotFoundError):
            found |= {path for path in (folder / place).iterdir() if _is_ours(path)}
    for path in found:
        if path.stem not in argos and path.resolve() not in keep:
            path.unlink(missing_ok=True)


def _is_ours(path: Path) -> bool:
    """Say whether a plan, or the draft of one, has this name."""
    return bool(plans.FILE.fullmatch(path.name)) or path.suffix == DRAFT


def _write(path: Path, text: str) -> bool:
    """Replace a file as a whole; return False when it already has this content."""
    with contextlib.suppress(FileNotFoundError):
        if path.read_bytes() == text.encode():
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=DRAFT)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return True
