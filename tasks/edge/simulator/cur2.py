"""Lines of CUR 2.0 as Arrow tables of the report's schema.

They are what large companies have most of, so they do not go through SQL one by one:
what lines have in common is made once, and Parquet takes it as dictionaries.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tasks.core.simulation import columns, lines
from tasks.core.simulation.charges import DAYS_OF_TERM
from tasks.core.simulation.lines import Amounts, Lines
from tasks.core.simulation.seasons import Floats, Ints
from tasks.edge.database import queries
from tasks.edge.simulator import tables
from tasks.edge.simulator.files import Bill, shaped

TEXT = pa.dictionary(pa.int32(), pa.string())
ARROW = {
    "VARCHAR": TEXT,
    "DOUBLE": pa.float64(),
    "TIMESTAMP": pa.timestamp("ms"),
    "MAP(VARCHAR, VARCHAR)": pa.map_(TEXT, TEXT),
    "MAP(VARCHAR, DOUBLE)": pa.map_(TEXT, pa.float64()),
}
# Too many values for a dictionary of all of them in each file.
PLAIN = frozenset({"line_item_resource_id", "identity_line_item_id"})
SCHEMA = pa.schema(
    [
        (name, pa.string() if name in PLAIN else ARROW[kind])
        for name, kind in columns.CUR2.items()
    ]
)


def usage(bill: Bill, found: Lines) -> Iterator[pa.Table]:
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
    first = bill.world.span.first
    days = {"first_at": first, "last_at": first + timedelta(days=DAYS_OF_TERM - 1)}
    shared: dict[str, pa.Array] = {}
    for name, params in (("cur2_items", None), ("cur2_terms", days)):
        table = bill.con.sql(queries.text(f"simulate/{name}"), params=params)
        for key, value in _columns(table.to_arrow_table()).items():
            shared[key] = _encoded(value, SCHEMA.field(key).type)
    if bill.invoice != "NULL":
        invoice = pa.scalar(bill.invoice.strip("'"))
        repeated = pa.repeat(invoice, found.items.meter.size)
        shared["bill_invoice_id"] = repeated.dictionary_encode()
    return shared


def _columns(table: pa.Table) -> dict[str, pa.Array]:
    return {
        name: pa.concat_arrays(table[name].chunks)
        if table[name].num_chunks
        else pa.nulls(0, table[name].type)
        for name in table.column_names
    }


def _encoded(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return values as the report's type has them, text by dictionary."""
    if pa.types.is_map(kind) and values.type != kind:
        return pa.MapArray.from_arrays(
            values.offsets,
            _encoded(values.keys, kind.key_type),
            _encoded(values.items, kind.item_type),
            mask=values.is_null(),
        )
    if pa.types.is_dictionary(kind) and pa.types.is_string(values.type):
        return values.dictionary_encode()
    return values.cast(kind)


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


def _taken(values: pa.Array, index: Ints | NDArray[np.int16]) -> pa.Array:
    """Return values by index; of dictionaries only the indices are touched."""
    if pa.types.is_map(values.type):
        return _taken_maps(values, index)
    if pa.types.is_dictionary(values.type):
        taken = values.indices.take(pa.array(index))
        return pa.DictionaryArray.from_arrays(taken, values.dictionary)
    return values.take(pa.array(index))


def _taken_maps(values: pa.MapArray, index: Ints | NDArray[np.int16]) -> pa.MapArray:
    """Return maps by index; Arrow's own way takes several times as long."""
    starts = values.offsets.to_numpy()
    counts = np.diff(starts)[index]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    entries = np.repeat(starts[index] - offsets[:-1], counts) + np.arange(offsets[-1])
    keys, items = (
        pa.DictionaryArray.from_arrays(
            part.indices.to_numpy()[entries], part.dictionary
        )
        for part in (values.keys, values.items)
    )
    return pa.MapArray.from_arrays(offsets, keys, items)


def _numbers(part: Amounts) -> dict[str, pa.Array]:
    found = {
        name: pa.array(value, mask=np.isnan(value))
        for name, value in part.columns.items()
    }
    found["discount"] = _discounts(part.columns["discount_total_discount"])
    return found


def _discounts(amounts: Floats) -> pa.Array:
    """Return the map of discounts: the negotiated one, where there is one."""
    is_given = amounts != 0
    offsets = np.concatenate([[0], np.cumsum(is_given)]).astype(np.int32)
    indices = np.zeros(int(is_given.sum()), dtype=np.int32)
    keys = pa.DictionaryArray.from_arrays(indices, pa.array(["edp_discount"]))
    return pa.MapArray.from_arrays(offsets, keys, amounts[is_given])


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


def _nulls(size: int, kind: pa.DataType) -> pa.Array:
    return _many_nulls(max(size, lines.CHUNK), kind).slice(0, size)


@lru_cache(maxsize=16)
def _many_nulls(size: int, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        indices = pa.nulls(size, pa.int32())
        return pa.DictionaryArray.from_arrays(indices, pa.array([], pa.string()))
    return pa.nulls(size, kind)


def charges(bill: Bill) -> pa.Table:
    """Return lines that are not usage."""
    constants = {
        "bill_billing_period_start_date": f"TIMESTAMP '{bill.start}'",
        "bill_billing_period_end_date": f"TIMESTAMP '{bill.end}'",
        "bill_invoice_id": bill.invoice,
    }
    relation = f"({queries.text('simulate/cur2_charges')})"
    query = shaped(bill.con, relation, columns.CUR2, constants)
    found = _columns(bill.con.sql(query).to_arrow_table())
    arrays = {
        name: _encoded(value, SCHEMA.field(name).type) for name, value in found.items()
    }
    return _complete(arrays, len(found["line_item_usage_amount"]))
