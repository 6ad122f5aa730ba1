"""Responders as processes of their own, which may kill themselves at any moment."""

import subprocess
import sys
import textwrap

from tasks.edge.settings import ROOT

# Forks one responder for each line that it is told, so that imports are paid for once.
# A responder kills itself before the nth of the steps at which something changes.
NURSERY = textwrap.dedent("""
    import json, os, signal, sys
    from tasks.edge.actions import advice, policies, workflows
    from tasks.edge.database import journal
    from tasks.edge.response import answers, hearing, topic
    from tasks.edge.settings import Settings

    STEPS = (
        (answers, "sorted_out"), (journal, "begin"), (answers, "answer"),
        (advice, "find"), (advice, "save"), (policies, "renew"), (workflows, "renew"),
        (workflows, "_write"), (workflows, "_save"), (answers._Session, "_save"),
        (workflows, "clear"), (journal, "end"), (topic.Listener, "commit"),
        (topic.Listener, "__exit__"),
    )

    def watched(function):
        def call(*args, **kwargs):
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)
        return call

    topic.POLL_SECONDS = 0.05
    for owner, name in STEPS:
        setattr(owner, name, watched(getattr(owner, name)))
    for line in sys.stdin:
        left, given = json.loads(line)
        child = os.fork()
        if not child:
            told = hearing.respond(
                Settings(**given), journal.Run(str(os.getpid()), "respond"),
                lambda line: None,
            )
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
""")


class Nursery:
    """Runs responders one after the other; used as a context."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()

    def run(self, settings, moment=0):
        """Let one responder run, killed at a moment, and return its exit status."""
        import json

        given = settings.model_dump(mode="json", exclude_unset=True)
        self.process.stdin.write(json.dumps([moment, given]) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


def start(config, *words):
    """Start ``costwarden respond`` as somebody's shell would."""
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "respond", *words, "--config", str(config)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
