"""A warehouse is made once, and each test of the edge begins with a copy of it."""

import shutil

import pytest

from tasks.edge.database import descriptions, warehouse
from tasks.edge.mapping import macros


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory):
    """A warehouse without a view, whose tables and macros are those of an empty one."""
    folder = tmp_path_factory.mktemp("made")
    path = folder / "costwarden.duckdb"
    with warehouse.connect(path) as con:
        macros.install(con)
        descriptions.install(con, ())
    return path


@pytest.fixture(scope="module", autouse=True)
def ready_made(request, empty_warehouse):
    """Copy it where a new one would be made, which takes half a second each time.

    Modules marked ``from_nothing`` make their own, as runs of tests/flows do and all
    programs that a test starts.
    """
    if request.node.get_closest_marker("from_nothing"):
        yield
        return
    opened = warehouse._open

    def open_copy(path, *rest):
        if path.name != ":memory:" and not path.exists():
            shutil.copyfile(empty_warehouse, path)
        return opened(path, *rest)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(warehouse, "_open", open_copy)
        yield
