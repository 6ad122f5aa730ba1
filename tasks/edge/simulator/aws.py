"""AWS Data Exports: CUR 2.0 and FOCUS as Parquet, each execution in its own folder."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.core.simulation import columns, lines
from tasks.edge.simulator import cur2
from tasks.edge.simulator.files import (
    PARQUET,
    Bill,
    focus,
    run_id,
    save,
    save_json,
    stamp,
)

# AWS parts large reports into several files.
FILE_ROWS = 500_000

BUCKET = "nordwind-billing"


@dataclass(frozen=True)
class Delivery:
    """Where one execution of an export goes."""

    root: Path
    name: str
    bill: Bill

    @property
    def execution(self) -> str:
        """Id of the execution, which begins with its time."""
        return f"{self.moment}-{run_id(self.bill, self.name)}"

    @property
    def moment(self) -> str:
        """When it was written."""
        return f"{self.bill.export.exported_at:%Y-%m-%dT%H:%M:%S}.000Z"

    @property
    def partition(self) -> str:
        """Folder of the execution within data and metadata."""
        return f"BILLING_PERIOD={self.bill.export.period}/{self.execution}"

    def file(self, number: int) -> str:
        """Name of a data file; the first is 1."""
        return f"{self.name}-{number:05}.snappy.parquet"

    def path(self, number: int) -> Path:
        """Path of a data file."""
        return self.root / self.name / "data" / self.partition / self.file(number)


def write_cur2(bill: Bill) -> int:
    """Write one execution of a CUR 2.0 export; return the number of files."""
    delivery = Delivery(bill.out / "aws" / "cur2", "nordwind-cur2", bill)
    known_day = bill.world.span.day(bill.export.on)
    found = lines.lines(bill.world, bill.usage, bill.export.month, known_day)
    delivery.path(1).parent.mkdir(parents=True, exist_ok=True)
    written: list[Future[None]] = []
    # One file is written while the next is made up; never more, for memory's sake.
    with ThreadPoolExecutor(1) as pool:
        for table in _files(cur2.usage(bill, found), cur2.charges(bill)):
            if written:
                written[-1].result()
            path = delivery.path(len(written) + 1)
            written.append(pool.submit(_save, table, path, bill.export.exported_at))
    for job in written:
        job.result()
    return len(written) + _manifest(delivery, columns.CUR2, len(written))


def _save(table: pa.Table, path: Path, at: datetime) -> None:
    # Without Arrow's own schema, so that readers see text, not dictionaries.
    pq.write_table(table, path, store_schema=False)
    stamp(path, at)


def _files(usage: Iterator[pa.Table], charges: pa.Table) -> Iterator[pa.Table]:
    """Yield the tables of files; charges that are not usage come last."""
    waiting: list[pa.Table] = []
    for table in usage:
        waiting.append(table)
        if sum(part.num_rows for part in waiting) >= FILE_ROWS:
            yield pa.concat_tables(waiting)
            waiting = []
    yield pa.concat_tables([*waiting, charges])


def write_focus(bill: Bill) -> int:
    """Write one execution of a FOCUS export; return the number of files."""
    delivery = Delivery(bill.out / "focus" / "aws", "nordwind-focus", bill)
    query = focus(bill, "DOUBLE")
    save(bill.con, query, delivery.path(1), PARQUET, bill.export.exported_at)
    return 1 + _manifest(delivery, columns.focus("DOUBLE"), 1)


def _manifest(delivery: Delivery, typed: Mapping[str, str], count: int) -> int:
    """Write the manifest, last as AWS does; return 1, the number of files."""
    name, partition = delivery.name, delivery.partition
    account = delivery.bill.world.cloud.billing_account_id
    manifest = {
        "exportArn": f"arn:aws:bcm-data-exports:us-east-1:{account}:export/{name}",
        "exportName": name,
        "executionId": delivery.execution,
        "createdAt": delivery.moment,
        "billingPeriod": delivery.bill.export.period,
        "columns": [{"name": key, "type": _glue(kind)} for key, kind in typed.items()],
        "dataFiles": [
            f"s3://{BUCKET}/{name}/data/{partition}/{delivery.file(number)}"
            for number in range(1, count + 1)
        ],
        "additionalOutputFiles": [],
    }
    folder = delivery.root / name / "metadata" / partition
    at = delivery.bill.export.exported_at
    save_json(folder / f"{name}-Manifest.json", manifest, at)
    return 1


def _glue(kind: str) -> str:
    """Return AWS's name of a type.

    Examples:
        >>> _glue("MAP(VARCHAR, DOUBLE)")
        'map<string,double>'
    """
    name = kind.lower().replace("varchar", "string").replace(" ", "")
    return name.replace("(", "<").replace(")", ">")
