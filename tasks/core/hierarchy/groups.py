"""Groups of series whose sum means something: a service, an account, a provider.

Only use is added up, and only within one currency.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection.voices import USAGE
from tasks.core.detectors import Panel
from tasks.core.findings.anomalies import Scope

Rows = NDArray[np.int64]

# Scope columns that are added over, the most specific groups first: a service in one
# region, a service wherever it runs, an account, a region, all of a billing account,
# all of a provider, and everything in one currency. What lies below these has few
# series, and its sum says little more than they do.
LEVELS: tuple[tuple[str, ...], ...] = (
    ("sub_account_id",),
    ("sub_account_id", "region_id"),
    ("service_name", "region_id"),
    ("sub_account_id", "service_name"),
    ("sub_account_id", "service_name", "region_id"),
    ("billing_account_id", "sub_account_id", "service_name", "region_id"),
    ("provider", "billing_account_id", "sub_account_id", "service_name", "region_id"),
)

# Fewer series have no sum that says more than they do.
LEAST = 3

NAMES = tuple(field.name for field in fields(Scope))


def of(panel: Panel, scopes: Sequence[Scope]) -> list[Rows]:
    """Return the rows of each group, the most specific groups first.

    Series that make up a group on two levels are one group.
    """
    keys = [
        (row, scopes[row].key)
        for row, kind in enumerate(panel.charge_kinds)
        if kind == USAGE
    ]
    found: dict[bytes, Rows] = {}
    for level in LEVELS:
        kept = [place for place, name in enumerate(NAMES) if name not in level]
        own = itemgetter(*kept)
        members: dict[tuple[str | None, ...], list[int]] = defaultdict(list)
        for row, key in keys:
            members[own(key)].append(row)
        for rows in members.values():
            if len(rows) >= LEAST:
                group = np.array(rows, dtype=np.int64)
                found.setdefault(group.tobytes(), group)
    return list(found.values())


def differing(scopes: Sequence[Scope], rows: Rows) -> tuple[str, ...]:
    """Return the columns in which some series differ.

    Examples:
        >>> here = Scope("AWS", "1", "2", "EC2", "eu-west-1", "usage", "USD")
        >>> there = Scope("AWS", "1", "2", "EC2", "us-east-1", "usage", "USD")
        >>> differing([here, there], np.array([0, 1]))
        ('region_id',)
    """
    keys = np.array([scopes[row].key for row in rows], dtype=object).T
    return tuple(
        name for name, own in zip(NAMES, keys, strict=True) if len(set(own)) > 1
    )
