"""Answers calls: advice, verdicts and plans for one scope, in one transaction.

What came of an event is written together with what it led to. Whoever hears it again,
after a crash or beside us, finds that row and leaves it at that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from tasks.core.policy.judgement import PolicySet
from tasks.core.response import calls, choice, records
from tasks.core.response.calls import Call
from tasks.core.response.choice import Earlier
from tasks.core.response.records import Heard, Record, Unreadable
from tasks.core.rightsizing import advice as rules
from tasks.core.rightsizing.advice import Recommendation
from tasks.edge.actions import advice, policies, resources, workflows
from tasks.edge.database import warehouse
from tasks.edge.database.warehouse import Connection
from tasks.edge.settings import Settings

Understood = Call | Unreadable


@dataclass(frozen=True, slots=True)
class Responded:
    """What came of the events that were heard.

    Attributes:
        heard: All of them.
        answered: Those that an optimisation was made for.
        repeated: Those that were heard before.
        refused: Those of ours that call for nothing, such as the end of an anomaly.
        unreadable: Records that are no event, or break its promise.
    """

    heard: int = 0
    answered: int = 0
    repeated: int = 0
    refused: int = 0
    unreadable: int = 0

    def __add__(self, other: "Responded") -> "Responded":
        """Count both."""
        counts = asdict(other)
        return Responded(
            **{name: value + counts[name] for name, value in asdict(self).items()}
        )


def sorted_out(heard: Sequence[Record]) -> list[Understood]:
    """Return what is ours to answer, and what cannot be read; in order."""
    found = (_understood(record) for record in heard)
    return [one for one in found if one is not None]


def answer(settings: Settings, understood: Iterable[Understood]) -> Responded:
    """Answer each call that is not answered yet, in order.

    The warehouse's turn is the caller's to take.

    Raises:
        NothingThere: No bill was ever normalised.
        ConfigError: The manifests cannot be written.
    """
    told = Responded()
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        session = _Session(con, settings)
        for one in understood:
            told += session.take(one)
    return told


def _understood(record: Record) -> Understood | None:
    read = records.read(record)
    return calls.understood(read) if isinstance(read, Heard) else read


class _Session:
    """The warehouse while it is held; evidence does not change meanwhile."""

    def __init__(self, con: Connection, settings: Settings) -> None:
        self.con = con
        self.settings = settings
        self.began_at = datetime.now(UTC)
        self.is_mended = False

    @cached_property
    def found(self) -> list[Recommendation]:
        """What there is to say of all resources, of the bills that were normalised."""
        return advice.find(self.con, self.settings, self.began_at)

    @cached_property
    def policies(self) -> PolicySet:
        return policies.load(self.settings.policies)

    def take(self, one: Understood) -> Responded:
        """Answer one call, or write down why not."""
        if isinstance(one, Unreadable):
            row = _row(one.place, one.place, choice.UNREADABLE, one.reason)
            self._save(row)
            return Responded(heard=1, unreadable=1)
        refusal = choice.refusal(_as_of_now(self.con, one), _earlier(self.con, one))
        if refusal is None:
            self._respond(one)
            return Responded(heard=1, answered=1)
        word, sentence = refusal
        if word == choice.REPEATED:
            self._mend()
        self._save(_of(one, word, sentence))
        is_repeated = word == choice.REPEATED
        return Responded(heard=1, repeated=is_repeated, refused=not is_repeated)

    def _respond(self, call: Call) -> None:
        started_at = datetime.now(UTC)
        scope = self._scope(call)
        with warehouse.transaction(self.con):
            changes = self._advise(call, scope)
            ids = {
                key
                for key, row in advice.stored(self.con).items()
                if row.status == "open" and _key(row) in scope
            }
            judged = policies.renew(
                self.con, self.policies, self.settings.judge, started_at, ids
            )
            renewed = workflows.renew(self.con, self.settings, started_at)
            counts = {
                "resources": len(scope),
                "recommendations": len(ids),
                "opened": len(changes.opened),
                "withdrawn": len(changes.withdrawn),
                "allowed": judged.allow,
                "needs_approval": judged.needs_approval,
                "denied": judged.deny,
                "workflows": sum(
                    plan.recommendation_id in ids for plan in renewed.wanted
                ),
                "started_at": started_at,
            }
            said = f"{len(ids)} recommendations for {len(scope)} resources."
            self._save(_of(call, choice.ANSWERED, said) | counts)
        workflows.clear(self.settings, renewed)

    def _scope(self, call: Call) -> set[resources.Key]:
        first_dates = [row.evidence_from for row in self.found if row.evidence_from]
        if not first_dates:
            return set()
        return resources.within(self.con, call.within, min(first_dates))

    def _advise(self, call: Call, scope: set[resources.Key]) -> rules.Changes:
        found = [row for row in self.found if _key(row) in scope]
        before = {
            key: row
            for key, row in advice.stored(self.con).items()
            if _key(row) in scope
        }
        changes = rules.compare(before, rules.answering(found, call.anomaly_id))
        advice.save(self.con, changes, self.began_at, is_muted=False)
        return changes

    def _mend(self) -> None:
        """Finish, once, what a run left that was killed after it had answered."""
        if self.is_mended:
            return
        self.is_mended = True
        now = datetime.now(UTC)
        with warehouse.transaction(self.con):
            renewed = workflows.renew(self.con, self.settings, now)
        workflows.clear(self.settings, renewed)

    def _save(self, row: dict[str, Any]) -> None:
        """Keep what came of an event; what came of it first stays."""
        written = {"started_at": datetime.now(UTC)} | row
        written["finished_at"] = datetime.now(UTC)
        names = ", ".join(written)
        marks = ", ".join(f"${name}" for name in written)
        self.con.execute(
            f"INSERT OR IGNORE INTO ops.responses ({names}) VALUES ({marks})", written
        )


def _key(row: Recommendation) -> resources.Key:
    return resources.key(row.provider, row.resource_id)


def _as_of_now(con: Connection, call: Call) -> Call:
    """Return the call; what ended since it was told is over."""
    ended = con.execute(
        "SELECT 1 FROM findings.anomalies WHERE anomaly_id = $id"
        " AND status IN ('resolved', 'retracted')",
        {"id": call.anomaly_id},
    ).fetchone()
    return replace(call, is_over=call.is_over or ended is not None)


def _earlier(con: Connection, call: Call) -> list[Earlier]:
    rows = con.execute(
        "SELECT event_id, coalesce(revision, 0), outcome, coalesce(substance, '')"
        " FROM ops.responses WHERE event_id = $event_id OR subject = $subject",
        {"event_id": call.event_id, "subject": call.subject},
    ).fetchall()
    return [Earlier(*row) for row in rows]


def _row(event_id: str, subject: str, outcome: str, detail: str) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "subject": subject,
        "outcome": outcome,
        "detail": detail,
        "place": subject,
    }


def _of(call: Call, outcome: str, detail: str) -> dict[str, Any]:
    return _row(call.event_id, call.subject, outcome, detail) | {
        "event_type": call.event_type,
        "anomaly_id": call.anomaly_id,
        "revision": call.revision,
        "substance": call.substance,
        "place": call.place,
    }
