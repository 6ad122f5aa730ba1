"""What was refused: kept with the reason until it has been delivered whole."""

from collections.abc import Sequence
from hashlib import sha256

from tasks.edge.database import warehouse
from tasks.edge.database.warehouse import Connection


def refuse(
    con: Connection,
    names: Sequence[str],
    digest: str,
    source: str | None,
    reason: str,
) -> None:
    """Note a delivery that cannot be loaded; noting it again changes nothing."""
    bill_id = sha256("\n".join([*sorted(names), digest]).encode()).hexdigest()
    with warehouse.transaction(con):
        con.execute(
            "DELETE FROM bills.versions WHERE status = 'quarantined'"
            " AND list_has_any(origin, $names) AND bill_id <> $bill_id",
            {"names": list(names), "bill_id": bill_id},
        )
        con.execute(
            "INSERT INTO bills.versions (bill_id, source, source_format, status,"
            " reason, digest, files, origin, loaded_at) VALUES ($bill_id, $source,"
            " 'unknown', 'quarantined', $reason, $digest, [], $names, now())"
            " ON CONFLICT (bill_id) DO UPDATE SET reason = excluded.reason",
            {
                "bill_id": bill_id,
                "source": source or "unknown",
                "reason": reason,
                "digest": digest,
                "names": list(names),
            },
        )


def forgive(con: Connection, names: Sequence[str]) -> None:
    """Take export files out of quarantine that have now been delivered whole."""
    con.execute(
        "DELETE FROM bills.versions WHERE status = 'quarantined'"
        " AND list_has_any(origin, $origin)",
        {"origin": list(names)},
    )
