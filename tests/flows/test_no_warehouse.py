"""Where there is no warehouse, each command says so, and makes nothing."""

from threading import Event

import click
import pytest

from flows import cli
from tasks.edge.database import warehouse

# They make the warehouse, or have nothing to do with one.
ANYWHERE = {
    "backfill",
    "bridge",
    "demo",
    "doctor",
    "ingest",
    "rules",
    "run",
    "score",
    "simulate",
}
# What is given where anything would do is "x".
GIVEN = {
    "from_month": "2026-01",
    "to_month": "2026-02",
    "first_date": "2026-01-01",
    "last_date": "2026-01-02",
}
# Paths of bills that are not there are no reason to make a warehouse either.
NOTHING_THERE = (["ingest", "none"], ["run", "none"], ["run"])
MONTHS = ["--from", "2026-01", "--to", "2026-02"]


def every_command(group=cli.costwarden, above=()):
    """Yield the words of each command that can be run, and the command."""
    for name, command in sorted(group.commands.items()):
        words = (*above, name)
        if not isinstance(command, click.Group):
            yield words, command
        else:
            if command.invoke_without_command:
                yield words, command
            yield from every_command(command, words)


def line(words, command):
    """Return a command line that has all that it must have."""
    given = list(words)
    for one in command.params:
        if one.required:
            value = GIVEN.get(one.name, "x")
            given += (
                [one.opts[0], value] if one.param_type_name == "option" else [value]
            )
    return given


LINES = [
    line(words, command)
    for words, command in every_command()
    if words[0] not in ANYWHERE
]


@pytest.mark.parametrize("given", LINES, ids=" ".join)
def test_a_misspelt_warehouse_is_not_made(given, tmp_path, monkeypatch, capsys):
    """Each command names the place and what makes a warehouse, and ends with 2."""
    monkeypatch.chdir(tmp_path)
    database = tmp_path / "misspelt" / "costs.duckdb"
    assert cli.execute([*given, "--database", str(database)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert f"no warehouse at {database} yet: costwarden ingest PATH makes it" in said
    assert [*tmp_path.iterdir()] == []


def test_what_needs_none_is_there():
    """A command that is gone, or has another name, is not excused any more."""
    assert {*cli.costwarden.commands} >= ANYWHERE


@pytest.mark.parametrize(
    "given", [*NOTHING_THERE, ["backfill", *MONTHS], ["backfill", "none", *MONTHS]]
)
def test_nothing_to_read_makes_none(given, tmp_path, monkeypatch, capsys):
    """Without a bill to read there is nothing to keep."""
    monkeypatch.chdir(tmp_path)
    assert cli.execute([*given, "--database", "new/costs.duckdb"]) == 2
    wanted = (
        "nothing at none" if "none" in given else "no warehouse at new/costs.duckdb"
    )
    assert wanted in " ".join(capsys.readouterr().err.split())
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("given", [["doctor"], ["rules"]])
def test_what_only_looks_makes_none(given, tmp_path, capsys):
    """Commands that need no warehouse leave none behind."""
    database = tmp_path / "none" / "costs.duckdb"
    cli.execute([*given, "--database", str(database)])
    assert capsys.readouterr().out
    assert not database.parent.exists()


def test_services_wait_for_it(tmp_path):
    """What goes on until it is stopped may be started before the first bill comes."""
    database, told, pauses = tmp_path / "costs.duckdb", [], []

    def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            database.touch()

    warehouse.await_one(database, told.append, pause)
    assert len(pauses) == 3
    assert [line.endswith("Waiting for it.") for line in told] == [True]
    warehouse.await_one(database, told.append, pause)
    assert len(pauses) == 3
    stop = Event()
    stop.set()
    warehouse.await_one(tmp_path / "never", told.append, stop.wait)
    assert len(told) == 2
