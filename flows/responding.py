"""The commands that answer events, and that pass alerts on as events."""

import signal
from collections import Counter
from typing import Any
from uuid import uuid4

import click

from flows.answers import Answer, Table, answering, answering_anywhere

# What people see of a response, by its columns.
SHOWN = ("finished_at", "subject", "revision", "outcome", "detail")
NOTHING = "Nothing was responded to yet: costwarden respond does."
COUNTS = ("needs_approval", "allowed", "denied", "opened", "workflows")
HEADS = {"finished_at": "finished", "needs_approval": "to be approved"}


@click.command()
@click.option("--follow", "is_following", is_flag=True, help="Go on until stopped.")
@answering_anywhere
def respond(settings: Any, *, is_following: bool) -> Answer:
    """Optimise the scope of each anomaly that is new or has changed.

    Advice, verdicts and plans for that scope are renewed, once for each revision, also
    after a crash and with several of us at once. Events come from the first Kafka sink
    of the settings; without one, from the outbox.
    """
    from flows.alone import say
    from tasks.edge.database import warehouse
    from tasks.respond import respond_to_events

    # As Ctrl-C does: leave the group, so that others need not wait for us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if is_following:
        warehouse.await_one(settings.database, say)
    warehouse.require(settings.database)
    told = respond_to_events.fn(settings, str(uuid4()), say, is_following=is_following)
    said = (
        f"{told.heard} heard: {told.answered} answered, {told.repeated} repeated,"
        f" {told.refused} called for nothing, {told.unreadable} unreadable."
    )
    return Answer(told, (said,))


@click.command()
@click.argument("subject", default="", metavar="[ID]")
@click.option("--all", "is_all", is_flag=True, help="Show what needed no answer, too.")
@answering
def responses(settings: Any, *, subject: str, is_all: bool) -> Answer:
    """Show what came of each anomaly or alert. ID may be shortened.

    What waits for a person comes first, then what was answered, the newest first. What
    called for nothing is counted, unless an ID asks for it.
    """
    from tasks.core.response.choice import by_need
    from tasks.edge.reporting import lookups

    found = lookups.responses(settings, subject)
    needed, quiet = by_need(found)
    if is_all or subject:
        needed, quiet = [*needed, *quiet], []
    table = Table(
        tuple(HEADS.get(name, name) for name in (*SHOWN, *COUNTS)),
        [[row[name] for name in (*SHOWN, *COUNTS)] for row in needed],
        right=tuple(HEADS.get(name, name) for name in COUNTS),
    )
    said: list[str | Table] = [table] if needed else []
    if quiet:
        by_outcome = Counter(row["outcome"].replace("_", " ") for row in quiet)
        counts = ", ".join(f"{count} {name}" for name, count in by_outcome.items())
        said.append(f"{len(quiet)} called for nothing ({counts}): --all shows them.")
    nothing = f"No response is about {subject!r}." if subject else NOTHING
    return Answer(found, tuple(said) or (nothing,))


@click.command()
@click.option(
    "--listen",
    default="127.0.0.1:9190",
    show_default=True,
    metavar="HOST:PORT",
    help="Where Alertmanager finds it, at /alertmanager.",
)
@answering_anywhere
def bridge(settings: Any, *, listen: str) -> Answer:
    """Take alerts from Alertmanager's webhook, and produce them to Kafka as events.

    So alerts that others raised, such as vmalert by thresholds, become cost events that
    respond hears. Who may send is set in [bridge]; beyond this machine it has to be.
    """
    from tasks.edge.bridge import serving

    serving.serve(settings, listen)
    return Answer({"listened": listen}, ("Stopped.",))


ALL = (respond, responses, bridge)
