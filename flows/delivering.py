"""The commands about events: bring them to sinks, look at them, send some again."""

import signal
from datetime import UTC, date, datetime, time
from threading import Event
from typing import Any

import click

from flows import options
from flows.answers import Answer, Table, Verbatim, answering, answering_anywhere

NO_SINKS = "The settings name no sinks: events stay in the outbox."

sink_name = click.option("--sink", metavar="NAME", help="Only this sink.")
letters = click.argument("event_ids", nargs=-1, metavar="[ID]...")


@click.command()
@click.option("--follow", "is_following", is_flag=True, help="Go on until stopped.")
@click.option(
    "--every",
    "seconds",
    type=click.FloatRange(0, min_open=True),
    default=5.0,
    show_default=True,
    help="Seconds between looks.",
)
@answering_anywhere
def relay(settings: Any, *, is_following: bool, seconds: float) -> Answer:
    """Bring every sink up to date, each by itself.

    A sink that failed is left alone for a while, longer each time; costwarden publish
    tries it at once.
    """
    from flows.alone import say
    from tasks.edge.database import warehouse
    from tasks.edge.delivery import relay as relaying
    from tasks.edge.delivery.following import follow

    if not is_following:
        warehouse.require(settings.database)
        done = relaying.relay(settings)
        said = [f"{name}: {count:,} sent." for name, count in done.by_sink.items()]
        if done.refused:
            said.append(f"{done.refused} refused: costwarden events --dead.")
        said += done.remarks
        if not settings.sinks:
            said.append(NO_SINKS)
        return Answer(done, tuple(said), tuple(done.problems))
    if not settings.sinks:
        return Answer({}, (NO_SINKS,))
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    warehouse.await_one(settings.database, say, stop.wait)
    follow(settings, stop, say, seconds=seconds)
    return Answer({}, ("Stopped.",))


@click.group(invoke_without_command=True)
@click.option("--type", "event_type", metavar="TEXT", help="Part of the type.")
@click.option("--subject", metavar="ID", help="What they are about; may be shortened.")
@click.option("--from", "since", type=options.Day(), help="Not before this day.")
@click.option("--dead", "is_dead", is_flag=True, help="Only what a sink refused.")
@options.most("the newest")
@answering
def events(settings: Any, *, since: date | None, **chosen: Any) -> Answer:
    """List the newest events of the outbox, and how they stand with each sink."""
    from tasks.edge.delivery import letters

    found = letters.listing(settings, since=_midnight(since), **chosen)
    table = Table(
        ("event", "when", "type", "subject", "rev.", "delivered", "waiting", "refused"),
        [
            (
                Verbatim(row["event_id"][:12]),
                f"{row['occurred_at']:%Y-%m-%d %H:%M}",
                row["event_type"].removeprefix("io.costwarden."),
                Verbatim(row["subject"]),
                row["revision"],
                ", ".join(row["delivered_to"]),
                "muted" if row["is_muted"] else ", ".join(row["waiting_for"]),
                "; ".join(row["reasons"] or ()),
            )
            for row in found
        ],
        right=("rev.",),
    )
    return Answer(found, (table if found else "No event fits.",))


@events.command()
@click.argument("event_id", metavar="ID")
@answering
def show(settings: Any, *, event_id: str) -> Answer:
    """Show one event whole, as consumers get it. ID may be shortened."""
    import json

    from tasks.edge.delivery import letters

    row = letters.one(settings, event_id)
    text = json.dumps(json.loads(row.pop("payload")), indent=2, ensure_ascii=False)
    rest = Table(
        ("what", "value"), [(k, v) for k, v in row.items() if v not in (None, [])]
    )
    return Answer(row | {"event": json.loads(text)}, (rest, Verbatim(text)))


@events.command()
@click.argument("sink", metavar="SINK")
@click.option("--from", "since", type=options.Day(), help="What happened since a day.")
@click.option("--subject", metavar="ID", help="What is about one subject.")
@answering
def replay(
    settings: Any, *, sink: str, since: date | None, subject: str | None
) -> Answer:
    """Let SINK get events again that it has, in their order, with the next relay.

    They have the same ids: consumers that remember ids do not notice.
    """
    from tasks.edge.delivery import letters

    if since is None and subject is None:
        raise click.UsageError("Say from which day, or of which subject.")
    count = letters.replay(settings, sink, since=_midnight(since), subject=subject)
    return Answer({"events": count}, (f"{count} events are due to {sink} again.",))


@events.command()
@letters
@sink_name
@answering
def redeliver(settings: Any, *, event_ids: tuple[str, ...], sink: str | None) -> Answer:
    """Try events again that a sink refused: all, or those with these IDs."""
    from tasks.edge.delivery import letters

    count = letters.decide(settings, "due", sink, event_ids)
    return Answer({"events": count}, (f"{count} events are tried again.",))


@events.command()
@click.argument("event_ids", nargs=-1, required=True, metavar="ID...")
@sink_name
@answering
def drop(settings: Any, *, event_ids: tuple[str, ...], sink: str | None) -> Answer:
    """Give up events that a sink refused; what waits behind them goes on."""
    from tasks.edge.delivery import letters

    count = letters.decide(settings, "dropped", sink, event_ids)
    return Answer({"events": count}, (f"{count} events are given up.",))


@events.command("rename-sink")
@click.argument("old")
@click.argument("new")
@answering
def rename_sink(settings: Any, *, old: str, new: str) -> Answer:
    """Let the sink that was called OLD go on as NEW, as the settings now call it.

    Without it a sink with a new name gets every event again, under the same ids.
    """
    from tasks.edge.delivery import renaming

    count = renaming.rename(settings, old, new)
    return Answer({"events": count}, (f"{new} has the {count:,} events of {old}.",))


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


ALL = (relay, events)
