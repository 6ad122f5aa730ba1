"""What people meet who mistype, stop half-way, or have a terminal that knows little."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows import cli, plain
from tasks.edge.database import warehouse
from tasks.edge.settings import ROOT

PLAN = ("calendar", "add", "--title", "x", "--from", "2026-05-01")
ARROW = "m5 → m6, impact USD\xa0\N{MINUS SIGN}5.00 ─ Größe"
SHOW = (
    "from flows import answers, plain, screen; plain.prepare();"
    f"screen.show([answers.Table(('text',), [[{ARROW!r}]])]);"
    f"answers._print_json({{'text': {ARROW!r}}})"
)


def refused(*words):
    """Return what is said of a command line that is wrong usage."""
    assert cli.execute(words) == 2


def shown(encoding):
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode(encoding)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", ARROW),
        ("ascii", "m5 -> m6, impact USD -5.00 - Gr??e"),
        ("latin-1", "m5 -> m6, impact USD\xa0-5.00 - Größe"),
    ],
)
def test_a_terminal_that_knows_little_is_enough(encoding, text):
    """A minus stays one; for machines nothing is lost."""
    said = shown(encoding)
    assert text in said
    assert json.loads(said[said.index("{") :]) == {"text": ARROW}


def test_only_writing_is_helped():
    """Bytes that are no text are not read as something else."""
    with pytest.raises(UnicodeDecodeError):
        plain.near(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"))


def test_a_query_that_was_stopped_is_no_error(tmp_path, monkeypatch, capsys):
    """Ctrl-C in the middle of a query ends as it does elsewhere, in a sentence."""

    def stopped(*_given, **_named):
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr("tasks.edge.intake.bills.ingest", stopped)
    given = ["ingest", str(tmp_path), "--database", str(tmp_path / "w.duckdb")]
    assert cli.execute(given) == cli.INTERRUPTED
    said = capsys.readouterr()
    assert "Stopped." in said.err
    assert "unexpected" not in said.err


@pytest.mark.parametrize("option", ["--database", "--config"])
@pytest.mark.parametrize(("given", "why"), [("", "is empty"), (".", "is a folder")])
def test_no_file_is_not_the_default(option, given, why, capsys):
    """A variable that is not set, and a folder, are wrong usage."""
    refused("bills", option, given)
    said = capsys.readouterr().err
    assert option in said
    assert why in said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["anomalies", "--most", "-1"], "--most"),
        (["events", "--most", "0"], "--most"),
        (["relay", "--follow", "--every", "0"], "--every"),
        (["detect", "--from", "2026-05-02", "--to", "2026-05-01"], "lies after"),
        (
            [*PLAN, "--to", "2026-05-02", "--extra", "much"],
            "--extra: ",
        ),
    ],
)
def test_wrong_values_are_refused(words, why, tmp_path, capsys):
    """A value that cannot be meant is named as it was typed."""
    database = str(tmp_path / "w.duckdb")
    with warehouse.connect(database):
        pass
    refused(*words, "--database", database)
    assert why in capsys.readouterr().err


def test_there_is_no_answer_to_an_unknown_id(tmp_path, capsys):
    """An id of nothing is not the same as no response at all."""
    here = ["--database", str(tmp_path / "w.duckdb")]
    with warehouse.connect(here[1]):
        pass
    assert cli.execute(["responses", "none", *here]) == 0
    assert "No response is about 'none'." in capsys.readouterr().out
    assert cli.execute(["relay", "--follow", *here]) == 0
    assert "no sinks" in capsys.readouterr().out


def test_a_folder_without_bills_makes_no_warehouse(tmp_path, monkeypatch, capsys):
    """It says which files would be bills, and leaves nothing behind."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "readme.txt").write_text("none")
    assert cli.execute(["ingest", "notes", "--database", "new/w.duckdb"]) == 1
    assert "no bills at notes: exports end in .csv" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


def test_a_file_that_is_no_bill_names_what_would_be(tmp_path, capsys):
    """Who has another table reads which formats are known."""
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    given = [
        "ingest",
        str(tmp_path / "x.csv"),
        "--database",
        str(tmp_path / "w.duckdb"),
    ]
    assert cli.execute(given) == 3
    assert "FOCUS" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--help"], ["rules"], ["doctor", "--json"]])
def test_a_full_disk_is_no_traceback(words):
    """What cannot be written is a failure that is said once, or not at all."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "flows.cli", *words],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_what_nobody_looked_at_is_not_called_quiet(bills, tmp_path, capsys):
    """No findings say something only after somebody has looked for them."""
    here = ["--database", str(tmp_path / "w.duckdb")]
    with warehouse.connect(here[1]):
        pass
    assert cli.execute(["reconcile", *here]) == 0
    assert capsys.readouterr().out.startswith("No bill was loaded yet")
    assert cli.execute(["ingest", str(bills), *here]) == 0
    for command in ("anomalies", "recommendations"):
        capsys.readouterr()
        assert cli.execute([command, *here]) == 0
        assert "Nobody has looked yet: costwarden run" in capsys.readouterr().out
    assert cli.execute(["recommend", *here]) == 0
    capsys.readouterr()
    assert cli.execute(["recommendations", *here]) == 0
    assert "No recommendation is open." in capsys.readouterr().out
