"""From advice over the gate to manifests: only what was judged lies in the folder."""

import shutil
from pathlib import Path

import pytest
import yaml

from tasks.core.errors import ConfigError
from tasks.edge.actions import advice, policies, workflows
from tasks.edge.actions.policies import Judged
from tasks.edge.actions.workflows import Planned
from tasks.edge.database import warehouse
from tasks.edge.settings import Settings
from tests.edge.evidence_world import company

IDLE = "i-0000000000000001d"


@pytest.fixture(scope="module")
def advised(tmp_path_factory):
    """A warehouse with advice in it, made once and copied for each test."""
    path = tmp_path_factory.mktemp("advised") / "w.duckdb"
    with warehouse.connect(path) as con:
        company(con)
    advice.recommend(Settings(database=str(path)))
    return path


@pytest.fixture
def settings(advised, tmp_path):
    shutil.copy(advised, tmp_path / "w.duckdb")
    shutil.copytree(Settings().policies, tmp_path / "policies")
    return Settings(
        database=str(tmp_path / "w.duckdb"),
        policies=str(tmp_path / "policies"),
        judge={"resources_pct": 100},
    )


def rows(settings, query):
    with warehouse.read(settings.database) as con:
        return con.execute(query).fetchall()


def decisions(settings):
    found = rows(
        settings,
        "SELECT resource_id, decision FROM actions.verdicts"
        " JOIN actions.recommendations USING (recommendation_id) ORDER BY judged_at",
    )
    return dict(found)


def files(settings):
    folder = settings.workflows_path
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.yaml"))


def test_each_decision_is_reached(settings):
    """Development goes ahead, production and deletions wait, trifles are denied."""
    assert policies.judge(settings) == Judged(allow=1, needs_approval=3, deny=1)
    assert decisions(settings) == {
        "eipalloc-00000000000000001": "needs_approval",
        IDLE: "allow",
        "i-0000000000000002d": "needs_approval",
        "vol-00000000000000001": "needs_approval",
        "vol-00000000000000002": "deny",
    }


def test_every_reason_is_given(settings):
    """A verdict lists all objections, and apart from them what stops a dispatch."""
    policies.judge(settings)
    found = rows(
        settings,
        "SELECT reasons, dispatch_objections FROM actions.verdicts"
        " JOIN actions.recommendations USING (recommendation_id)"
        " WHERE action = 'release_address'",
    )
    assert found == [
        (
            [
                "The environment is unknown; a person must approve.",
                "It cannot simply be taken back; a person must approve.",
                "The risk is high; a person must approve.",
            ],
            ["Execution is not switched on for the account 111122223333."],
        )
    ]


def test_judging_again_says_nothing_new(settings):
    """The same recommendations under the same policies add no verdict."""
    policies.judge(settings)
    before = rows(settings, "FROM actions.verdicts ORDER BY ALL")
    policies.judge(settings)
    assert rows(settings, "FROM actions.verdicts ORDER BY ALL") == before


def test_without_policies_everything_is_denied(settings):
    """An empty policy folder allows nothing."""
    shutil.rmtree(settings.policies)
    assert policies.judge(settings) == Judged(allow=0, needs_approval=0, deny=5)


def test_a_broken_policy_denies_everything(settings):
    """One unreadable file among good ones stops all changes, with the file's name."""
    with Path(settings.policies, "money.yaml").open("a") as file:
        file.write("\n  : : :\n")
    policies.judge(settings)
    found = rows(settings, "SELECT DISTINCT decision, reasons[1] FROM actions.verdicts")
    assert [(decision, "money.yaml" in why) for decision, why in found] == [
        ("deny", True)
    ]


def test_the_folder_holds_what_may_go_ahead(settings):
    """Allowed manifests lie in the folder, waiting ones apart, each named in a row."""
    policies.judge(settings)
    assert workflows.plan(settings) == Planned(written=4, withdrawn=0)
    planned = rows(
        settings,
        "SELECT phase, manifest_path FROM actions.workflows ORDER BY manifest_path",
    )
    folder = str(settings.workflows_path)
    assert [path.removeprefix(f"{folder}/") for _, path in planned] == files(settings)
    assert [phase for phase, path in planned if "awaiting-approval/" not in path] == [
        "Planned"
    ]


