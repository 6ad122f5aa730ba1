"""A withdrawal, restoration or pruning that is killed is finished by the next one."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from tests.edge.export_world import write_csv
from tests.edge.test_shared_files import Shown, day

BILL = "focus.acme.2026-05"

# Kills itself at the nth of the moments at which something is about to change.
CHILD = textwrap.dedent("""
    import os, shutil, signal, sys
    from datetime import UTC, datetime
    from tasks.edge import focus, published
    from tasks.edge.intake import chain, pruning, returns
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
        chain: ["settle"],
        focus: ["install"],
        published: ["publish"],
        pruning: ["_mark", "_folders"],
        returns: ["_add"],
        shutil: ["rmtree"],
    }.items():
        for name in names:
            setattr(module, name, watched(getattr(module, name)))
    settings = Settings(database=sys.argv[2])
    july = datetime(2026, 7, 1, tzinfo=UTC)
    verb, bill = sys.argv[3], sys.argv[4]
    if verb == "prune":
        pruning.prune(settings, print, apply=True, now=july)
    else:
        getattr(returns, verb)(settings, bill, july)
""")


def child(world, verb, bill_id, moment):
    arguments = [str(moment), world.settings.database, verb, bill_id]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode


def shown(folder):
    """Four versions of one bill, the first two on one day."""
    world = Shown(folder)
    for number, written in enumerate(
        ("2026-05-02T06:00", "2026-05-02T18:00", "2026-05-03", "2026-05-09"), start=1
    ):
        path = folder / f"bill{'x' * number}.csv"
        world.ingest(write_csv(path, day(1, str(number)), written))
    world.read()
    return world


def state(world):
    """Everything that may change, but for the times at which it was done."""
    return (
        world.versions("* EXCLUDE (loaded_at, pruned_at, origin)"),
        world.rows("FROM bills.totals ORDER BY ALL"),
        world.rows("SELECT sum(BilledCost), count(*) FROM focus.cost_and_usage"),
        world.days(),
        world.lake(),
    )


@pytest.mark.parametrize(
    ("verb", "bill_id", "moments"),
    [("withdraw", f"{BILL}.v4", 2), ("restore", f"{BILL}.v2", 3), ("prune", "-", 5)],
)
def test_the_same_command_again_gives_the_same(tmp_path, verb, bill_id, moments):
    """After SIGKILL at any moment, the same command once more mends everything."""
    undisturbed = shown(tmp_path / "undisturbed")
    assert child(undisturbed, verb, bill_id, 1000) == 0
    for moment in range(1, moments + 1):
        world = shown(tmp_path / f"killed at {moment}")
        assert child(world, verb, bill_id, moment) == -signal.SIGKILL
        assert child(world, verb, bill_id, 1000) == 0
        assert state(world) == state(undisturbed)
