"""Where bills lie that are not on this machine: files behind URLs, and APIs."""

import importlib
from collections.abc import Collection, Mapping
from types import ModuleType
from typing import Any

from tasks.edge.intake.arriving import remote
from tasks.edge.intake.arriving.remote import Remote

# What is asked, row by row, instead of being listed. Each has the two functions below.
APIS = {
    "bigquery": "tasks.edge.intake.arriving.bigquery",
    "ce": "tasks.edge.intake.arriving.cost_explorer",
}


def listed(
    url: str, options: Mapping[str, Any], known: Collection[str]
) -> list[Remote]:
    """Return the files that a URL stands for.

    Args:
        url: A place or an API.
        options: What its driver is told.
        known: The URLs that were read before.

    Raises:
        ConfigError: There is no driver for it, or no right to read it.
        SourceUnavailable: It does not answer.
    """
    api = _api(url)
    if api is None:
        return remote.listed(url, options)
    found: list[Remote] = api.listed(url, options, known)
    return found


def probe(url: str, options: Mapping[str, Any]) -> str:
    """Return in a few words what is there, at no cost.

    Raises:
        ConfigError: As ``listed``.
        SourceUnavailable: As ``listed``.
    """
    api = _api(url)
    if api is not None:
        return str(api.probe(url, options))
    found = remote.probe(url, options)
    return f"{found} {'name' if found == 1 else 'names'} below it"


def _api(url: str) -> ModuleType | None:
    name = APIS.get(url.partition("://")[0])
    return importlib.import_module(name) if name else None
