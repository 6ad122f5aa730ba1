"""A withdrawal, restoration or pruning that is killed is finished by the next one."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from tests.edge.kept_world import four_versions

BILL = "focus.acme.2026-05"

# Kills itself at the nth of the moments at which something is about to change.
CHILD = textwrap.dedent("""
    import os, shutil, signal, sys
    from datetime import UTC, datetime
    from tasks.edge.database import published
    from tasks.edge.mapping import focus
    from tasks.edge.intake.versions import chain, pruning, returns
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


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return four_versions(tmp_path_factory.mktemp("returns"))


def state(world):
    """Everything that may change, but for the times at which it was done."""
    return (
        world.versions("* EXCLUDE (loaded_at, pruned_at, origin)"),
        world.rows("FROM bills.totals ORDER BY ALL"),
        world.rows("SELECT sum(BilledCost), count(*) FROM focus.cost_and_usage"),
        world.days(),
        world.lake(),
    )


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("verb", "bill_id", "moments"),
    [("withdraw", f"{BILL}.v4", 2), ("restore", f"{BILL}.v2", 3), ("prune", "-", 5)],
)
def test_the_same_command_again_gives_the_same(made, verb, bill_id, moments):
    """After SIGKILL at any moment, the same command once more mends everything."""
    world = made.again()
    assert child(world, verb, bill_id, 1000) == 0
    undisturbed = state(world)
    for moment in range(1, moments + 1):
        world = made.again()
        assert child(world, verb, bill_id, moment) == -signal.SIGKILL
        assert child(world, verb, bill_id, 1000) == 0
        assert state(world) == undisturbed
