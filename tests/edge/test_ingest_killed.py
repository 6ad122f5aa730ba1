"""A killed run leaves nothing that the next one does not put right."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from tests.edge.export_world import FOCUS, LEGACY, World, rows_of, write_csv, written

# Kills itself, as the kernel would, at the nth of the moments at which something on
# the disk is about to change.
CHILD = textwrap.dedent("""
    import os, signal, sys
    from tasks.edge.intake import bills, lake
    from tasks.edge.intake.parsing import staging
    from tasks.edge.intake.versions import chain, quarantine, register
    from tasks.edge.settings import Settings

    moments = int(sys.argv[1])

    def watched(function):
        def call(*args, **kwargs):
            global moments
            moments -= 1
            if moments == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)
        return call

    for module, names in {
        lake: ["sync", "publish", "committed", "sweep"],
        register: ["add"],
        quarantine: ["refuse", "forgive"],
        chain: ["settle"],
        staging: ["stage", "split"],
    }.items():
        for name in names:
            setattr(module, name, watched(getattr(module, name)))
    bills.ingest(Settings(database=sys.argv[2]), [sys.argv[3]])
    print("moments left:", moments)
""")


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """Two versions of a bill, a file of two bills, and one that is refused."""
    folder = tmp_path_factory.mktemp("in")
    for day, cost in [("03", "1"), ("09", "2")]:
        rows = rows_of(LEGACY, {"lineItem/UnblendedCost": cost})
        write_csv(folder / day / "cur.csv", rows, f"2026-05-{day}")
    rows = rows_of(FOCUS, {}, {"BillingAccountId": "other"})
    write_csv(folder / "focus.csv", rows, "2026-05-05")
    (folder / "empty.csv").write_text("")
    written(folder / "empty.csv", "2026-05-06")
    return folder


def child(moment, world, exports):
    arguments = [str(moment), world.settings.database, str(exports)]
    scratch = world.folder / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        [sys.executable, "-c", CHILD, *arguments],
        env=os.environ | {"TMPDIR": str(scratch)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, exports):
    """What the tables and the lake hold when nobody is killed."""
    world = World(tmp_path_factory.mktemp("undisturbed"))
    assert world.ingest(exports).loaded == 4
    return world.state()


def left_over(world):
    root = world.settings.lake_path
    places = [root / ".incoming", root / ".publishing", world.folder / "tmp"]
    return [path for place in places for path in place.glob("*")]


@pytest.mark.thorough
@pytest.mark.parametrize("first", [1, 6, 11, 16, 21, 26])
def test_the_same_command_again_gives_the_same(tmp_path, exports, undisturbed, first):
    """After SIGKILL at any moment, even twice, another run mends everything."""
    world = World(tmp_path / "killed")
    killed = child(first, world, exports)
    assert killed.returncode == -signal.SIGKILL
    assert child(first + 2, world, exports).returncode in {0, -signal.SIGKILL}
    world.ingest(exports)
    assert world.state() == undisturbed
    assert left_over(world) == []


def test_the_moments_cover_the_run(tmp_path, exports):
    """The moments tried above reach from the first to nearly the last of a run."""
    done = child(1000, World(tmp_path / "whole"), exports)
    moments = 1000 - int(done.stdout.rpartition(" ")[2])
    assert 26 < moments < 70


def test_two_runs_at_once_take_turns(tmp_path, exports, undisturbed):
    """Two ingests of the same files end as one would."""
    world = World(tmp_path / "both")
    arguments = ["1000", world.settings.database, str(exports)]
    running = [
        subprocess.Popen([sys.executable, "-c", CHILD, *arguments], text=True)
        for _ in range(2)
    ]
    assert [run.wait(120) for run in running] == [0, 0]
    assert world.state() == undisturbed
