"""What people ask the warehouse for: bill versions, and one anomaly in full."""

from dataclasses import dataclass
from typing import Any

from tasks.core.errors import NothingThere
from tasks.edge import queries, warehouse
from tasks.edge.settings import Settings

# An id may be shortened as long as it means one anomaly.
SHOWN = 5

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One anomaly and what drove it, by column name."""

    anomaly: Row
    drivers: tuple[Row, ...]


def versions(settings: Settings) -> list[Row]:
    """Return the bill versions, a row for each of their currencies.

    Raises:
        NothingThere: There is no warehouse.
        WarehouseBusy: A run is writing to it.
    """
    with warehouse.read(settings.database) as con:
        return _rows(queries.run(con, "ops/versions"))


def anomaly(settings: Settings, anomaly_id: str) -> Anomaly:
    """Return one anomaly by its id or the beginning of it.

    Raises:
        NothingThere: No anomaly, or more than one, has an id that starts so.
        WarehouseBusy: A run is writing to the warehouse.
    """
    with warehouse.read(settings.database) as con:
        found = _rows(queries.run(con, "ops/anomaly", id=anomaly_id))
        if not found:
            raise NothingThere(f"There is no anomaly {anomaly_id!r}.")
        if len(found) > 1:
            some = ", ".join(row["anomaly_id"] for row in found[:SHOWN])
            raise NothingThere(
                f"{len(found)} anomalies start with {anomaly_id!r}: {some} …"
            )
        full_id = found[0]["anomaly_id"]
        drivers = _rows(queries.run(con, "ops/drivers", id=full_id))
    return Anomaly(found[0], tuple(drivers))


def _rows(result: warehouse.Connection) -> list[Row]:
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
