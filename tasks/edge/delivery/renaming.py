"""A sink that gets another name in the settings, and goes on where it was."""

from tasks.core.errors import NothingThere, SinkUnavailable
from tasks.edge.database import warehouse
from tasks.edge.database.warehouse import Connection
from tasks.edge.delivery.relay import alone
from tasks.edge.settings import Settings

# Whatever is remembered of a sink by its name.
TABLES = (
    *("ops.sinks", "ops.batches", "ops.deliveries", "ops.dead_letters"),
    *("ops.figures", "ops.shown_figures", "ops.silences"),
)


def rename(settings: Settings, old: str, new: str) -> int:
    """Let a sink be known by another name; return how many events it has.

    Args:
        settings: Have the new name already, and the old one no more.
        old: Its name so far.
        new: Its name from now on.

    Raises:
        NothingThere: The settings say otherwise, nobody knows the old name, or the new
            one has a past of its own.
        SinkUnavailable: A relay is at it.
    """
    names = [sink.name for sink in settings.sinks]
    if new not in names or old in names:
        raise NothingThere(
            f"Rename the sink in the settings first: they must have {new!r} and not"
            f" {old!r}; they have {', '.join(names) or 'none'}."
        )
    with alone(settings, old) as is_old_alone, alone(settings, new) as is_new_alone:
        if not (is_old_alone and is_new_alone):
            raise SinkUnavailable("A relay is at this sink: try it again.")
        with warehouse.connect(
            settings.database, wait_seconds=settings.wait_seconds
        ) as con:
            _check(con, old, new)
            # By itself: within one transaction a key cannot go and come back.
            con.execute("DELETE FROM ops.sinks WHERE sink = $new", {"new": new})
            with warehouse.transaction(con):
                for table in TABLES:
                    con.execute(
                        f"UPDATE {table} SET sink = $new WHERE sink = $old",
                        {"old": old, "new": new},
                    )
            return _count(con, "ops.deliveries", new)


def _check(con: Connection, old: str, new: str) -> None:
    if not _count(con, "ops.sinks", old):
        raise NothingThere(f"No relay ever brought anything to a sink {old!r}.")
    taken = [name for name in TABLES[1:] if _count(con, name, new)]
    if taken:
        raise NothingThere(
            f"The sink {new!r} has got something already, says {taken[0]}: it cannot"
            f" take over from {old!r}."
        )


def _count(con: Connection, table: str, sink: str) -> int:
    found = con.execute(
        f"SELECT count(*) FROM {table} WHERE sink = $sink", {"sink": sink}
    ).fetchone()
    return int(found[0]) if found else 0
