"""What is said of exports that are known already, or that may lack files."""

from collections.abc import Iterable, Mapping, Sequence

from tasks.core.intake.naming import missing_parts
from tasks.edge.database import warehouse
from tasks.edge.settings import Settings

# Enough to see what is meant; a folder of snapshots would fill the screen.
NOTED = 5

REPLACED = """
    SELECT deliveries.digest, versions.bill_id, newest.bill_id
    FROM bills.deliveries AS deliveries
    INNER JOIN bills.versions AS versions
        ON list_contains(deliveries.bill_ids, versions.bill_id)
    LEFT JOIN bills.versions AS newest
        ON newest.status = 'current'
        AND newest.source = versions.source
        AND newest.billing_period = versions.billing_period
        AND newest.billing_account_id IS NOT DISTINCT FROM versions.billing_account_id
    WHERE list_contains($digests, deliveries.digest)
        AND versions.status IN ('superseded', 'withdrawn')
        AND versions.counted_by IS NULL
        AND NOT coalesce(list_contains(newest.parts, versions.bill_id), FALSE)
    ORDER BY versions.bill_id
"""
ELSEWHERE = """
    SELECT deliveries.digest, versions.source, list(versions.bill_id ORDER BY bill_id)
    FROM bills.deliveries AS deliveries
    INNER JOIN bills.versions AS versions
        ON list_contains(deliveries.bill_ids, versions.bill_id)
    WHERE list_contains($digests, deliveries.digest)
        AND versions.source <> $source AND versions.status = 'current'
    GROUP BY ALL
    ORDER BY ALL
"""


def first_of(notes: Sequence[str], rest: str) -> tuple[str, ...]:
    """Return as many as a screen shows, and how many more there are.

    Examples:
        >>> first_of(["a"], "So are {} more.")
        ('a',)
        >>> first_of(["a"] * 9, "So are {} more.")[-2:]
        ('a', 'So are 4 more.')
    """
    more = len(notes) - NOTED
    return (*notes[:NOTED], *([rest.format(more)] if more > 0 else []))


def replaced(settings: Settings, given: Mapping[str, str]) -> tuple[str, ...]:
    """Say which deliveries are versions that count no more, and how they would.

    Args:
        settings: Where the warehouse is.
        given: Name of the first file of each delivery, by the delivery's digest.
    """
    if not given:
        return ()
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        rows = con.execute(REPLACED, {"digests": list(given)}).fetchall()
    notes = [
        f"{given[digest]} is known already as {bill_id}, which"
        f" {f'{newest} has replaced' if newest else 'was withdrawn'};"
        f" to bring it back: costwarden bills restore {bill_id}"
        for digest, bill_id, newest in rows
    ]
    return first_of(notes, "So are {} more.")


def elsewhere(
    settings: Settings, given: Mapping[str, str], source: str | None
) -> tuple[str, ...]:
    """Say which deliveries are kept under another source than the one that was named.

    Args:
        settings: Where the warehouse is.
        given: Name of the first file of each delivery, by the delivery's digest.
        source: The name; None where none was given.
    """
    if not given or source is None:
        return ()
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        rows = con.execute(
            ELSEWHERE, {"digests": list(given), "source": source}
        ).fetchall()
    notes = []
    for digest, other, bill_ids in rows:
        more = f" and {len(bill_ids) - 1} more" if bill_ids[1:] else ""
        notes.append(
            f"{given[digest]} is kept under the source {other} as {bill_ids[0]}{more},"
            f" and stays there: to have it under {source} instead, costwarden bills"
            f" withdraw {bill_ids[0]}{' and the others' if more else ''}, then ingest"
            " it again."
        )
    return first_of(notes, "So are {} more.")


def without_parts(names: Iterable[str]) -> tuple[str, ...]:
    """Say which numbered files are not there though later ones are.

    Args:
        names: Paths of the files that arrived.
    """
    notes = [
        f"{missing} is not there, though later parts are: if the export has it, fetch"
        " it and ingest all parts together."
        for missing in missing_parts(names)
    ]
    return first_of(notes, "Nor are {} more.")


def without_rows(names: Iterable[str]) -> tuple[str, ...]:
    """Say which exports hold nothing but a header.

    Args:
        names: Paths of these files.
    """
    notes = [
        f"{name} has a header but no rows: there is nothing to load from it, and what"
        " was loaded before stays; to take a bill back: costwarden bills withdraw."
        for name in names
    ]
    return first_of(notes, "So have {} more.")
