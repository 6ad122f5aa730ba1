"""What is known of remote files without fetching them: ``bills.remote_files``."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from tasks.edge.database import warehouse
from tasks.edge.database.warehouse import Connection
from tasks.edge.intake.arriving.remote import Remote

# What another release refused, this one may be able to read.
RELEASE = version("costwarden")


# A file with its digest, or else with what it says as a manifest.
Found = tuple[Remote, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was found in a remote file.

    Attributes:
        stamp: Which content it was.
        digest: Of its content; None for a manifest.
        manifest: What a manifest says, as JSON; None for any other file.
        is_recent: Whether this release of ours has read it.
    """

    stamp: str
    digest: str | None
    manifest: str | None
    is_recent: bool


@dataclass(frozen=True, slots=True)
class Memory:
    """All that is remembered.

    Attributes:
        files: By URL.
        refusals: Reasons of what is in quarantine, by digest.
    """

    files: dict[str, Remembered]
    refusals: dict[str, str]

    def of(self, remote: Remote) -> Remembered | None:
        """Return what is known of a file, if it is still the same."""
        known = self.files.get(remote.url)
        return known if known and known.stamp == remote.stamp else None


def load(con: Connection) -> Memory:
    """Return what was found so far."""
    rows = con.execute(
        "SELECT url, stamp, digest, manifest, release FROM bills.remote_files"
    ).fetchall()
    refused = con.execute(
        "SELECT digest, reason FROM bills.versions WHERE status = 'quarantined'"
    ).fetchall()
    return Memory(
        {
            url: Remembered(stamp, digest, manifest, release == RELEASE)
            for url, stamp, digest, manifest, release in rows
        },
        dict(refused),
    )


def keep(con: Connection, found: Sequence[Found]) -> None:
    """Remember what is in some files.

    Args:
        con: The warehouse.
        found: What is in each of them.
    """
    rows = [
        [remote.url, remote.stamp, digest, manifest, RELEASE]
        for remote, digest, manifest in found
        if remote.stamp
    ]
    if rows:
        with warehouse.transaction(con):
            con.executemany(
                "INSERT OR REPLACE INTO bills.remote_files"
                " (url, stamp, digest, manifest, release, seen_at)"
                " VALUES (?, ?, ?, ?, ?, now())",
                rows,
            )


def said(text: str) -> str:
    """Return what counts of a manifest; its list of columns is long and does not.

    Raises:
        JSONDecodeError: It is not JSON.
    """
    content = json.loads(text)
    if isinstance(content, dict):
        content.pop("columns", None)
    return json.dumps(content)
