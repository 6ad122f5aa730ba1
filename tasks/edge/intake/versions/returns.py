"""Withdraw a bill version, or bring an earlier one back; the past stays as it was."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tasks.core.errors import NothingThere, WrongVersion
from tasks.edge.database import warehouse
from tasks.edge.database.warehouse import Connection
from tasks.edge.intake.versions import chain
from tasks.edge.intake.versions.chain import Key
from tasks.edge.mapping import counting, focus
from tasks.edge.settings import Settings

COPIED = {
    "series.daily_cost_versions": "SELECT * REPLACE ($new AS bill_id)",
    "series.aggregated_bills": "SELECT $new AS bill_id, now() AS aggregated_at",
    "series.daily_tag_cost_versions": "SELECT * REPLACE ($new AS bill_id)",
    "series.tagged_bills": "SELECT * REPLACE ($new AS bill_id)",
}


@dataclass(frozen=True, slots=True)
class Returned:
    """Which version of a bill counts after a withdrawal or a restoration.

    Attributes:
        bill_id: The version that was asked for.
        current: The version that counts now; None where none does.
        changed: Whether anything was done.
        counted_by: Version of another source that counts in its place.
    """

    bill_id: str
    current: str | None
    changed: bool
    counted_by: str | None = None


def withdraw(
    settings: Settings, bill_id: str, known_at: datetime | None = None
) -> Returned:
    """Let a version count no longer; the one before it counts again.

    Args:
        settings: Where the warehouse and the lake are.
        bill_id: The version.
        known_at: From when it does not count; None means from now on.

    Raises:
        NothingThere: There is no such version.
        WrongVersion: The version that counts is built on it, or was known later.
    """
    moment = known_at or datetime.now(UTC)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        row = _version(con, bill_id)
        current = _current(con, row["key"])
        if row["withdrawn_at"] is not None:
            return _shown(con, settings, row, changed=False)
        if moment <= row["known_at"]:
            raise WrongVersion(
                f"{bill_id} became known at {row['known_at']:%Y-%m-%d %H:%M} UTC: it"
                " can be withdrawn from a later moment only."
            )
        if (
            current not in {None, bill_id}
            and bill_id in _version(con, current)["parts"]
        ):
            raise WrongVersion(
                f"{current}, which counts now, is built on {bill_id}: withdraw"
                f" {current}, or restore the version before {bill_id}."
            )
        with warehouse.transaction(con):
            con.execute(
                "UPDATE bills.parts SET withdrawn_at = $at WHERE bill_id = $id",
                {"at": moment, "id": bill_id},
            )
            chain.settle(con, row["key"])
            aside = _aside(con, row["key"])
            if aside and aside["known_at"] <= moment:
                _add(con, aside, moment)
        return _shown(con, settings, row, changed=True)


def restore(
    settings: Settings, bill_id: str, known_at: datetime | None = None
) -> Returned:
    """Let an earlier version count again, as a new version that shares its files.

    Args:
        settings: Where the warehouse and the lake are.
        bill_id: The version to bring back.
        known_at: From when it counts; None means from now on.

    Raises:
        NothingThere: There is no such version.
        WrongVersion: Its files are no longer kept, or it was known later than that.
    """
    moment = known_at or datetime.now(UTC)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        row = _version(con, bill_id)
        if row["pruned_at"] is not None:
            raise WrongVersion(
                f"The lines of {bill_id} are no longer kept: only its daily series is."
            )
        if moment < row["known_at"]:
            raise WrongVersion(
                f"{bill_id} became known at {row['known_at']:%Y-%m-%d %H:%M} UTC: it"
                " can be brought back at that moment or later."
            )
        current = _current(con, row["key"])
        if current is not None and _version(con, current)["parts"] == row["parts"]:
            return _shown(con, settings, row, changed=False)
        with warehouse.transaction(con):
            _add(con, row, moment)
        return _shown(con, settings, row, changed=True)


def _shown(
    con: Connection, settings: Settings, row: dict[str, Any], *, changed: bool
) -> Returned:
    """Renew what follows from the versions; a run that was killed may not have."""
    counting.choose(con, settings.prefer)
    focus.install(con, settings.lake_path)
    current = _current(con, row["key"])
    beside = con.execute(
        "SELECT counted_by FROM bills.versions WHERE bill_id = $id", {"id": current}
    ).fetchone()
    return Returned(row["bill_id"], current, changed, beside[0] if beside else None)


def _aside(con: Connection, key: Key) -> dict[str, Any] | None:
    """Return what can stand in where nothing counts: the newest of another table.

    It did not count beside what was withdrawn, and counts from then on.
    """
    if _current(con, key) is not None:
        return None
    rows = con.execute(
        "SELECT bill_id FROM bills.versions AS versions"
        " INNER JOIN bills.parts AS parts USING (bill_id)"
        f" WHERE {chain.OF_BILL} AND status = 'superseded' AND counted_by IS NULL"
        " AND reason IS NOT NULL AND pruned_at IS NULL AND parts.withdrawn_at IS NULL"
        " ORDER BY known_at DESC, version DESC LIMIT 1",
        asdict(key),
    ).fetchall()
    return _version(con, rows[0][0]) if rows else None


def _add(con: Connection, row: dict[str, Any], moment: datetime) -> None:
    """Write the new version; its days are copied, not read again."""
    prefix = row["bill_id"].rpartition(".v")[0] + ".v"
    number = chain.next_number(con, prefix)
    new = f"{prefix}{number}"
    con.execute(
        "INSERT INTO bills.versions BY NAME SELECT $new AS bill_id, source,"
        " source_format, provider, billing_account_id, billing_period,"
        " $number AS version, 'current' AS status, digest, $moment AS known_at,"
        " now() AS loaded_at FROM bills.versions WHERE bill_id = $old",
        {"new": new, "number": number, "moment": moment, "old": row["bill_id"]},
    )
    con.execute(
        "INSERT INTO bills.parts BY NAME SELECT $new AS bill_id, [] AS names,"
        " [] AS digests, [] AS files, '' AS first_date, '' AS last_date,"
        " 0 AS row_count, FALSE AS is_increment, $old AS restores",
        {"new": new, "old": row["bill_id"]},
    )
    chain.settle(con, row["key"])
    for table, columns in COPIED.items():
        con.execute(
            f"INSERT INTO {table} BY NAME {columns} FROM {table} WHERE bill_id = $old",
            {"new": new, "old": row["bill_id"]},
        )


def _version(con: Connection, bill_id: str | None) -> dict[str, Any]:
    result = con.execute(
        "SELECT bill_id, source, billing_account_id, billing_period, parts, pruned_at,"
        " withdrawn_at, coalesce(known_at, loaded_at) AS known_at FROM bills.versions"
        " WHERE bill_id = $id AND status <> 'quarantined'",
        {"id": bill_id},
    )
    names = [column[0] for column in result.description or ()]
    rows = result.fetchall()
    if not rows:
        raise NothingThere(
            f"There is no bill version {bill_id!r}: costwarden bills lists them."
        )
    row = dict(zip(names, rows[0], strict=True))
    row["key"] = Key(row["source"], row["billing_account_id"], row["billing_period"])
    return row


def _current(con: Connection, key: Key) -> str | None:
    rows = con.execute(
        "SELECT bill_id FROM bills.versions"
        " WHERE (status = 'current' OR counted_by IS NOT NULL)"
        f" AND {chain.OF_BILL}",
        {
            "source": key.source,
            "billing_account_id": key.billing_account_id,
            "billing_period": key.billing_period,
        },
    ).fetchall()
    return rows[0][0] if rows else None
