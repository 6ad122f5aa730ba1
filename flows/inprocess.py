"""Runs a flow in this process, for the command line.

Uses the API that Prefect is set to, or else a temporary one in the background.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from threading import Thread
from typing import Any

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

    if not is_verbose:
        logging.getLogger("prefect.flow_runs").addHandler(ProgressLines())
    flows: dict[str, Callable[..., Coroutine[Any, Any, dict[str, Any]]]] = {
        "daily": daily,
        "backfill": backfill,
    }
    return asyncio.run(flows[name](**parameters))


def warm_up() -> Thread:
    """Let the temporary API start while something else is done; join it later."""
    thread = Thread(target=_ask_api, name="warm-up")
    thread.start()
    return thread


def _ask_api() -> None:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        client.hello()
