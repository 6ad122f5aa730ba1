"""The response through Prefect, and from the command line."""

import asyncio
import json
import signal
import time

import pytest

from flows import cli
from flows.respond import respond
from tasks.edge.database import warehouse
from tasks.edge.delivery import outbox
from tests.edge.response_world import build, outcomes, tell, told
from tests.services.responders import start


@pytest.fixture
def settings(tmp_path):
    return build(tmp_path)


def config(settings, folder, more=""):
    """Write the settings as a file, for those who only take a file."""
    path = folder / "settings.toml"
    path.write_text(
        f'database = "{settings.database}"\npolicies = "{settings.policies}"\n'
        f"{more}\n[judge]\nresources_pct = 100\n"
    )
    return str(path)


@pytest.mark.usefixtures("through_prefect")
# Prefect leaves sockets to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_flow_answers_the_outbox(settings, tmp_path):
    """Without any server but Prefect's own, anomalies of the outbox are answered."""
    tell(settings, told("a"))
    for answered in (1, 0):
        done = asyncio.run(respond(config=config(settings, tmp_path)))
        assert done["respond_to_events"].answered == answered
    assert outcomes(settings) == [("a", 1, "answered")]


def test_the_command_answers_and_shows(settings, tmp_path, capsys):
    """The same from the command line, which also says what came of it."""
    here = ["--config", config(settings, tmp_path)]
    assert cli.execute(["responses", *here]) == 0
    assert "Nothing was responded to" in capsys.readouterr().out
    tell(settings, told("a"), told("b", 1, "resolved"))
    assert cli.execute(["respond", *here]) == 0
    said = capsys.readouterr()
    assert "1 answered, 0 repeated, 1 called for nothing" in said.out
    assert "answered" not in said.err
    assert cli.execute(["responses", "a", *here, "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)["answer"]
    assert (row["outcome"], row["workflows"]) == ("answered", 1)
    assert cli.execute(["responses", *here]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "1 called for nothing (1 over): --all shows them." in shown
    assert "nothing left to respond to" not in shown
    for asked in (["--all"], ["b"]):
        assert cli.execute(["responses", *asked, *here]) == 0
        assert "nothing left to respond to" in capsys.readouterr().out


def test_a_follower_answers_as_events_come(settings, tmp_path):
    """It goes on while others hold the warehouse, until it is told to stop."""
    follower = start(config(settings, tmp_path, "wait_seconds = 0"), "--follow")
    with warehouse.connect(settings.database) as con:
        time.sleep(6)  # it has started, and cannot look into the warehouse
        with warehouse.transaction(con):
            outbox.add(con, [told("a")])
    # It says so once all is written: a signal before would end it in between.
    said = next((line for line in follower.stderr if "1 answered" in line), None)
    assert said, follower.communicate()
    follower.send_signal(signal.SIGTERM)
    follower.communicate(timeout=30)
    assert outcomes(settings) == [("a", 1, "answered")]
