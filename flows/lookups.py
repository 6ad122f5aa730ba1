"""The commands of ``costwarden`` that only look: explain, doctor, digest."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import click

from flows import options
from flows.answers import (
    DONE,
    FAILED,
    Answer,
    Table,
    Verbatim,
    answering,
    answering_anywhere,
)


@click.command()
@click.argument("anomaly_id", metavar="ID")
@answering
def explain(settings: Any, *, anomaly_id: str) -> Answer:
    """Say what an anomaly is, what drove it, and how it lived. ID may be shortened."""
    from tasks.core.reporting import wording
    from tasks.edge.reporting import lookups

    found = lookups.anomaly(settings, anomaly_id)
    row, currency = found.anomaly, found.anomaly["billing_currency"]
    drivers = Table(
        ("effect", "where", "which", "impact", "share"),
        [
            (
                driver["effect"],
                driver["dimension"],
                driver["member"],
                wording.money(driver["impact"], currency, signed=True),
                f"{100 * driver['share']:.0f}%" if driver["share"] is not None else "",
            )
            for driver in found.drivers
        ],
        right=("impact", "share"),
    )
    facts = Table(
        ("what", "value"),
        [
            (name, value)
            for name, value in row.items()
            if value is not None and name != "explanation"
        ],
    )
    said = row["explanation"] or "Nobody has explained it yet: run costwarden detect."
    parts = [said, facts, *([drivers] if found.drivers else []), *_life(found)]
    return Answer(found, tuple(parts))


def _life(found: Any) -> Iterator[str | Table]:
    """Yield the revisions, and what people said and did."""
    from flows.people import changed
    from tasks.core.reporting import wording

    currency = found.anomaly["billing_currency"]
    if found.revisions:
        yield "Its life:"
        yield _table(
            found.revisions,
            ("told_at", "revision", "what", "status", "kind", "first_date"),
            ("last_date", "impact"),
            impact=lambda value: wording.money(value, currency, signed=True),
        )
    for title, rows, names in (
        ("What people said:", found.feedback, ("given_at", "verdict", "author")),
        ("Planned events:", found.planned, ("title", "first_date", "last_date")),
        ("Mutes:", found.mutes, ("created_at", "until_date", "author")),
    ):
        if rows:
            yield title
            more = ("extra_cost", "extra_pct", "author", "created_at")
            yield _table(rows, names, more if "title" in rows[0] else ("reason",))
    if found.changes:
        yield "What was changed there and then:"
        yield changed(found.changes)


def _table(
    rows: Sequence[dict[str, Any]], *names: tuple[str, ...], **shown: Any
) -> Table:
    columns = [name for some in names for name in some]
    return Table(
        tuple(name.replace("_", " ") for name in columns),
        [
            [
                shown[name](row[name])
                if name in shown and row[name] is not None
                else row[name]
                for name in columns
            ]
            for row in rows
        ],
    )


@click.command()
@answering_anywhere
def doctor(settings: Any) -> Answer:
    """Say which parts are there, reachable, and of a supported version."""
    from tasks.edge.reporting import doctor

    parts = doctor.examine(settings)
    table = Table(
        ("part", "state", "detail"),
        [(part.name, part.state, part.detail) for part in parts],
    )
    ill = any(part.state == "failed" for part in parts)
    return Answer(parts, (table,), status=FAILED if ill else DONE)


@click.command()
@options.as_of
@answering
def digest(settings: Any, *, as_of: datetime | None) -> Answer:
    """Say on one screen what is new of the last day; nothing on a quiet one.

    Alertmanager sends the same once a day: docs/notifications.md says how.
    """
    from tasks.core.alerting.digest import lines
    from tasks.edge.reporting import digest as days

    day = days.of(settings, as_of)
    screen = lines(day)
    quiet = f"Nothing is new in the 24 hours to {day.date:%-d %b %Y}."
    said = Verbatim("\n".join(screen)) if screen else quiet
    return Answer({"lines": screen, "day": day}, (said,))


ALL = (explain, doctor, digest)
