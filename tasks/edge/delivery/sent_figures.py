"""What a store of figures was sent, as the warehouse remembers it."""

from collections.abc import Mapping
from typing import Literal

import pyarrow as pa

from tasks.core.figures.series import Sent
from tasks.edge.database.warehouse import Connection


def known(con: Connection, sink: str) -> dict[str, Sent]:
    """Return what a sink was sent, or may have been, by key."""
    rows = con.execute(
        "SELECT series, samples, digest FROM ops.figures WHERE sink = $sink",
        {"sink": sink},
    ).fetchall()
    return {key: Sent(samples, digest) for key, samples, digest in rows}


def forget(con: Connection, sink: str, gone: list[str]) -> None:
    """Remember some keys no longer."""
    con.execute(
        "DELETE FROM ops.figures"
        " WHERE sink = $sink AND series IN (SELECT unnest($gone::VARCHAR[]))",
        {"sink": sink, "gone": gone},
    )


def remember(
    con: Connection,
    sink: str,
    has: Mapping[str, Sent],
    known: Literal["IGNORE", "REPLACE"],
) -> None:
    """Write down series, and do as told with those that are written down already."""
    rows = pa.table(
        {
            "series": pa.array(has, pa.string()),
            "samples": pa.array([one.samples for one in has.values()], pa.int64()),
            "digest": pa.array([one.digest for one in has.values()], pa.string()),
        }
    )
    con.register("figures_sent", rows)
    con.execute(
        f"INSERT OR {known} INTO ops.figures (sink, series, samples, digest)"
        " SELECT $sink, series, samples, digest FROM figures_sent",
        {"sink": sink},
    )
    con.unregister("figures_sent")
