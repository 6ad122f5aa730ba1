"""Daily series divided by tags, out of the warehouse."""

from datetime import datetime

from tasks.core.detection.declaration import Detection
from tasks.core.findings.anomalies import Tag
from tasks.core.hierarchy.tagged import Divided
from tasks.edge.costs import series, sheet, young_days
from tasks.edge.costs.series import Loaded
from tasks.edge.database import queries
from tasks.edge.database.warehouse import Connection


def read(
    con: Connection, loaded: Loaded, params: Detection, *, as_of: datetime
) -> list[Divided]:
    """Return the series divided by each tag that people named, as known at a time.

    A day of which no costs by tag are known, such as of a bill whose lines were given
    up before anybody named the tag, is unknown; a tag without any is left out.
    """
    keys = dict.fromkeys(params.tags)
    found = (_divided(con, loaded, params, as_of, key) for key in keys)
    return [one for one in found if one is not None]


def _divided(
    con: Connection, loaded: Loaded, params: Detection, as_of: datetime, key: str
) -> Divided | None:
    panel = loaded.book.panel
    values = {
        "as_of": as_of,
        "key": key,
        "first": panel.start,
        "last": loaded.newest,
    }
    con.execute(
        "CREATE OR REPLACE TEMP TABLE divided_series AS "
        + queries.text("findings/divided_series"),
        values,
    )
    parts = con.sql("FROM divided_series ORDER BY series_index").to_arrow_table()
    if not len(parts):
        return None
    laid = sheet.empty(len(parts), panel.n_days)
    costs = queries.batches(
        con, "findings/divided_costs", **values, settle_days=params.settle_days
    )
    sheet.fill(laid, costs, (panel.start - series.EPOCH).days)
    book, arrived = young_days.arrived(
        con,
        series.book(parts, laid, panel.start, panel.holidays),
        as_of=as_of,
        until=loaded.newest,
        settle_days=params.settle_days,
    )
    tags = [Tag(key, value) for value in parts["tag_value"].to_pylist()]
    return Divided(book, tags, arrived)
