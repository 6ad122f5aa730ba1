"""Write the sums of lake files: in the way of their format, or the quick one.

The quick way sums many files in one query, for asking costs as much as a hundred
thousand lines. Files are not summed together: each has its sums to itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from tasks.core.intake import quick_sums
from tasks.core.intake.formats.declaration import Format
from tasks.core.intake.quick_columns import Column
from tasks.core.intake.quick_sums import FILE, Care
from tasks.edge.database import queries

Connection = duckdb.DuckDBPyConnection

LINES = "lines_being_summed"
QUICK = "quickly_summed"
# A file's own columns: which bills it is of stands elsewhere, for it may be of several.
OWN = "COLUMNS(lambda name: name NOT IN ('source', 'version'))"
# Maps and lists have several entries of one name; their order does not matter.
SHAPES = """
    SELECT file_name, list_sort(list([name, type, converted_type, logical_type]))
    FROM parquet_schema($files)
    GROUP BY file_name
"""


@dataclass(frozen=True, slots=True)
class Doubts:
    """What is wrong with quick sums.

    Attributes:
        odd: Places of the files that cannot be summed quickly.
        large: Amounts of which a sum is too large.
        is_mixed: Whether amounts of both signs were summed together.
    """

    odd: frozenset[int]
    large: frozenset[str]
    is_mixed: bool


def write(con: Connection, kind: Format, file: Path, target: Path) -> None:
    """Sum the lines of any file of a format.

    Args:
        con: A connection with the macros of ``tasks.edge.mapping.focus``.
        kind: Format of the file.
        file: The file.
        target: Where the sums go.

    Raises:
        duckdb.Error: The file is damaged.
    """
    _copy(con, f"SELECT {OWN} FROM ({general(con, kind, file)})", target)


def general(con: Connection, kind: Format, file: Path, where: str = "") -> str:
    """Return the query that sums any file of a format."""
    exported = f"{kind.family}_exported({queries.literal([str(file)])}) {where}"
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {LINES} AS"
        f" SELECT {OWN}, '' AS source, '' AS version FROM {exported}"
    )
    return f"FROM {kind.family}_summed('{LINES}')"


def write_quickly(
    con: Connection, kind: Format, targets: Mapping[Path, Path]
) -> set[Path]:
    """Sum the lines of those files for which the quick way is exact.

    Args:
        con: A connection with the macros of ``tasks.edge.mapping.focus``.
        kind: Format of the files.
        targets: Where the sums of each file go, all in one folder.

    Returns:
        The targets that were written.

    Raises:
        duckdb.Error: A file is damaged.
    """
    if not kind.is_quick:
        return set()
    written: set[Path] = set()
    for alike in _alike(con, list(targets)):
        written |= _write_alike(con, kind, alike, targets)
    return written


def _alike(
    con: Connection, files: Sequence[Path]
) -> list[dict[Path, dict[str, Column]]]:
    """Divide files into those of which the same is asked; leave the others out."""
    groups: dict[tuple[str, str], dict[Path, dict[str, Column]]] = defaultdict(dict)
    for file, columns in statistics(con, files).items():
        if quick_sums.is_summable(columns):
            asked = quick_sums.query(columns, Care())
            shown = quick_sums.lines(columns, QUICK, Care())
            groups[asked, shown][file] = columns
    return list(groups.values())


def _write_alike(
    con: Connection,
    kind: Format,
    alike: Mapping[Path, dict[str, Column]],
    targets: Mapping[Path, Path],
) -> set[Path]:
    files = list(alike)
    columns = alike[files[0]]
    care = Care()
    while True:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {QUICK} AS\n"
            + quick_sums.query(columns, care),
            {"files": _names(files)},
        )
        doubts = _doubts(con, columns, care)
        if not all(quick_sums.as_integers(one, doubts.large) for one in alike.values()):
            return set()
        if not doubts.large and not doubts.is_mixed:
            break
        care = Care(care.integers | doubts.large, care.is_signed or doubts.is_mixed)
    lines = quick_sums.lines(columns, QUICK, care)
    rest = _others(con, columns, doubts.odd)
    plain = set(range(len(files))) - doubts.odd - rest.keys()
    written = _divide(con, lines, {place: targets[files[place]] for place in plain})
    for place, line_types in rest.items():
        file = files[place]
        others = general(con, kind, file, f"WHERE {_any_of(line_types)}")
        query = f"{_of(lines, place)}\nUNION ALL BY NAME\nSELECT {OWN} FROM ({others})"
        _copy(con, query, targets[file])
        written.add(targets[file])
    return written


def _doubts(con: Connection, columns: Mapping[str, Column], care: Care) -> Doubts:
    cursor = con.execute(quick_sums.doubts(columns, QUICK, care))
    names = [column[0] for column in cursor.description or ()]
    told = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    odd = {file[FILE] for file in told if file["spans_days"]}
    doubtful = {
        name
        for file in told
        if file[FILE] not in odd
        for name, is_doubtful in file.items()
        if is_doubtful and name != FILE
    }
    large = frozenset(doubtful - {"is_mixed"})
    return Doubts(frozenset(odd), large, "is_mixed" in doubtful)


def _others(
    con: Connection, columns: Mapping[str, Column], odd: frozenset[int]
) -> dict[int, list[str | None]]:
    """Return the line types that the quick way leaves out, by a file's place."""
    found: dict[int, list[str | None]] = defaultdict(list)
    for place, line_type in con.execute(quick_sums.others(columns, QUICK)).fetchall():
        if place not in odd:
            found[place].append(line_type)
    return found


