"""Google's billing tables, asked in BigQuery: what each run finds new is one file.

Such a table only grows, and ``export_time`` says when a row was added. A file is a
window of export times, ``…/SINCE--UNTIL/rows.jsonl.gz``; which windows were read is
remembered as for any remote file, so the next one begins where the last one ended.
"""

import gzip
import importlib
import json
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from tasks.core.errors import ConfigError, SourceUnavailable
from tasks.edge.intake.arriving import remote
from tasks.edge.intake.arriving.bigquery_rows import EPOCH, raw
from tasks.edge.intake.arriving.reach import reaching
from tasks.edge.intake.arriving.remote import Remote

URL = re.compile(r"bigquery://([a-z0-9.:-]+)/(\w+)/([\w-]+)/?", re.ASCII)
WINDOW = re.compile(r"/\d{8}T\d{6}\.\d{6}Z--\d{8}T\d{6}\.\d{6}Z/rows\.jsonl\.gz")
DAY_AND_TIME = "%Y%m%dT%H%M%S.%fZ"

# Columns that say when a row was added: of Google's own tables, and of FOCUS.
STAMPS = ("export_time", "x_ExportTime")
# A window begins so long before the end of the last one, lest a row that was added
# while we looked is lost; rows that are known already are left out when it is loaded.
OVERLAP = timedelta(hours=6)
# What one query may cost unless the settings say otherwise: 100 GiB, below a dollar.
MAXIMUM_BYTES_BILLED = 100 * 1024**3
OPTIONS = {"billing_project", "location", "maximum_bytes_billed"}
# Rows that one answer brings; BigQuery sends fewer if they are large.
PAGE_ROWS = 20_000
# Kinds of partitions whose names begin with a day.
DAILY = ("DAY", "HOUR")
RETRY_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Window:
    """Some rows of a table, by the time at which they were added.

    Attributes:
        since: The earliest.
        until: The latest, itself included.
    """

    since: datetime
    until: datetime

    @property
    def name(self) -> str:
        """Its file, below the table's URL."""
        ends = (f"{end:{DAY_AND_TIME}}" for end in (self.since, self.until))
        return f"/{'--'.join(ends)}/rows.jsonl.gz"

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the window of a file."""
        ends = name.split("/")[1].split("--")
        return cls(
            *(datetime.strptime(end, DAY_AND_TIME).replace(tzinfo=UTC) for end in ends)
        )


class Table:
    """A billing table or view, and the right to ask for its rows.

    It is the ``system`` of its files: ``get_file`` writes one, ``info`` describes it.
    """

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        """Look at what columns it has, which costs nothing.

        Raises:
            ConfigError: It is no URL of a table, or the table is not for us.
        """
        self.url = url.rstrip("/")
        self.options = _checked(url, options)
        match = URL.fullmatch(url)
        if not match:
            raise ConfigError(
                f"{url} is no table: write bigquery://PROJECT/DATASET/TABLE."
            )
        self.dataset, self.name = ".".join(match.groups()[:2]), match[3]
        self.sdk = importlib.import_module("google.cloud.bigquery")
        self.client = _client(self.sdk, match[1], self.options)
        self.retry = self.sdk.DEFAULT_RETRY.with_timeout(RETRY_SECONDS)
        found = self.client.get_table(f"{self.dataset}.{self.name}", retry=self.retry)
        columns = {field.name: field for field in found.schema}
        self.stamp = next((name for name in STAMPS if name in columns), "")
        if not self.stamp:
            raise ConfigError(
                f"{url} has no column {' or '.join(STAMPS)}, so nobody can say which"
                " rows are new: name a billing export table of Google."
            )
        by_time = found.time_partitioning
        self.is_partitioned = (
            by_time is not None and by_time.field is None and by_time.type_ in DAILY
        )
        self.columns = len(columns)

    def newest(self, known: datetime) -> datetime | None:
        """Return when rows were last added, if that was after ``known``.

        Raises:
            ConfigError: It would cost more than is allowed.
        """
        where, values = self._partitions(known)
        if "first" in values and values["first"] is None:
            return None
        rows = self._rows(
            f"SELECT MAX({self.stamp}) AS newest FROM `{self.dataset}.{self.name}`"
            f" WHERE {self.stamp} > @known{where}",
            known=known,
            **values,
        )
        found: datetime | None = next(iter(rows))["newest"]
        return found

    def get_file(self, key: str, target: str) -> None:
        """Write the rows of a window as JSON lines.

        Raises:
            ConfigError: It would cost more than is allowed.
            SourceUnavailable: Some of them did not come.
        """
        window = Window.named(key)
        where, values = self._partitions(window.since)
        rows = self._rows(
            f"SELECT * FROM `{self.dataset}.{self.name}`"
            f" WHERE {self.stamp} >= @since AND {self.stamp} <= @until{where}",
            since=window.since,
            until=window.until,
            **values,
        )
        written = 0
        with gzip.open(Path(target), "wt", encoding="utf-8", compresslevel=1) as out:
            for row in raw(rows):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                written += 1
        if written != rows.total_rows:
            raise SourceUnavailable(
                f"{self.url} sent {written} of {rows.total_rows} rows: run again."
            )

    def info(self, key: str) -> dict[str, Any]:
        """Return what is known of a window: its name tells it from any other."""
        return {"generation": key, "updated": Window.named(key).until}

    def _partitions(self, since: datetime) -> tuple[str, dict[str, datetime | None]]:
        """Return a filter by day of partition, so that older ones cost nothing.

        A row is in no partition that was last written before the row was added. The
        day of the partition itself is no measure: Google does not say how it is chosen.
        Rows that were streamed are in none for a while.
        """
        if not self.is_partitioned or since <= EPOCH:
            return "", {}
        rows = self._rows(
            "SELECT MIN(PARSE_TIMESTAMP('%Y%m%d', SUBSTR(partition_id, 1, 8)))"
            f" AS first FROM `{self.dataset}.INFORMATION_SCHEMA.PARTITIONS`"
            " WHERE table_name = @name AND last_modified_time >= @since"
            " AND REGEXP_CONTAINS(partition_id, r'^[0-9]{8}')",
            name=self.name,
            since=since,
        )
        where = " AND (_PARTITIONTIME >= @first OR _PARTITIONTIME IS NULL)"
        return where, {"first": next(iter(rows))["first"]}

    def _rows(self, query: str, **values: datetime | str | None) -> Any:
        kinds = {
            name: "STRING" if isinstance(value, str) else "TIMESTAMP"
            for name, value in values.items()
        }
        most = int(self.options.get("maximum_bytes_billed", MAXIMUM_BYTES_BILLED))
        config = self.sdk.QueryJobConfig(
            maximum_bytes_billed=most,
            query_parameters=[
                self.sdk.ScalarQueryParameter(name, kinds[name], value)
                for name, value in values.items()
            ],
        )
        try:
            job = self.client.query(query, job_config=config, retry=self.retry)
            return job.result(
                page_size=PAGE_ROWS,
                retry=self.retry,
            )
        except Exception as error:
            if "bytes billed" in str(error):
                raise ConfigError(
                    f"{self.url}: one query would cost more than maximum_bytes_billed ="
                    f" {most} allows ({error}): raise it in the source's options."
                ) from error
            raise


def listed(
    url: str, options: Mapping[str, Any], known: Collection[str]
) -> list[Remote]:
    """Return the windows that were read before, and one more if rows were added.

    Args:
        url: ``bigquery://PROJECT/DATASET/TABLE``.
        options: Some of ``OPTIONS``.
        known: The URLs that were read before.

    Raises:
        ConfigError: There is no such table, no right to read it, or a wrong option.
        SourceUnavailable: BigQuery does not answer.
    """
    with reaching(url):
        table = Table(url, options)
        names = [
            name.removeprefix(table.url)
            for name in known
            if name.startswith(table.url) and WINDOW.fullmatch(name[len(table.url) :])
        ]
        last = max((Window.named(name).until for name in names), default=EPOCH)
        newest = table.newest(last)
    if newest is not None:
        names.append(Window(max(last - OVERLAP, EPOCH), newest).name)
    return [
        remote.described(table, name, table.url + name, table.info(name))
        for name in names
    ]


def probe(url: str, options: Mapping[str, Any]) -> str:
    """Return in a few words what a table is; it costs nothing.

    Raises:
        ConfigError: As ``listed``.
        SourceUnavailable: As ``listed``.
    """
    with reaching(url):
        return f"a table of {Table(url, options).columns} columns"


def _checked(url: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in options:
        if name not in OPTIONS:
            known = ", ".join(sorted(OPTIONS))
            raise ConfigError(f"{url} has no option {name}; it has {known}.")
    return options


def _client(sdk: Any, project: str, options: Mapping[str, Any]) -> Any:
    """Return a client; an emulator is asked without saying who we are."""
    who = None
    if os.environ.get("BIGQUERY_EMULATOR_HOST"):
        who = importlib.import_module("google.auth.credentials").AnonymousCredentials()
    return sdk.Client(
        project=options.get("billing_project", project),
        location=options.get("location"),
        credentials=who,
    )
