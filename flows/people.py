"""What people tell ``costwarden``: feedback, mutes, planned events, changes."""

import getpass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows import options
from flows.answers import Answer, Table, Verbatim, answering
from tasks.core.reporting.wording import amount

if TYPE_CHECKING:
    from tasks.core.detection.people import Filter

# How people name the parts of a scope.
PARTS = {
    "provider": "provider",
    "billing": "billing_account_id",
    "account": "sub_account_id",
    "service": "service_name",
    "region": "region_id",
}

NO_EVENT = "Nothing is planned: costwarden calendar add plans something."
NO_CHANGE = "No change was loaded yet: costwarden changes load FILE does."

by = click.option(
    "--by", "author", metavar="NAME", help="Who says so; default: the user logged in."
)
scope = click.argument("parts", nargs=-1, metavar="[PART=VALUE]...")


@click.command()
@click.argument("anomaly_id", metavar="ID")
@click.option("--expected", "verdict", flag_value="expected", help="Real and normal.")
@click.option("--false", "verdict", flag_value="false", help="A false alarm.")
@click.option("--true", "verdict", flag_value="true", help="A real anomaly.")
@by
@click.option("--reason", required=True, metavar="TEXT", help="Why, in your words.")
@answering
def feedback(
    settings: Any,
    *,
    anomaly_id: str,
    verdict: str | None,
    author: str | None,
    reason: str,
) -> Answer:
    """Say what an anomaly is; later days are judged by it. ID may be shortened.

    Expected: it is resolved, and a repeat of its size is not told. False: it is
    retracted, and the bound of its scope is raised. True: its days are left out of
    what is learned as normal. docs/methods/lifecycle.md says how, and for how long.
    """
    from tasks.edge.people import feedback

    if verdict is None:
        raise click.UsageError("Say one of --expected, --false and --true.")
    said = feedback.give(
        settings,
        anomaly_id,
        verdict=verdict,
        author=_author(author),
        reason=reason,
    )
    line = f"{said.author} calls {said.anomaly_id} {verdict}; it is {said.status}."
    return Answer(said, (line,))


@click.command()
@scope
@click.option("--until", type=options.Day(), help="Last day of the mute, UTC.")
@by
@click.option("--reason", metavar="TEXT", help="Why, in your words.")
@answering
def mute(
    settings: Any,
    *,
    parts: tuple[str, ...],
    until: date | None,
    author: str | None,
    reason: str | None,
) -> Answer:
    """Tell sinks nothing of a scope until a date, or list what is muted.

    A scope is written as service="Amazon EC2" region=eu-west-1; its parts are
    provider, billing, account, service and region. Anomalies are found all the same,
    and those still open at the end are told then.
    """
    from tasks.edge.people import mutes

    if not parts:
        return _mutes(settings)
    if until is None or reason is None:
        raise click.UsageError("A mute needs --until and --reason.")
    within = _filter(parts)
    done = mutes.mute(
        settings, within, until=until, author=_author(author), reason=reason
    )
    return Answer(
        {"mute_id": done}, (f"{' '.join(parts)} is muted until {until}: {done}",)
    )


def _mutes(settings: Any) -> Answer:
    from tasks.edge.people import mutes

    found = mutes.listing(settings)
    rows = [*found.mutes, *found.silences]
    table = Table(
        ("mute", "scope", "until", "by", "reason"),
        [
            (
                Verbatim(row.get("mute_id") or row["silence_id"]),
                row.get("scope") or _scope(row),
                row["until_date"],
                row["author"],
                row["reason"],
            )
            for row in rows
        ],
    )
    return Answer(rows, (table if rows else "Nothing is muted.",))


@click.command()
@click.argument("mute_id", metavar="MUTE")
@by
@answering
def unmute(settings: Any, *, mute_id: str, author: str | None) -> Answer:
    """End a mute now; MUTE is its id, which may be shortened."""
    from tasks.edge.people import mutes

    ended = mutes.unmute(settings, mute_id, _author(author))
    return Answer(ended, (f"{_scope(ended)} is no longer muted.",))


@click.group(invoke_without_command=True)
@answering
def calendar(settings: Any) -> Answer:
    """List planned events: migrations, load tests, sales."""
    from tasks.edge.people import calendar

    found = calendar.listing(settings).events
    table = Table(
        ("event", "title", "scope", "from", "to", "way", "extra a day", "by"),
        [
            (
                Verbatim(row["event_id"]),
                row["title"],
                _scope(row),
                row["first_date"],
                row["last_date"],
                row["direction"],
                _extra(row),
                row["author"],
            )
            for row in found
        ],
    )
    return Answer(found, (table if found else NO_EVENT,))


