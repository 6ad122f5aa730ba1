"""The head of every query tells the truth: what it reads, and what it asks for."""

import json
import re
from itertools import takewhile

import duckdb
import pytest

from tasks.edge.database import queries

FILES = sorted(
    path
    for path in queries.SQL.glob("*/*.sql")
    if path.parent.name not in ("tables", "macros")
)
MACROS = sorted((queries.SQL / "macros").glob("*.sql"))
TABLE = re.compile(r"\b[a-z_0-9]+\.[a-z_0-9]+\b")
# Tables that exist only while a run works on something.
TEMPORARY = re.compile(
    r"(?<![.\w])(?:charge_groups|divided_series|tag_groups|compared_bills|compared_days|known_series|made_bills|shared_rows|audited_groups|broken_rules|arrival_shares|muted_anomalies|alert_labels|figure_scopes)\b"
)


def name_of(path):
    return f"{path.parent.name}/{path.stem}"


def told(path, key):
    """Return what the head says under a key, continuation lines included."""
    lines = path.read_text(encoding="utf-8").splitlines()
    head = "\n".join(takewhile(lambda line: line.startswith("--"), lines))
    match = re.search(rf"^-- {key}: *(.*(?:\n-- {{3,}}.*)*)", head, re.MULTILINE)
    return match[1] if match else None


def tables_read(text):
    """Return the tables and table macros that DuckDB's parser finds, CTEs left out."""
    tree = json.loads(
        duckdb.connect()
        .execute("SELECT json_serialize_sql($text)", {"text": text})
        .fetchone()[0]
    )
    assert tree["error"] is False, tree
    tables, ctes = set(), set()

    def walk(node):
        if isinstance(node, list):
            for item in node:
                walk(item)
        if isinstance(node, dict):
            if node.get("type") == "BASE_TABLE":
                schema = node["schema_name"]
                tables.add(f"{schema}.{node['table_name']}".lstrip("."))
            if node.get("type") == "TABLE_FUNCTION" and node["function"]["schema"]:
                macro = node["function"]
                tables.add(f"{macro['schema']}.{macro['function_name']}")
            ctes.update(
                entry["key"] for entry in node.get("cte_map", {}).get("map", [])
            )
            for item in node.values():
                walk(item)

    walk(tree)
    return tables - ctes


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_reads_is_true(path):
    """The tables named under reads: are those that DuckDB's parser finds."""
    reads = told(path, "reads")
    assert reads is not None
    assert {*TABLE.findall(reads), *TEMPORARY.findall(reads)} == tables_read(
        path.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("path", [*FILES, *MACROS], ids=name_of)
def test_params_is_true(path):
    """The parameters named under params: are those that the query has."""
    params = told(path, "params")
    assert params is not None
    named = set(re.findall(r"[a-z_]+", params)) - {"none"}
    assert named == set(queries.params(name_of(path)))


@pytest.mark.parametrize("path", sorted(queries.SQL.glob("checks/*.sql")), ids=name_of)
def test_checks_have_a_severity(path):
    """A check says whether it stops a run, and the first line is its promise."""
    assert told(path, "severity") in ("fail", "warn")
    assert path.read_text(encoding="utf-8").splitlines()[0].endswith(".")
