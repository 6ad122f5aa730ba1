"""What changed between two versions of a bill, line by line, told by service."""

from dataclasses import dataclass

from tasks.core.errors import NothingThere, WrongVersion
from tasks.edge import focus, queries
from tasks.edge.bills import Row, rows, writing
from tasks.edge.settings import Settings

# The view through which the lines of two versions are compared.
COMPARED = "compared_charges"


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
        focus.install_macros(con)
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
        lines = focus.rows_of(con, [bills[earlier], bills[later]])
        con.execute(f"CREATE TEMP VIEW {COMPARED} AS {lines}")
        result = con.execute(
            queries.text("ops/changed_lines"),
            {"charges": COMPARED, "earlier": earlier, "later": later},
        )
        services = rows(result)
    return Difference(earlier, later, tuple(services), _totals(services))


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
