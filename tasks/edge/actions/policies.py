"""The policy files, and the verdicts that follow from them."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tasks.core.events import Event, event
from tasks.core.policy import bundle, verdicts
from tasks.core.policy.judgement import PolicySet
from tasks.core.policy.limits import Limits
from tasks.core.policy.verdicts import Verdict, World
from tasks.core.rightsizing.advice import Recommendation
from tasks.edge.actions import advice
from tasks.edge.database import bulk, queries, warehouse
from tasks.edge.database.warehouse import Connection
from tasks.edge.delivery import outbox
from tasks.edge.settings import Settings

COLUMNS = tuple(column.name for column in fields(Verdict))
# What kubectl applies of a folder; JSON is YAML too.
SUFFIXES = frozenset({".yaml", ".yml", ".json"})


@dataclass(frozen=True, slots=True)
class Judged:
    """What stands for the open recommendations after the run."""

    allow: int
    needs_approval: int
    deny: int


def load(folder: str | Path) -> PolicySet:
    """Read all policies of a folder.

    Nothing is raised: what cannot be read is a problem of the set, and while it has
    any, it refuses everything.
    """
    path = Path(folder)
    texts = {}
    for file in sorted(path.iterdir()) if path.is_dir() else []:
        if file.suffix in SUFFIXES:
            texts[file.name] = _text(file)
    return bundle.assemble(texts)


def judge(
    settings: Settings, as_of: datetime | None = None, *, is_muted: bool = False
) -> Judged:
    """Judge every open recommendation and keep the verdicts that are new.

    Args:
        settings: Where the warehouse and the policies are, and the limits.
        as_of: Time of the judgement; None means now.
        is_muted: Keep events from being delivered.
    """
    now = as_of or datetime.now(UTC)
    policies = load(settings.policies)
    with (
        warehouse.connect(settings.database, wait_seconds=settings.wait_seconds) as con,
        warehouse.transaction(con),
    ):
        return renew(con, policies, settings.judge, now, is_muted=is_muted)


def renew(
    con: Connection,
    policies: PolicySet,
    limits: Limits,
    now: datetime,
    among: Collection[str] | None = None,
    *,
    is_muted: bool = False,
) -> Judged:
    """Judge open recommendations; belongs into the caller's transaction.

    Args:
        con: The warehouse.
        policies: As ``load`` returns them.
        limits: How much may go ahead by itself.
        now: Time of the judgement.
        among: Ids of recommendations; None judges all. What else may go ahead already
            counts towards the limits.
        is_muted: Keep events from being delivered.
    """
    newest = stored(con)
    open_ones = [row for row in advice.stored(con).values() if row.status == "open"]
    asked = [
        row for row in open_ones if among is None or row.recommendation_id in among
    ]
    found = verdicts.judge(
        asked,
        policies,
        limits,
        _world(con, now, newest),
        granted=_granted(open_ones, asked, newest),
    )
    _save(con, found, newest, now, is_muted=is_muted)
    counts = Counter(verdict.decision for verdict in found)
    return Judged(
        allow=counts[verdicts.ALLOW],
        needs_approval=counts[verdicts.NEEDS_APPROVAL],
        deny=counts[verdicts.DENY],
    )


def stored(con: Connection) -> dict[str, tuple[Verdict, datetime]]:
    """Return the newest verdict of each recommendation, and when it was given."""
    rows = queries.run(con, "evidence/newest_verdicts").fetchall()
    found = {}
    for *values, judged_at in rows:
        verdict_id, recommendation_id, decision, reasons, at_dispatch, *digests = values
        verdict = Verdict(
            verdict_id,
            recommendation_id,
            decision,
            tuple(reasons),
            tuple(at_dispatch),
            *digests,
        )
        found[recommendation_id] = (verdict, judged_at)
    return found


def _text(file: Path) -> str:
    """Return the content; bytes that are no text make YAML that nothing can read."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return f"\x00 {error}"


def _world(
    con: Connection, now: datetime, newest: dict[str, tuple[Verdict, datetime]]
) -> World:
    changes = queries.run(con, "evidence/last_changes").fetchall()
    return World(
        today=now.date(),
        population=dict(queries.run(con, "evidence/population").fetchall()),
        changed={(provider, resource): day for provider, resource, day in changes},
        previous={key: verdict for key, (verdict, _) in newest.items()},
    )


def _granted(
    open_ones: Iterable[Recommendation],
    asked: Iterable[Recommendation],
    newest: dict[str, tuple[Verdict, datetime]],
) -> list[Recommendation]:
    """Return what is not asked for and may go ahead by its newest verdict."""
    judged_now = {row.recommendation_id for row in asked}
    allowed = {
        key
        for key, (verdict, _) in newest.items()
        if verdict.decision == verdicts.ALLOW and key not in judged_now
    }
    return [row for row in open_ones if row.recommendation_id in allowed]


def _save(
    con: Connection,
    found: Iterable[Verdict],
    newest: dict[str, tuple[Verdict, datetime]],
    now: datetime,
    *,
    is_muted: bool,
) -> None:
    """Add what is new, and tell of it; a verdict is later than the one before it."""
    rows = []
    for verdict in found:
        before, given_at = newest.get(verdict.recommendation_id, (None, None))
        if before is not None and before.verdict_id == verdict.verdict_id:
            continue
        earliest = given_at + timedelta(microseconds=1) if given_at else now
        row = {column: getattr(verdict, column) for column in COLUMNS}
        row["reasons"] = list(verdict.reasons)
        row["dispatch_objections"] = list(verdict.dispatch_objections)
        rows.append(row | {"judged_at": max(now, earliest)})
    if rows:
        bulk.insert(con, "actions.verdicts", rows)
        outbox.add(con, _events(con, rows), is_muted)


def _events(con: Connection, rows: Iterable[dict[str, Any]]) -> list[Event]:
    """Return what is told of new verdicts; they are numbered as they were given."""
    given: dict[str, int] = dict(
        con.execute(
            "SELECT recommendation_id, count(*) FROM actions.verdicts"
            " GROUP BY recommendation_id"
        ).fetchall()
    )
    return [
        event(
            "verdict.given",
            row["recommendation_id"],
            number,
            row["judged_at"],
            row | {"revision": number},
        )
        for row in rows
        for number in [given[row["recommendation_id"]]]
    ]
