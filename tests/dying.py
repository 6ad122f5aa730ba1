"""Processes that kill themselves with -9 at a step of their work.

A test gives the script of a child; the child names the step by ``before`` or ``after``.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def die(*_given, **_named):
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def before(place, name):
    """Die instead of calling a function."""
    setattr(place, name, die)


def after(place, name):
    """Die as soon as a function has returned."""
    whole = getattr(place, name)

    def then_die(*given, **named):
        whole(*given, **named)
        die()

    setattr(place, name, then_die)


def killed(script, *arguments):
    """Run the script of a child, which has to die."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, *_path())))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, (done.stdout, done.stderr)


def _path():
    # Whoever tests with another version of a library names it there.
    return filter(None, [os.environ.get("PYTHONPATH")])