def test_planning_again_writes_nothing(settings):
    """Nothing new gives the same files, untouched, and the same rows."""
    policies.judge(settings)
    workflows.plan(settings)
    before = rows(settings, "FROM actions.workflows ORDER BY ALL")
    times = [path.stat().st_mtime_ns for path in settings.workflows_path.rglob("*")]
    assert workflows.plan(settings) == Planned(written=0, withdrawn=0)
    assert rows(settings, "FROM actions.workflows ORDER BY ALL") == before
    assert times == [
        path.stat().st_mtime_ns for path in settings.workflows_path.rglob("*")
    ]


def test_what_is_denied_is_taken_away(settings):
    """A manifest whose recommendation is denied or withdrawn leaves the folder."""
    policies.judge(settings)
    workflows.plan(settings)
    with warehouse.connect(settings.database) as con:
        con.execute(
            "DELETE FROM focus.cost_and_usage WHERE ResourceId = $id", {"id": IDLE}
        )
    advice.recommend(settings)
    policies.judge(settings)
    assert workflows.plan(settings) == Planned(written=0, withdrawn=1)
    assert not [name for name in files(settings) if "/" not in name]
    phases = rows(settings, "SELECT DISTINCT phase FROM actions.workflows ORDER BY 1")
    assert phases == [("AwaitingApproval",), ("Withdrawn",)]


def test_an_unjudged_change_is_not_planned(settings):
    """Advice that changed after its verdict has no manifest until judged again."""
    policies.judge(settings)
    with warehouse.connect(settings.database) as con:
        con.execute(
            "UPDATE actions.recommendations SET monthly_saving = monthly_saving / 2"
            " WHERE resource_id = $id",
            {"id": IDLE},
        )
    assert workflows.plan(settings) == Planned(written=3, withdrawn=0)
    policies.judge(settings)
    assert workflows.plan(settings) == Planned(written=1, withdrawn=0)


def test_a_lost_file_is_written_again(settings):
    """A manifest that disappeared, as after a kill, comes back byte for byte."""
    policies.judge(settings)
    workflows.plan(settings)
    (path,) = settings.workflows_path.glob("*.yaml")
    text = path.read_text()
    path.unlink()
    assert workflows.plan(settings) == Planned(written=1, withdrawn=0)
    assert path.read_text() == text
    assert yaml.safe_load(text)["metadata"]["name"] == path.stem


def test_a_file_without_a_row_is_taken_away(settings, monkeypatch):
    """A run killed after its files, then a denial: no manifest is left behind."""
    policies.judge(settings)
    with monkeypatch.context() as patch:
        patch.setattr(workflows, "_save", killed)
        with pytest.raises(KeyboardInterrupt):
            workflows.plan(settings)
    assert len(files(settings)) == 4
    folder = settings.workflows_path
    (folder / ".x.draft").touch()
    (folder / "notes.yaml").touch()
    shutil.rmtree(settings.policies)
    policies.judge(settings)
    assert workflows.plan(settings) == Planned(written=0, withdrawn=0)
    assert files(settings) == ["notes.yaml"]
    assert not list(folder.glob(".*"))


def killed(*_arguments):
    raise KeyboardInterrupt


def test_a_manifest_edited_by_hand_is_put_right(settings):
    """What was judged replaces what somebody made of it, even bytes of no text."""
    policies.judge(settings)
    workflows.plan(settings)
    (path,) = settings.workflows_path.glob("*.yaml")
    judged = path.read_bytes()
    path.write_bytes(judged + b"\xff\xfe")
    assert workflows.plan(settings) == Planned(written=1, withdrawn=0)
    assert path.read_bytes() == judged


def test_a_folder_that_cannot_be_written_is_named(settings):
    """Where a file stands in place of the folder, the message says so."""
    policies.judge(settings)
    settings.workflows_path.parent.mkdir()
    settings.workflows_path.touch()
    with pytest.raises(ConfigError, match="cannot be written to"):
        workflows.plan(settings)
    assert rows(settings, "FROM actions.workflows") == []


def test_what_argo_has_is_left_alone(settings):
    """A workflow that was submitted is neither rewritten nor withdrawn."""
    policies.judge(settings)
    workflows.plan(settings)
    with warehouse.connect(settings.database) as con:
        con.execute("UPDATE actions.workflows SET phase = 'Running'")
        con.execute("UPDATE actions.recommendations SET status = 'withdrawn'")
    assert workflows.plan(settings) == Planned(written=0, withdrawn=0)
    assert rows(settings, "SELECT DISTINCT phase FROM actions.workflows") == [
        ("Running",)
    ]
