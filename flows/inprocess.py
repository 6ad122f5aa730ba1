"""Runs a flow in this process, for the command line.

Uses the API that Prefect is set to, or else a temporary one in the background.
"""

import asyncio
import atexit
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from threading import Thread
from typing import Any

from tasks.core.errors import PrefectUnavailable

# Nothing is sent anywhere unless somebody has asked for it. Prefect reads the
# [tool.prefect] table of pyproject.toml too, but only in the checkout's own folder.
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_RUNNER_AUTO_INSTALL_DEPENDENCIES": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}
# Prefect's own lines would drown ours; the API keeps them all the same.
HUSHED = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"}

# Waits for a line that says goodbye; when we die without one, ends the process.
WATCH = 'read -r line || kill "$0"'
POLL_SECONDS = 0.02


class ProgressLines(logging.Handler):
    """Shows the lines that a flow means for people."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line if it is one of them."""
        if getattr(record, "is_progress", False):
            sys.stderr.write(f"  {record.getMessage()}\n")
            sys.stderr.flush()


def prepare(*, is_verbose: bool) -> None:
    """Set what Prefect reads when it is imported; what a user has set stays.

    Args:
        is_verbose: Let Prefect's own log lines through.
    """
    for key, value in (QUIET if is_verbose else QUIET | HUSHED).items():
        os.environ.setdefault(key, value)


def run(name: str, *, is_verbose: bool = False, **parameters: object) -> dict[str, Any]:
    """Run ``daily`` or ``backfill`` and return what each stage returned.

    Args:
        name: The flow.
        is_verbose: Show Prefect's own log lines instead of ours.
        **parameters: The flow's.
    """
    from flows.backfill import backfill
    from flows.daily import daily

    start_api()
    if not is_verbose:
        logging.getLogger("prefect.flow_runs").addHandler(ProgressLines())
    flows: dict[str, Callable[..., Coroutine[Any, Any, dict[str, Any]]]] = {
        "daily": daily,
        "backfill": backfill,
    }
    return asyncio.run(flows[name](**parameters))


def warm_up() -> Thread:
    """Let the temporary API start while something else is done; join it later."""

    def start() -> None:
        # The flow that follows meets the same trouble, and can say so.
        with suppress(PrefectUnavailable):
            start_api()

    thread = Thread(target=start, name="warm-up")
    thread.start()
    return thread


def start_api() -> None:
    """Reach the API, starting a temporary one where none is set.

    Raises:
        PrefectUnavailable: The API that is set does not answer, or none could start.
    """
    from prefect.server.api.server import SubprocessASGIServer

    temporary = SubprocessASGIServer()
    with ThreadPoolExecutor(1) as pool:
        reached = pool.submit(_reach_api)
        # Guarded as soon as it exists: it takes its time until it answers.
        while temporary.server_process is None and not reached.done():
            wait([reached], POLL_SECONDS)
        if temporary.server_process is not None:
            _end_with_us(temporary.server_process)
        reached.result()


def _reach_api() -> None:
    from httpx import HTTPError
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL

    try:
        with get_client(sync_client=True) as client:
            client.hello()
    except (HTTPError, RuntimeError) as error:
        url = PREFECT_API_URL.value()
        raise PrefectUnavailable(
            f"Prefect's API at {url} does not answer. Start it with prefect server"
            " start, or unset PREFECT_API_URL to do without."
            if url
            else f"Prefect's temporary API could not be started: {error}."
        ) from error


def _end_with_us(server: subprocess.Popen[Any]) -> None:
    """Make sure that the temporary API dies with us, even when we are killed."""
    watcher = subprocess.Popen(  # noqa: S603 - our own words
        ["/bin/sh", "-c", WATCH, str(server.pid)], stdin=subprocess.PIPE
    )

    def say_goodbye() -> None:
        watcher.communicate(b"goodbye\n")

    atexit.register(say_goodbye)
