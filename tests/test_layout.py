"""The tree keeps its shape: names, sizes and documents agree with the code."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = sorted([*ROOT.glob("flows/**/*.py"), *ROOT.glob("tasks/**/*.py")])
BANNED = {
    "utils",
    "helpers",
    "common",
    "misc",
    "manager",
    "process",
    "handle",
    "data",
}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function without its docstring."""
    start = node.body[0]
    if ast.get_docstring(node) is not None and len(node.body) > 1:
        start = node.body[1]
    return (node.end_lineno or 0) - start.lineno + 1


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_a_module_has_one_thought(path):
    """No file is longer than 300 lines, no function longer than 50."""
    lines = path.read_text(encoding="utf-8").count("\n")
    long = [node.name for node in functions(path) if body_lines(node) > 50]
    assert (lines <= 300, long) == (True, [])


def test_names_say_something():
    """No module is called after what it is made of instead of what it means."""
    assert {path.stem for path in CODE} & BANNED == set()


def test_flows_shadow_nothing():
    """Prefect puts flows/ first on the path: no file there hides another module."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = set(re.findall(r"^([a-z0-9_.-]+)==", lock, flags=re.MULTILINE))
    stems = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}
    assert stems & (packages | set(sys.stdlib_module_names) | {"tasks", "sql"}) == set()


def test_packages_are_empty():
    """An __init__.py holds a docstring and nothing else, detectors' apart."""
    for path in CODE:
        if path.name != "__init__.py" or path.parent.name == "detectors":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert [type(node) for node in tree.body] == [ast.Expr], relative(path)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests").glob("**/test_*.py")), ids=relative
)
def test_every_test_says_what_it_promises(path):
    """Each test has a docstring, and it is the promise that the test keeps."""
    tests = [node for node in functions(path) if node.name.startswith("test_")]
    assert [node.name for node in tests if not ast.get_docstring(node)] == []


def test_lock_has_hashes_and_no_addresses():
    """The lock pins every package by hash and names no package index."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^\S+==\S+", lock, flags=re.MULTILINE)
    assert len(pinned) > 50
    assert "://" not in lock
    assert lock.count("--hash=sha256:") >= len(pinned)


def test_lock_answers_the_project_file():
    """Every dependency that the project names is in the lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = project["project"]["dependencies"]
    named += project["project"]["optional-dependencies"]["dev"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([A-Za-z0-9_.-]+)==", lock, flags=re.MULTILINE))
    wanted = {re.split(r"[<>=!\[ ]", name)[0].lower() for name in named}
    assert wanted - locked - {"costwarden"} == set()


def test_readme_shows_the_real_tree():
    """Each file that the README's tree names exists, and each stage is in it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    stages = [path.stem for path in (ROOT / "tasks").glob("*.py")]
    occasions = [path.stem for path in (ROOT / "flows").glob("*.py")]
    unnamed = {*stages, *occasions} - {"__init__"}
    assert {name for name in unnamed if name not in readme} == set()


def test_nothing_generated_is_committed():
    """No bill, warehouse or manifest lies in the repository."""
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    suffixes = {".parquet", ".duckdb", ".gz", ".zip", ".html"}
    assert [name for name in tracked if Path(name).suffix in suffixes] == []


def test_every_table_and_column_is_described():
    """Each CREATE TABLE has a comment for the table and for each of its columns."""
    from tasks.edge.database import schema, warehouse

    with warehouse.connect(":memory:") as con:
        schema.describe(con)
        tables = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables()"
            " WHERE comment IS NULL AND schema_name <> 'raw'"
        ).fetchall()
        columns = con.execute(
            "SELECT schema_name || '.' || table_name || '.' || column_name"
            " FROM duckdb_columns()"
            " WHERE comment IS NULL AND NOT internal AND schema_name <> 'raw'"
        ).fetchall()
    assert (tables, columns) == ([], [])


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_amounts_are_written_one_way(path):
    """The currency stands before the amount; `wording.money` writes both."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"\{[^{}\n]*\.\d*f\}[\s\"f]*\{[^{}\n]*currency\}", text) == []
