"""The relay that goes on until somebody ends it."""

from collections.abc import Callable
from threading import Event, Thread

from tasks.core.errors import CostwardenError
from tasks.edge.delivery.declaration import AnySink
from tasks.edge.delivery.relay import bring
from tasks.edge.settings import Settings


def follow(
    settings: Settings, stop: Event, say: Callable[[str], None], *, seconds: float
) -> None:
    """Bring each sink up to date again and again, until we are to stop.

    Each sink has a thread of its own: one that waits for its server delays no other.

    Args:
        settings: Names the warehouse and the sinks.
        stop: Set by whoever ends it; what is under way is finished first.
        say: Gets a line when something was delivered, and when something goes wrong.
        seconds: From one look at the outbox to the next.
    """
    threads = [
        Thread(target=_one, args=(settings, sink, stop, say, seconds), name=sink.name)
        for sink in settings.sinks
    ]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        stop.set()


def _one(
    settings: Settings,
    sink: AnySink,
    stop: Event,
    say: Callable[[str], None],
    seconds: float,
) -> None:
    told: set[str] = set()
    while not stop.is_set():
        try:
            done = bring(settings, sink)
        except CostwardenError as error:  # the warehouse is busy
            sentences = [str(error)]
        else:
            sentences = [*done.problems, *done.remarks]
            if done.delivered or done.refused:
                say(f"{sink.name}: {done.delivered} delivered, {done.refused} refused")
        for sentence in sentences:
            if sentence not in told:
                say(sentence)
        if sentences:  # a sink that is left alone says nothing
            told = set(sentences)
        stop.wait(seconds)
