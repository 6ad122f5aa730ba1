"""What the command line promises: help at once, one sentence, one exit status."""

import json
import re
import resource
import subprocess
import sys
from pathlib import Path

import click
import pytest

from flows import cli
from tasks.edge.database import warehouse
from tasks.edge.settings import ROOT

HEAVY = ("prefect", "pandas", "duckdb", "pydantic", "sklearn", "numpy", "hera", "rich")
EVERYTHING = sorted(cli.costwarden.commands)


def words(capsys):
    """Return what was said on stdout and stderr as one line each."""
    said = capsys.readouterr()
    return " ".join(said.out.split()), " ".join(said.err.split())


def test_help_imports_nothing_heavy():
    """Help does not wait for what only a run needs."""
    script = (
        "import sys; from flows import cli; cli.execute(['--help']);"
        f"sys.exit(repr(sorted(set(sys.modules) & set({HEAVY!r}))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Usage: costwarden" in done.stdout
    assert done.stderr.strip() == "[]"


def test_help_is_there_at_once():
    """The best of five starts shows its help for less than half a second of work.

    Work is counted, not waiting: other tests run beside this one.
    """
    best = min(work_of_help() for _ in range(5))
    assert best < 0.5


def work_of_help():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", "from flows import cli; cli.execute(['--help'])"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_command_says_what_it_does(name, capsys):
    """Each command has help, and so has each of its options."""
    command = cli.costwarden.commands[name]
    assert cli.execute([name, "--help"]) == 0
    assert command.help
    silent = [
        option.name
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []
    assert "Usage: costwarden" in capsys.readouterr().out


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_command_takes_the_same_options(name):
    """Warehouse, settings, JSON and debugging are the same everywhere."""
    options = {option.name for option in cli.costwarden.commands[name].params}
    assert {"database", "config", "as_json", "debug"} <= options


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_command_is_in_the_readme(name):
    """Nobody has to read the code to find a command."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"(costwarden |`){name}\b", readme)


def test_an_unknown_command_is_wrong_usage(capsys):
    """A mistyped command ends with 2."""
    assert cli.execute(["frobnicate"]) == 2
    assert "frobnicate" in words(capsys)[1]


def test_a_wrong_setting_is_one_sentence(tmp_path, capsys):
    """An unknown key ends with 2 and is named, without a traceback."""
    config = tmp_path / "wrong.toml"
    config.write_text("databse = 'x'\n")
    assert cli.execute(["bills", "--config", str(config)]) == 2
    said = words(capsys)[1]
    assert "databse" in said
    assert "Traceback" not in said


def test_debug_shows_where_it_came_from(tmp_path, capsys):
    """The traceback is there for whoever asks for it."""
    missing = str(tmp_path / "missing.toml")
    assert cli.execute(["bills", "--config", missing, "--debug"]) == 2
    assert "Traceback" in words(capsys)[1]


def test_a_missing_warehouse_is_said(tmp_path, capsys):
    """Asking a misspelt place does not create a warehouse, nor call it quiet."""
    database = tmp_path / "none.duckdb"
    asked = ("bills", "anomalies", "digest", "events", "detect", "forecast", "report")
    for command in asked:
        assert cli.execute([command, "--database", str(database)]) == 2, command
        assert "no warehouse" in words(capsys)[1]
        assert not database.exists()


def test_a_file_that_is_no_warehouse_is_said(tmp_path, capsys):
    """Another file, and a folder that cannot be made, are sentences for a person."""
    other = tmp_path / "notes.txt"
    other.write_text("these are notes, " * 999)
    for command in (["bills"], ["anomalies"], ["ingest", str(other)]):
        assert cli.execute([*command, "--database", str(other)]) == 2
        assert "is no DuckDB database" in words(capsys)[1]
    below = str(other / "costs.duckdb")
    assert cli.execute(["ingest", str(other), "--database", below]) == 1
    said = words(capsys)[1]
    assert "Not a directory" in said
    assert "unexpected" not in said


@pytest.mark.parametrize("written", ["05.03.2026", "2026-02-30", "yesterday"])
def test_a_time_that_is_none_is_wrong_usage(written, tmp_path, capsys):
    """A time that can be read in two ways is not guessed at."""
    database = str(tmp_path / "x.duckdb")
    status = cli.execute(["recommend", "--database", database, "--as-of", written])
    assert status == 2
    assert written in words(capsys)[1]


def test_a_bill_goes_all_the_way(bills, tmp_path, capsys):
    """Ingest, detect and explain work one by one, without Prefect's API."""
    database = str(tmp_path / "costs.duckdb")
    here = ["--database", database]
    assert cli.execute(["ingest", str(bills), *here]) == 0
    first = words(capsys)[0]
    assert "3 loaded, 0 known" in first
    assert cli.execute(["ingest", str(bills), *here]) == 0
    again = words(capsys)[0]
    assert "0 loaded, 3 known" in again
    assert "billed" not in again
    with warehouse.read(database) as con:
        totals = con.sql("SELECT bill_id, billed_cost FROM bills.totals").fetchall()
        assert len(totals) == 3
        for bill_id, billed in totals:
            assert bill_id in first
            assert f"{billed:,}".rstrip("0") in first
        months = con.sql("SELECT DISTINCT BillingPeriodStart FROM focus.cost_and_usage")
        assert len(months) == 3

    assert cli.execute(["bills", *here, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["answer"]
    assert [row["billing_period"] for row in listed] == [
        "2026-01",
        "2026-02",
        "2026-03",
    ]
    assert cli.execute(["bills", *here]) == 0
    assert "2026-02" in words(capsys)[0]

    assert cli.execute(["detect", *here, "--json"]) == 0
    stages = json.loads(capsys.readouterr().out)["answer"]
    assert stages["aggregate_costs"]["bills"] == 3
    assert stages["detect_anomalies"]["opened"] >= 1

    assert cli.execute(["explain", "", *here]) in (0, 2)
    said = " ".join(words(capsys))
    assert "anomal" in said

    assert cli.execute(["anomalies", "--all", *here, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["answer"]
    assert len(found) >= stages["detect_anomalies"]["opened"]
    assert cli.execute(["anomalies", "--all", "--most", "1", *here]) == 0
    said, _ = words(capsys)
    assert found[0]["anomaly_id"] in said
    assert ("more: --most" in said) == (len(found) > 1)
    assert cli.execute(["recommendations", *here]) == 0
    assert "Nobody has looked yet" in words(capsys)[0]


def test_what_is_to_come_is_shown(bills, tmp_path, capsys):
    """A forecast of loaded bills names everything first, then each service."""
    here = ["--database", str(tmp_path / "w.duckdb")]
    assert cli.execute(["ingest", str(bills), *here]) == 0
    words(capsys)
    at = ["--as-of", "2026-04-02"]
    assert cli.execute(["forecast", *at, *here]) == 0
    said, _ = words(capsys)
    assert "USD, 2026-03-01 to 2026-03-31" in said
    assert said.index("everything") < said.index("Compute") < said.index("Storage")
    assert cli.execute(["forecast", *at, *here, "--to", "quarter", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["answer"]
    assert {row["level"] for row in rows} == {"total", "service"}
    assert {row["last_date"] for row in rows} == {"2026-03-31"}
    early = ["--as-of", "2026-03-10", "--to", "quarter", "--json"]
    assert cli.execute(["forecast", *early, *here]) == 0
    before = json.loads(capsys.readouterr().out)["answer"]
    assert {row["made_on"] for row in before} == {"2026-02-28"}
    assert cli.execute(["budgets", *here]) == 0
    assert "name no budgets" in words(capsys)[0]


def test_quarantined_input_is_status_three(bills, tmp_path, capsys):
    """The good files are loaded, the bad one is named, the status is 3."""
    (bills / "bad.parquet").write_text("this is no bill")
    database = str(tmp_path / "costs.duckdb")
    assert cli.execute(["ingest", str(bills), "--database", database]) == 3
    out, err = words(capsys)
    assert "3 loaded" in out
    assert "bad.parquet" in err
    assert "Traceback" not in err


def test_hostile_text_stays_text(capsys):
    """A name from a bill can neither colour the screen nor move the cursor."""
    from flows.answers import Table
    from flows.screen import show

    show([Table(("name",), [["\x1b[31mred\x1b[0m [bold]x[/bold]"]])])
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "[bold]x[/bold]" in said


def test_simulated_bills_are_the_same_again(tmp_path, capsys):
    """The same seed writes the same bills, byte for byte."""
    for name in ("one", "two"):
        out = str(tmp_path / name)
        assert cli.execute(["simulate", out, "--rows", "10000", "--months", "2"]) == 0
    capsys.readouterr()
    one, two = (contents(tmp_path / name) for name in ("one", "two"))
    assert len(one) > 3
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_only_the_asked_bills_are_simulated(tmp_path, capsys):
    """Formats and final bills are options, and an unknown format is a plain error."""
    asked = ["simulate", str(tmp_path), "--rows", "10000", "--months", "2"]
    asked += ["--until", "2026-10-31", "--final-only", "--formats"]
    assert cli.execute([*asked, "aws_cur2,gcp_focus"]) == 0
    assert len([*tmp_path.rglob("nordwind-cur2-*.parquet")]) == 2
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {
        "aws",
        "focus",
        "truth",
        "evidence",
    }
    assert cli.execute([*asked, "aws_cur3"]) != 0
    assert "aws_cur3" in capsys.readouterr().err


def contents(folder: Path):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_it_runs_as_a_module():
    """``python -m flows.cli`` is the command."""
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Watch cloud bills" in done.stdout


def test_score_needs_no_bills(tmp_path, capsys, monkeypatch):
    """Any table of dated values is judged; the answer names the odd ones."""
    monkeypatch.chdir(tmp_path)
    lines = ["hour,load"]
    for hour in range(500):
        value = 900 if hour == 450 else 10 + hour % 24
        lines.append(f"2026-03-{1 + hour // 24:02}T{hour % 24:02}:00,{value}")
    Path("loads.csv").write_text("\n".join(lines), encoding="utf-8")
    assert cli.execute(["score", "loads.csv", "--time", "hour", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)["answer"]
    assert answer["out"] == "loads.scored.csv"
    assert [row["hour"] for row in answer["first"]] == ["2026-03-19 18:00:00"]
    rows = Path("loads.scored.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 501
    assert cli.execute(["score", "loads.csv", "--value", "when"]) == 2
    assert "has no column 'when', only hour, load" in words(capsys)[1]
    Path("loads.csv").write_text("load\n1\n2\n", encoding="utf-8")
    assert cli.execute(["score", "loads.csv"]) == 2
    assert "has no column of times" in words(capsys)[1]
