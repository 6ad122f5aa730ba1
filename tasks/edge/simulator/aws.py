"""AWS Data Exports: CUR 2.0 and FOCUS as Parquet, each execution in its own folder.

CUR 2.0 is what large companies have most of, so its lines do not go through SQL: what
lines have in common is made once, and Parquet takes it as dictionaries.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.core.simulation import columns, lines
from tasks.core.simulation.lines import Amounts, Lines
from tasks.core.simulation.seasons import Ints
from tasks.edge import queries
from tasks.edge.simulator import tables
from tasks.edge.simulator.files import (
    PARQUET,
    Bill,
    focus,
    run_id,
    save,
    save_json,
    shaped,
    stamp,
)

BUCKET = "nordwind-billing"

ARROW = {
    "VARCHAR": pa.dictionary(pa.int32(), pa.string()),
    "DOUBLE": pa.float64(),
    "TIMESTAMP": pa.timestamp("ms"),
    "MAP(VARCHAR, VARCHAR)": pa.map_(pa.string(), pa.string()),
    "MAP(VARCHAR, DOUBLE)": pa.map_(pa.string(), pa.float64()),
}
SCHEMA = pa.schema([(name, ARROW[kind]) for name, kind in columns.CUR2.items()])


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

    @property
    def file(self) -> str:
        """Name of the data file."""
        return f"{self.name}-00001.snappy.parquet"

    @property
    def path(self) -> Path:
        """Path of the data file."""
        return self.root / self.name / "data" / self.partition / self.file


def write_cur2(bill: Bill) -> int:
    """Write one execution of a CUR 2.0 export; return the number of files."""
    delivery = Delivery(bill.out / "aws" / "cur2", "nordwind-cur2", bill)
    known_day = bill.world.span.day(bill.export.on)
    found = lines.lines(bill.world, bill.usage, bill.export.month, known_day)
    delivery.path.parent.mkdir(parents=True, exist_ok=True)
    # Without Arrow's own schema, so that readers see text, not dictionaries.
    with pq.ParquetWriter(delivery.path, SCHEMA, store_schema=False) as writer:
        for table in _usage(bill, found):
            writer.write_table(table)
        writer.write_table(_charges(bill))
    stamp(delivery.path, bill.export.exported_at)
    return 1 + _manifest(delivery, columns.CUR2)


def write_focus(bill: Bill) -> int:
    """Write one execution of a FOCUS export; return the number of files."""
    delivery = Delivery(bill.out / "focus" / "aws", "nordwind-focus", bill)
    query = focus(bill, "DOUBLE")
    save(bill.con, query, delivery.path, PARQUET, bill.export.exported_at)
    return 1 + _manifest(delivery, columns.focus("DOUBLE"))


def _usage(bill: Bill, found: Lines) -> Iterator[pa.Table]:
    """Yield usage lines as tables of the report's schema."""
    constants = {
        "bill_billing_period_start_date": _midnight(bill.start),
        "bill_billing_period_end_date": _midnight(bill.end),
    }
    shared = _items(bill, found)
    times = _times(bill)
    for part in lines.amounts(bill.world, found):
        arrays = {name: _taken(value, part.item) for name, value in shared.items()}
        arrays |= {name: _taken(value, part.slot) for name, value in times.items()}
        arrays |= _numbers(part)
        arrays |= {
            name: pa.repeat(value, part.item.size) for name, value in constants.items()
        }
        yield _complete(arrays, part.item.size)


def _items(bill: Bill, found: Lines) -> dict[str, pa.Array]:
    """Return what lines have in common, one value per item."""
    tables.put(bill.con, "items", tables.items(found.items))
    query = queries.text("simulate/cur2_items")
    table = bill.con.sql(query).to_arrow_table()
    shared = {name: table[name].combine_chunks() for name in table.column_names}
    if bill.invoice != "NULL":
        invoice = bill.invoice.strip("'")
        shared["bill_invoice_id"] = pa.repeat(pa.scalar(invoice), table.num_rows)
    return {
        name: value.dictionary_encode() if pa.types.is_string(value.type) else value
        for name, value in shared.items()
    }


def _times(bill: Bill) -> dict[str, pa.Array]:
    """Return times, one value per part of a day."""
    slots = tables.slots(bill.world, bill.export.month)
    return {
        "line_item_usage_start_date": slots["start_at"].cast(ARROW["TIMESTAMP"]),
        "line_item_usage_end_date": slots["end_at"].cast(ARROW["TIMESTAMP"]),
        "identity_time_interval": pa.array(slots["time_interval"]).dictionary_encode(),
    }


def _midnight(day: date) -> pa.Scalar:
    return pa.scalar(datetime.combine(day, time(), UTC), ARROW["TIMESTAMP"])


def _taken(values: pa.Array, index: Ints) -> pa.Array:
    """Return values by index; of dictionaries only the indices are touched."""
    if not pa.types.is_dictionary(values.type):
        return values.take(pa.array(index))
    taken = values.indices.take(pa.array(index))
    return pa.DictionaryArray.from_arrays(taken, values.dictionary)


def _numbers(part: Amounts) -> dict[str, pa.Array]:
    return {
        name: pa.array(value, mask=np.isnan(value))
        for name, value in part.columns.items()
    }


def _complete(arrays: Mapping[str, pa.Array], size: int) -> pa.Table:
    """Return all columns of the report; those without values are null."""
    return pa.table(
        [
            arrays[field.name].cast(field.type)
            if field.name in arrays
            else _nulls(size, field.type)
            for field in SCHEMA
        ],
        schema=SCHEMA,
    )


@lru_cache(maxsize=16)
def _nulls(size: int, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        indices = pa.nulls(size, pa.int32())
        return pa.DictionaryArray.from_arrays(indices, pa.array([], pa.string()))
    return pa.nulls(size, kind)


def _charges(bill: Bill) -> pa.Table:
    """Return lines that are not usage."""
    constants = {
        "bill_billing_period_start_date": f"TIMESTAMP '{bill.start}'",
        "bill_billing_period_end_date": f"TIMESTAMP '{bill.end}'",
        "bill_invoice_id": bill.invoice,
    }
    relation = f"({queries.text('simulate/cur2_charges')})"
    query = shaped(bill.con, relation, columns.CUR2, constants)
    table = bill.con.sql(query).to_arrow_table().combine_chunks()
    arrays = {
        name: _encoded(table[name], SCHEMA.field(name).type)
        for name in table.column_names
    }
    return _complete(arrays, table.num_rows)


def _encoded(values: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    whole = pa.concat_arrays(values.chunks) if values.num_chunks else _nulls(0, kind)
    return whole.dictionary_encode() if pa.types.is_string(whole.type) else whole


def _manifest(delivery: Delivery, typed: Mapping[str, str]) -> int:
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
        "dataFiles": [f"s3://{BUCKET}/{name}/data/{partition}/{delivery.file}"],
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
