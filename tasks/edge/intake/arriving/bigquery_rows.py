"""Rows as BigQuery's API sends them, with the text of each number as it came."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def raw(rows: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows of a result; the SDK's own rows would hold binary floats.

    Args:
        rows: What a query job returns.
    """
    for page in rows.pages:
        for row in page.raw_page.get("rows", ()):
            yield _record(rows.schema, row)


def _record(fields: Any, record: Mapping[str, Any]) -> dict[str, Any]:
    cells = (cell["v"] for cell in record["f"])
    return {
        field.name: _value(field, cell)
        for field, cell in zip(fields, cells, strict=True)
        if cell is not None
    }


def _value(field: Any, cell: Any) -> Any:
    if field.mode == "REPEATED":
        return [_one(field, item["v"]) for item in cell]
    return _one(field, cell)


def _one(field: Any, cell: Any) -> Any:
    if field.field_type in {"RECORD", "STRUCT"}:
        return _record(field.fields, cell)
    if field.field_type == "TIMESTAMP":
        return (EPOCH + timedelta(microseconds=int(cell))).isoformat()
    return cell
