"""Columns of Parquet and JSON files, with those that lie within others."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tasks.core.errors import UnreadableFile
from tasks.edge.database import queries

Connection = duckdb.DuckDBPyConnection

# Objects of a JSON file that are looked at for the names of its columns.
SAMPLE = 1000

# What DuckDB's widest decimal has.
DIGITS = 38

# What writers of Parquet call the two groups of a list.
LIST_GROUPS = {"bag", "list"}
LIST_ELEMENTS = {"array", "array_element", "element", "item"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of a file that nests, by position.

    Attributes:
        header: Their names; the parts of a nested one are joined by dots.
        sources: What they are called in SQL.
        types: DuckDB's types of a Parquet file; None for JSON.
        keys: The keys that a JSON file is to be read by; None for Parquet.
    """

    header: tuple[str, ...]
    sources: tuple[str, ...]
    types: tuple[str, ...] | None
    keys: tuple[str, ...] | None = None

    def having(self, wanted: Iterable[str]) -> "Columns":
        """Return them with those of a JSON file that its first objects lack."""
        fresh = [name for name in wanted if name not in self.header]
        if self.keys is None:
            return self
        paths = [tuple(name.split(".")) for name in fresh]
        keys = dict.fromkeys([*self.keys, *(path[0] for path in paths)])
        return Columns(
            (*self.header, *fresh),
            (*self.sources, *map(_json_source, paths)),
            None,
            tuple(keys),
        )


def parquet_columns(con: Connection, path: Path, name: str) -> tuple[Columns, Columns]:
    """Return the columns of a Parquet file, as they are and with structs opened.

    Raises:
        UnreadableFile: It is truncated or damaged.
    """
    try:
        found = con.execute(
            "SELECT * FROM read_parquet($path, hive_partitioning = FALSE) LIMIT 0",
            {"path": str(path)},
        ).description
    except duckdb.Error as error:
        raise UnreadableFile(
            f"{name} is a truncated or damaged Parquet file: fetch it again."
        ) from error
    plain = [((column[0],), column[1]) for column in found or ()]
    opened = [leaf for column in plain for leaf in _parquet_leaves(*column)]
    return _parquet(plain), _parquet(opened)


def has_wide_decimals(con: Connection, path: Path) -> bool:
    """Whether a Parquet file has decimals that are too wide for DuckDB's own."""
    query = f"SELECT 1 FROM parquet_schema($path) WHERE precision > {DIGITS} LIMIT 1"
    return bool(con.execute(query, {"path": str(path)}).fetchall())


def json_columns(con: Connection, path: Path, name: str) -> tuple[Columns, Columns]:
    """Return the columns of a file of JSON objects, as they are and opened.

    Raises:
        UnreadableFile: It is no JSON.
    """
    try:
        rows = con.execute(
            "SELECT json_group_structure(json) FROM (SELECT json FROM"
            f" read_json_objects($path, format = 'auto') LIMIT {SAMPLE})",
            {"path": str(path)},
        ).fetchall()
    except duckdb.Error as error:
        line = re.search(r"in line (\d+)", str(error))
        place = f"{name}, line {line[1]}" if line else name
        raise UnreadableFile(
            f"{place}: it is no valid JSON; export it again."
        ) from error
    shape = json.loads(rows[0][0] or "null")
    if not isinstance(shape, dict):
        raise UnreadableFile(f"{name} holds no JSON objects: export it again.")
    opened = tuple(_json_leaves((), shape))
    return _json([(key,) for key in shape]), _json(opened)


def _parquet(columns: Iterable[tuple[tuple[str, ...], object]]) -> Columns:
    found = list(columns)
    return Columns(
        tuple(".".join(path) for path, _ in found),
        tuple(_parquet_source(*column) for column in found),
        tuple(f"{_element(kind) or kind}{'[]' * _is_list(kind)}" for _, kind in found),
    )


def _parquet_source(path: tuple[str, ...], kind: Any) -> str:
    """Return the SQL that gives a value; DuckDB 2.0.0 cannot read a null's member."""
    if len(path) > 1 and kind.id == "null":
        return "NULL"
    source = ".".join(map(queries.identifier, path))
    if not _is_list(kind):
        return source
    outer, groups = kind.children[0]
    inner = groups.children[0][1].children[0][0]
    return (
        f"list_transform({source}.{queries.identifier(outer)},"
        f" LAMBDA one: one.{queries.identifier(inner)})"
    )


def _is_list(kind: Any) -> bool:
    """Whether a struct is a list whose writer did not say so.

    Parquet keeps a list in two groups, ``list`` and ``element``. Where nothing marks
    them as a list, they are read as a struct that holds a list of structs.
    """
    return _element(kind) is not None


def _element(kind: Any) -> Any | None:
    """Return the type of an element of such a list; None for other types."""
    if kind.id != "struct" or len(kind.children) != 1:
        return None
    name, groups = kind.children[0]
    if name not in LIST_GROUPS or groups.id != "list":
        return None
    group = groups.children[0][1]
    members: list[Any] = group.children if group.id == "struct" else []
    is_element = len(members) == 1 and members[0][0] in LIST_ELEMENTS
    return members[0][1] if is_element else None


def _parquet_leaves(
    path: tuple[str, ...], kind: Any
) -> Iterator[tuple[tuple[str, ...], Any]]:
    if kind.id != "struct" or _is_list(kind):
        yield path, kind
        return
    for name, inner in kind.children:
        yield from _parquet_leaves((*path, name), inner)


def _json(paths: Iterable[tuple[str, ...]]) -> Columns:
    found = list(paths)
    return Columns(
        tuple(".".join(path) for path in found),
        tuple(map(_json_source, found)),
        None,
        tuple(dict.fromkeys(path[0] for path in found)),
    )


def _json_source(path: tuple[str, ...]) -> str:
    """Return the SQL that gives the text of a value in a JSON column."""
    steps = "".join(f".{json.dumps(step, ensure_ascii=False)}" for step in path[1:])
    return f"({queries.identifier(path[0])} ->> {queries.literal(f'${steps}')})"


def _json_leaves(
    path: tuple[str, ...], shape: Mapping[str, object]
) -> Iterator[tuple[str, ...]]:
    for key, inner in shape.items():
        if isinstance(inner, dict):
            yield from _json_leaves((*path, key), inner)
        else:
            yield (*path, key)
