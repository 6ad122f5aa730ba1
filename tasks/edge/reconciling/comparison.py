"""What changed between two versions of a bill, line by line, told by service."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tasks.core.errors import NothingThere, WrongVersion
from tasks.edge.database import queries, warehouse
from tasks.edge.mapping import focus, macros
from tasks.edge.mapping.focus import Scan
from tasks.edge.reconciling.bills import Row, rows, writing
from tasks.edge.settings import Settings

# The view through which the lines of two versions are compared.
COMPARED = "compared_charges"
CHANGED = "changed_charges"


@dataclass(frozen=True, slots=True)
class Difference:
    """What a later version has that an earlier one has not.

    Attributes:
        earlier: Bill version.
        later: Bill version.
        services: Changes of each service and currency, the weightiest first.
        totals: The same, summed for each currency.
    """

    earlier: str
    later: str
    services: tuple[Row, ...]
    totals: tuple[Row, ...]


def difference(settings: Settings, earlier: str, later: str) -> Difference:
    """Return what changed between two bill versions, by service.

    Raises:
        LakeDamaged: A file of a version is no longer in the lake.
        NothingThere: There is no such version.
        WarehouseBusy: A run kept the warehouse for longer than we were told to wait.
        WrongVersion: The lines of a version are no longer kept, or both are the same.
    """
    if earlier == later:
        raise WrongVersion(f"{earlier} is one version: name two to compare.")
    with writing(settings) as con:
        macros.install(con)
        bills = {
            bill.bill_id: bill for bill in focus.load_bills(con, settings.lake_path)
        }
        for bill_id in (earlier, later):
            if bill_id not in bills:
                raise NothingThere(
                    f"There is no bill version {bill_id!r}: costwarden bills lists"
                    " them."
                )
            if bills[bill_id].is_pruned:
                raise WrongVersion(
                    f"The lines of {bill_id} are no longer kept: only its daily series"
                    " is."
                )
        scans = focus.scans(con, [bills[earlier], bills[later]])
        con.execute(f"CREATE TEMP VIEW {COMPARED} AS {focus.mapped(scans)}")
        changed = focus.mapped(_changed(con, scans, later))
        con.execute(f"CREATE TEMP VIEW {CHANGED} AS {changed}")
        result = con.execute(
            queries.text("ops/changed_lines"),
            {"charges": COMPARED, "candidates": CHANGED, "later": later},
        )
        services = rows(result)
    return Difference(earlier, later, tuple(services), _totals(services))


def _changed(
    con: warehouse.Connection, scans: Iterable[Scan], later: str
) -> list[Scan]:
    """Return the scans without the lines that are as often in either version."""
    found = []
    for number, scan in enumerate(scans):
        table = f"changed_lines_{number}"
        con.execute(
            f"CREATE TEMP TABLE {table} AS"
            f" SELECT row_hash, again FROM ({scan.hashed}) GROUP BY ALL"
            " HAVING sum(if(version = $later, 1, -1)) <> 0",
            {"later": later},
        )
        found.append(replace(scan, within=table))
    return found


def _totals(services: list[Row]) -> tuple[Row, ...]:
    summed: dict[str, Row] = {}
    for service in services:
        total = summed.setdefault(
            service["billing_currency"],
            {"billing_currency": service["billing_currency"]},
        )
        for name, value in service.items():
            if name.startswith("rows_") or name.endswith("_change"):
                total[name] = total.get(name, 0) + (value or 0)
    return tuple(summed.values())