def _divide(con: Connection, lines: str, targets: Mapping[int, Path]) -> set[Path]:
    """Write the sums of several files at once; return where, but for empty files."""
    if not targets:
        return set()
    folder = next(iter(targets.values())).parent
    places = ", ".join(map(str, targets))
    written = set()
    with TemporaryDirectory(dir=folder) as work:
        con.execute(
            f"COPY (FROM ({lines}) WHERE {FILE} IN ({places})) TO $work"
            f" (FORMAT parquet, COMPRESSION zstd, PARTITION_BY ({FILE}))",
            {"work": f"{work}/parts"},
        )
        for part in Path(work).glob("parts/*/*.parquet"):
            target = targets[int(part.parent.name.partition("=")[2])]
            part.rename(target)
            written.add(target)
    return written


def _of(lines: str, place: int) -> str:
    return f"SELECT * EXCLUDE ({FILE}) FROM ({lines}) WHERE {FILE} = {place}"


def _copy(con: Connection, query: str, target: Path) -> None:
    con.execute(
        f"COPY ({query}) TO $target (FORMAT parquet, COMPRESSION zstd)",
        {"target": str(target)},
    )


def _any_of(line_types: list[str | None]) -> str:
    """Return a condition that DuckDB can decide on a column's dictionary."""
    named = [queries.literal(word) for word in line_types if word is not None]
    conditions = [f"line_item_line_item_type IN ({', '.join(named)})"] if named else []
    if None in line_types:
        conditions.append("line_item_line_item_type IS NULL")
    return " OR ".join(conditions)


def statistics(con: Connection, files: Sequence[Path]) -> dict[Path, dict[str, Column]]:
    """Return what each file says of its columns, by name."""
    types: dict[str, dict[str, str]] = {}
    told: dict[Path, dict[str, Column]] = {}
    for name, shape in con.execute(SHAPES, {"files": _names(files)}).fetchall():
        if repr(shape) not in types:
            query = "DESCRIBE FROM read_parquet($file)"
            rows = con.execute(query, {"file": name}).fetchall()
            types[repr(shape)] = {row[0]: row[1] for row in rows}
        told[Path(name)] = {
            column: Column(kind) for column, kind in types[repr(shape)].items()
        }
    rows = queries.run(con, "focus/file_statistics", files=_names(files)).fetchall()
    for name, column, *said in rows:
        known = told[Path(name)]
        if column in known:
            known[column] = Column(known[column].type, *said)
    return {file: told[file] for file in files}


def _names(files: Iterable[Path]) -> list[str]:
    return [str(file) for file in files]
