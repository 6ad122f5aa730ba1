"""Exports as providers write them, and a warehouse to ingest them into."""

import csv
import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from tasks.edge.costs import daily
from tasks.edge.database import warehouse
from tasks.edge.intake import bills
from tasks.edge.mapping import focus
from tasks.edge.settings import Settings

LEGACY = {
    "bill/PayerAccountId": "111111111111",
    "bill/BillingPeriodStartDate": "2026-05-01T00:00:00Z",
    "lineItem/UsageAccountId": "222222222222",
    "lineItem/LineItemType": "Usage",
    "lineItem/UsageStartDate": "2026-05-02T03:00:00Z",
    "lineItem/ProductCode": "AmazonEC2",
    "lineItem/CurrencyCode": "USD",
    "lineItem/UnblendedCost": "1.5",
}
FOCUS = {
    "BilledCost": "1.5",
    "BillingAccountId": "acme",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-05-01T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargePeriodStart": "2026-05-02T00:00:00Z",
    "EffectiveCost": "1.25",
    "ServiceProviderName": "Microsoft Azure",
}


def rows_of(template, *changes):
    """One row for each change, like the template but for what the change says."""
    return [template | change for change in changes or ({},)]


def write_csv(path, rows, written_at=None, delimiter=","):
    """Write rows as CSV; columns are those of all rows together."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", newline="", encoding="utf-8") as stream:
        out = csv.DictWriter(stream, columns, delimiter=delimiter)
        out.writeheader()
        out.writerows(rows)
    return written(path, written_at)


def write_parquet(path, rows, types, written_at=None):
    """Write rows as Parquet; each column gets the type named for it, or VARCHAR."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source = write_csv(path.with_suffix(".source.csv"), rows)
    columns = {name: types.get(name, "VARCHAR") for name in rows[0]}
    shown = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in columns.items())
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT {shown} FROM read_csv($source, all_varchar = TRUE,"
            " header = TRUE)) TO $target (FORMAT parquet)",
            {"source": str(source), "target": str(path)},
        )
    source.unlink()
    return written(path, written_at)


def write_manifest(path, content, written_at=None):
    """Write a manifest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return written(path, written_at)


def written(path, moment):
    """Pretend that a file was written at ``2026-05-03`` or so."""
    if moment:
        seconds = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
        os.utime(path, (seconds, seconds))
    return path


class World:
    """A warehouse in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Keep everything below a folder."""
        self.folder = folder
        self.settings = Settings(database=str(folder / "w" / "costwarden.duckdb"))
        self.said: list[str] = []

    def ingest(self, *paths, **arguments):
        """Ingest paths; what is said on the way is kept in ``said``."""
        return bills.ingest(
            self.settings,
            [str(path) for path in paths],
            say=self.said.append,
            **arguments,
        )

    def rows(self, query, **values):
        """Ask the warehouse."""
        with warehouse.connect(self.settings.database) as con:
            return con.execute(query, values or None).fetchall()

    def charges(self, columns, order="ALL"):
        """FOCUS rows of what was ingested, after all days are written."""
        with warehouse.connect(self.settings.database) as con:
            focus.install(con, self.settings.lake_path)
            daily.aggregate(con, self.settings.lake_path)
            return con.execute(
                f"SELECT {columns} FROM focus.cost_and_usage ORDER BY {order}"
            ).fetchall()

    def versions(self, columns="bill_id, status"):
        """All versions, by key."""
        return self.rows(f"SELECT {columns} FROM bills.versions ORDER BY bill_id")

    def lake(self):
        """The files of the lake, but for the notes at its root and the sums."""
        root = self.settings.lake_path
        files = (file.relative_to(root) for file in root.rglob("*") if file.is_file())
        return sorted(
            str(file)
            for file in files
            if not any(part.startswith(".") for part in file.parts)
        )

    def state(self):
        """Everything that ingesting may change, but for the time of loading."""
        return (
            self.versions("* EXCLUDE (loaded_at)"),
            self.rows("FROM bills.totals ORDER BY ALL"),
            self.rows("SELECT digest, bill_ids FROM bills.deliveries ORDER BY ALL"),
            self.rows("FROM evidence.utilisation ORDER BY ALL"),
            self.rows("FROM evidence.resources ORDER BY ALL"),
            self.lake(),
        )

    def content(self, bill_id):
        """The rows of a version's files."""
        files = self.rows(
            "SELECT files FROM bills.versions WHERE bill_id = $id", id=bill_id
        )[0][0]
        paths = [str(self.settings.lake_path / file) for file in files]
        with duckdb.connect() as con:
            con.execute("SET TimeZone = 'UTC'")
            query = "FROM read_parquet($files, union_by_name = TRUE)"
            found = con.execute(query, {"files": paths})
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
