"""Hears events, wherever they come from, and has them answered."""

import time
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import count
from types import ModuleType

from tasks.core.errors import ConfigError, WarehouseBusy
from tasks.core.response.records import Record
from tasks.edge.database import journal
from tasks.edge.delivery.declaration import Kafka
from tasks.edge.response import answers, backlog
from tasks.edge.response.answers import Responded
from tasks.edge.settings import Settings

STAGE = "respond_to_events"
POLL_SECONDS = 1.0


def respond(
    settings: Settings,
    run: journal.Run,
    say: Callable[[str], None],
    *,
    is_following: bool = False,
) -> Responded:
    """Answer what calls for an optimisation and was not answered yet.

    Args:
        settings: The first Kafka sink among them is listened to; without one, the
            outbox is read.
        run: Who answers, for the journal.
        say: Gets a line about waiting and, while we go on, one for each batch that
            something came of.
        is_following: Go on until somebody ends it.

    Raises:
        NothingThere: No bill was ever normalised.
        NotPermitted: Kafka does not let us in.
        SourceUnavailable: Kafka does not answer.
        WarehouseBusy: It was not our turn in time, and we are not to go on.
    """
    numbers = count(1)

    def work(heard: Sequence[Record]) -> Responded:
        understood = answers.sorted_out(heard)
        if not understood:
            return Responded(heard=len(heard))
        stage = f"{STAGE} {next(numbers)}"
        while True:
            try:
                with journal.turn(settings, run, say):
                    told, outcome = journal.recorded(
                        settings,
                        run,
                        stage,
                        lambda: answers.answer(settings, understood),
                    )
            except WarehouseBusy:
                if not is_following:
                    raise
                time.sleep(POLL_SECONDS)
            else:
                if is_following:  # else the sum of all is said at the end
                    say(outcome.sentence)
                return told + Responded(heard=len(heard) - len(understood))

    sink = topic_of(settings)
    if sink is None:
        done = backlog.hear(settings, work, is_following=is_following)
    else:
        topic = with_kafka()
        with topic.Listener(sink, settings.respond) as listener:
            done = topic.hear(listener, work, is_following=is_following)
    return sum(done, Responded())


def topic_of(settings: Settings) -> Kafka | None:
    """Return the first Kafka sink of the settings."""
    return next((sink for sink in settings.sinks if isinstance(sink, Kafka)), None)


def with_kafka(module: str = "tasks.edge.response.topic") -> ModuleType:
    """Return a module that needs Kafka's client.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ConfigError(
            "Kafka needs its client: install costwarden with the extra kafka."
        ) from error