@calendar.command()
@scope
@click.option("--title", required=True, metavar="TEXT", help="What it is.")
@click.option(
    "--from", "first_date", type=options.Day(), required=True, help="First day."
)
@click.option("--to", "last_date", type=options.Day(), required=True, help="Last day.")
@click.option(
    "--direction",
    type=click.Choice(("up", "down", "both")),
    default="both",
    show_default=True,
    help="Which way it moves costs.",
)
@click.option("--extra", "extra_cost", metavar="MONEY", help="At most so much a day.")
@click.option("--percent", "extra_pct", type=float, help="The same in percent.")
@by
@answering
def add(
    settings: Any, *, parts: tuple[str, ...], author: str | None, **told: Any
) -> Answer:
    """Plan an event: its days may cost more, or less, in its scope.

    It counts from today on; what was told before does not change. Without an amount
    any deviation is allowed. A scope is written as service="Amazon EC2"
    region=eu-west-1; without one, the event is about everything.
    """
    from pydantic import ValidationError

    from tasks.core.detection.people import Planned
    from tasks.edge.people import calendar

    within = _filter(parts).model_dump()
    try:
        event = Planned(**within, **told)
    except ValidationError as error:
        problem = error.errors()[0]
        options_of = click.get_current_context().command.params
        given = {one.name: one.opts[0] for one in options_of}
        name = " ".join(given.get(str(part), str(part)) for part in problem["loc"])
        raise click.UsageError(f"{name}: {problem['msg']}".lstrip(": ")) from error
    event_id = calendar.add(settings, event, _author(author))
    return Answer({"event_id": event_id}, (f"{event.title} is planned: {event_id}",))


@calendar.command()
@click.argument("event_id", metavar="EVENT")
@by
@answering
def remove(settings: Any, *, event_id: str, author: str | None) -> Answer:
    """Take an event off the calendar, from today on. EVENT may be shortened."""
    from tasks.edge.people import calendar

    gone = calendar.remove(settings, event_id, _author(author))
    return Answer(gone, (f"{gone['title']} is no longer planned.",))


@click.group(invoke_without_command=True)
@answering
def changes(settings: Any) -> Answer:
    """List the newest changes in the clouds: deploys, audit log entries, tags."""
    from tasks.edge.people import changes

    found = changes.listing(settings, 40).changes
    return Answer(found, (changed(found) if found else NO_CHANGE,))


@changes.command()
@click.argument("file", type=click.Path(path_type=Path))
@answering
def load(settings: Any, *, file: Path) -> Answer:
    """Load changes from a CSV, JSON or Parquet FILE.

    Columns: changed_at (or time), what, and if known actor, link, provider,
    billing_account_id, account, service, region and resource.
    """
    from tasks.edge.people import changes

    done = changes.load(settings, file)
    return Answer(done, (f"{done.changes} changes, {done.new} of them new.",))


def changed(rows: tuple[dict[str, Any], ...]) -> Table:
    """Return changes as a table."""
    heads = {
        "changed_at": "when",
        "actor": "who",
        "what": "what",
        "scope": "scope",
        "resource_id": "resource",
        "link": "link",
    }
    shown = [name for name in heads if name in rows[0]]
    return Table(
        tuple(heads[name] for name in shown),
        [[row[name] for name in shown] for row in rows],
    )


def _author(given: str | None) -> str:
    return given or getpass.getuser()


def _filter(parts: tuple[str, ...]) -> "Filter":
    """Read ``service=…`` and the like."""
    from tasks.core.detection.people import Filter

    named: dict[str, str] = {}
    for part in parts:
        name, is_there, value = part.partition("=")
        if not is_there or name not in PARTS or not value:
            raise click.UsageError(
                f"{part!r} is no part of a scope: write one of"
                f" {', '.join(f'{key}=…' for key in PARTS)}."
            )
        named[PARTS[name]] = value
    return Filter(**named)


def _scope(row: dict[str, Any]) -> str:
    parts = [f"{key}={row[name]}" for key, name in PARTS.items() if row[name]]
    return " ".join(parts) or "everything"


def _extra(row: dict[str, Any]) -> str:
    if row["extra_cost"] is not None:
        return amount(row["extra_cost"])
    return f"{row['extra_pct']:g}%" if row["extra_pct"] else "any"


ALL = (feedback, mute, unmute, calendar, changes)
