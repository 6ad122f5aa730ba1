"""Daily costs by tag: each bill version is read once more for the keys people name.

Nothing is read where no key is named: the tags of a bill are its longest column.
"""

from collections.abc import Sequence
from pathlib import Path

from tasks.edge.costs import daily
from tasks.edge.database import queries, warehouse
from tasks.edge.mapping import focus
from tasks.edge.reconciling import checks

# The view through which the bills of a batch are read.
READING = "charges_being_tagged"


def aggregate(con: warehouse.Connection, lake: Path, keys: Sequence[str]) -> int:
    """Write the daily costs by some tags of every bill version that lacks any of them.

    Old bills are read as new ones are, as long as their lines are kept. A run that is
    killed goes on with the batch that it was at. What was written for keys that nobody
    names any more is kept.

    Args:
        con: The warehouse, whose daily series are complete.
        lake: The folder of raw bill versions.
        keys: Keys of tags.

    Returns:
        How many bills were read.

    Raises:
        CheckFailed: Costs by tag are not those of the bill; they were not kept.
        LakeDamaged: A file of a bill is no longer in the lake.
    """
    if not keys:
        return 0
    names = list(dict.fromkeys(keys))
    pending = queries.run(con, "series/untagged_bills", keys=names).fetchall()
    if not pending:
        return 0
    bills = {bill.bill_id: bill for bill in focus.load_bills(con, lake)}
    for batch in daily.batches(pending):
        with warehouse.transaction(con):
            rows = focus.rows_of(con, [bills[bill_id] for bill_id in batch])
            con.execute(f"CREATE OR REPLACE TEMP VIEW {READING} AS {rows}")
            con.execute(
                "CREATE OR REPLACE TEMP TABLE tag_groups AS "
                + queries.text("series/tag_groups"),
                {"charges": READING, "keys": names},
            )
            _write(con, batch, names)
            found = checks.run(con, "tags")
            checks.require(found)
            checks.store(con, found, batch)
    return len(pending)


def _write(con: warehouse.Connection, bill_ids: list[str], keys: list[str]) -> None:
    written = {"ids": bill_ids, "keys": keys}
    for table in ("series.daily_tag_cost_versions", "series.tagged_bills"):
        con.execute(
            f"DELETE FROM {table} WHERE list_contains($ids, bill_id)"
            " AND list_contains($keys, tag_key)",
            written,
        )
    warehouse.insert(
        con, "series.daily_tag_cost_versions", "series/daily_tag_cost_versions", {}
    )
    con.execute(
        "INSERT INTO series.tagged_bills BY NAME SELECT ids.bill_id, keys.tag_key,"
        " now() AS tagged_at FROM (SELECT unnest($ids) AS bill_id) AS ids"
        " CROSS JOIN (SELECT unnest($keys) AS tag_key) AS keys",
        written,
    )
