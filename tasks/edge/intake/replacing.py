"""What is said where a version counts in place of one that told of other costs.

A later export of a bill takes the place of an earlier one as a whole. If it is a part
of the bill, or another report, costs are lost: then it holds much less, or other days,
or begins later, or of two that were loaded together neither tells what the other does.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tasks.core.reporting import wording
from tasks.edge.costs import sums
from tasks.edge.database import queries, warehouse

# Toy bills change as a whole; and what few sums say may be chance.
FEW = 10
# Of ten sums not even one is the same.
SHARE = 10


@dataclass(frozen=True, slots=True)
class Replaced:
    """A version that counts, and the one before it."""

    bill_id: str
    earlier_id: str
    rows: int
    earlier_rows: int
    currency: str | None
    billed: Decimal
    earlier_billed: Decimal
    is_smaller: bool
    is_of_other_days: bool
    is_later: bool
    first_date: str | None
    earlier_first: str | None
    is_one_format: bool
    files: list[str]
    earlier_files: list[str]

    @property
    def advice(self) -> str:
        """What can be done."""
        return (
            f" If {self.bill_id} is a part or another report, and not the newest state"
            f" of the whole bill: costwarden bills withdraw {self.bill_id}, and ingest"
            " parts from one folder as name-00001, name-00002; another report under a"
            " --source of its own."
        )

    @property
    def loss(self) -> str | None:
        """What it lacks; None if it lacks nothing that can be told from its sums."""
        if self.is_of_other_days:
            return " and holds none of its days"
        if self.is_smaller:
            return " and is much smaller"
        if self.is_later:
            return f", but begins on {self.first_date} and not on {self.earlier_first}"
        return None

    @property
    def change(self) -> str:
        """From how many rows to how many, and from what to what money."""
        money = (
            f", {wording.money(self.earlier_billed, self.currency)}"
            f" to {wording.money(self.billed, self.currency)}"
            if self.currency
            else ""
        )
        return f"{self.earlier_rows} to {self.rows} rows{money}"


def smaller(
    con: warehouse.Connection, bill_ids: Collection[str]
) -> Iterable[tuple[str, str]]:
    """Yield those of some bills that hold much less than before, and a sentence.

    So it does those that hold none of the same days, or begin later.
    """
    for one in _replaced(con, bill_ids):
        if one.loss:
            note = (
                f"{one.bill_id} counts in place of {one.earlier_id}{one.loss}:"
                f" {one.change}.{one.advice}"
            )
            yield one.bill_id, note


def apart(
    con: warehouse.Connection, lake: Path, bill_ids: Collection[str]
) -> Iterable[str]:
    """Say which of some bills tell nothing that the one before told.

    Args:
        con: The warehouse.
        lake: Where the files of bills are.
        bill_ids: Bills that were loaded together.
    """
    for one in _replaced(con, bill_ids):
        is_new = {one.bill_id, one.earlier_id} <= set(bill_ids)
        is_asked = is_new and one.is_one_format and not one.loss
        if is_asked and _is_apart(con, lake, one):
            yield (
                f"{one.bill_id} counts in place of {one.earlier_id}, which was loaded"
                f" with it, but they have no costs in common: {one.change}.{one.advice}"
            )


def _replaced(
    con: warehouse.Connection, bill_ids: Collection[str]
) -> Iterable[Replaced]:
    result = con.execute(
        queries.text("bills/replaced"), {"bill_ids": list(bill_ids), "few": FEW}
    )
    for row in result.fetchall():
        yield Replaced(*row)


def _is_apart(con: warehouse.Connection, lake: Path, one: Replaced) -> bool:
    mine, theirs = (
        [str(sums.beside(lake / file)) for file in files]
        for files in (one.files, one.earlier_files)
    )
    if not mine or not theirs or not all(Path(file).exists() for file in mine + theirs):
        return False
    columns = sorted(_columns(con, mine) & _columns(con, theirs))
    line = ", ".join(map(queries.identifier, columns))
    count, other, shared = con.execute(
        f"WITH mine AS (SELECT DISTINCT hash({line}) AS line"
        f" FROM {queries.files('mine')}),"
        f" theirs AS (SELECT DISTINCT hash({line}) AS line"
        f" FROM {queries.files('theirs')}) SELECT (SELECT count(*) FROM mine),"
        " (SELECT count(*) FROM theirs),"
        " (SELECT count(*) FROM mine SEMI JOIN theirs USING (line))",
        {"mine": mine, "theirs": theirs},
    ).fetchall()[0]
    return bool(min(count, other) >= FEW and SHARE * shared < min(count, other))


def _columns(con: warehouse.Connection, files: list[str]) -> set[str]:
    described = con.execute(
        f"DESCRIBE FROM {queries.files('files')}", {"files": files}
    ).fetchall()
    return {row[0] for row in described}
