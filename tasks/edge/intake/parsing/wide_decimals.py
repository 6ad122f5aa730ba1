"""Keep all digits of Parquet's widest decimals, of which DuckDB makes binary floats.

A decimal of more than 38 digits, such as BigQuery's BIGNUMERIC, has no type in DuckDB.
A file with such columns is copied with these as text.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.core.errors import UnreadableFile


def as_text(path: Path, name: str, scratch: Path) -> Path:
    """Return a copy of a Parquet file in which its widest decimals are text.

    Args:
        path: The file.
        name: What people call it.
        scratch: Folder for the copy.

    Raises:
        UnreadableFile: It is damaged.
    """
    target = scratch / "wide decimals"
    try:
        with pq.ParquetFile(path) as source:
            shape = pa.schema([_narrow(field) for field in source.schema_arrow])
            with pq.ParquetWriter(target, shape) as copy:
                for batch in source.iter_batches():
                    copy.write_batch(batch.cast(shape))
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(
            f"{name} is a truncated or damaged Parquet file: fetch it again."
        ) from error
    return target


def _narrow(field: pa.Field) -> pa.Field:
    return field.with_type(_narrowed(field.type))


def _narrowed(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_decimal256(kind):
        return pa.string()
    if pa.types.is_struct(kind):
        return pa.struct([_narrow(field) for field in kind])
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(_narrow(kind.value_field))
    if pa.types.is_map(kind):
        return pa.map_(kind.key_field, _narrow(kind.item_field))
    return kind
