"""Scopes above single series, and the series that lie below them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tasks.core.findings.anomalies import Scope


class Below:
    """The series below scopes; looked for once for all scopes of a sort."""

    def __init__(self, scopes: Sequence[Scope]) -> None:
        """Keep the scope of each series."""
        self.scopes = scopes
        self.known: dict[tuple[str, ...], dict[Scope, list[int]]] = {}

    def rows(self, scope: Scope, over: tuple[str, ...]) -> list[int]:
        """Return the series of a scope of which some columns are merged."""
        if over not in self.known:
            found = defaultdict(list)
            for row, own in enumerate(self.scopes):
                found[above(own, over)].append(row)
            self.known[over] = found
        return self.known[over][scope]


def above(scope: Scope, over: tuple[str, ...]) -> Scope:
    """Return the scope in which some columns are merged."""
    nothing: dict[str, Any] = dict.fromkeys(over)
    return replace(scope, **nothing)
