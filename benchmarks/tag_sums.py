"""What only the sum of a tag shows: one team spends a little more in many places.

Companies are drawn as for ``hierarchy``. A team owns a part of every fifth series, of
whatever service and account, and all of its parts rise by little more than their noise.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from benchmarks import hierarchy
from benchmarks.hierarchy import Floats
from benchmarks.sections import Report
from tasks.core.detection import looking
from tasks.core.detection.arrival import complete
from tasks.core.detection.declaration import Detection
from tasks.core.detection.looking import Known
from tasks.core.detection.people import Rules
from tasks.core.findings.anomalies import Anomaly, Tag
from tasks.core.hierarchy.tagged import Divided

# Every so many series have a part that the team owns, so large a share of what the
# others have.
EVERY, SHARE = 5, 0.5


def measure(report: Report, seeds: Sequence[int]) -> None:
    """Draw companies, and print what was told of their teams, with and without."""
    counts: Counter[str] = Counter()
    for seed in seeds:
        rng = np.random.default_rng([seed, EVERY])
        others, _ = hierarchy.company(rng)
        own, noise = hierarchy.company(rng)
        rows = rng.permutation(len(others))[: len(others) // EVERY]
        team = SHARE * own[rows]
        quiet = _told(others, team, rows)
        counts["false"] += len(quiet)
        day = int(rng.integers(hierarchy.FIRST, hierarchy.LAST))
        days = slice(day, day + hierarchy.SPREAD_DAYS)
        team[:, days] *= np.exp(hierarchy.SPREAD_BY * noise[rows])
        near = [one for one in _told(others, team, rows) if _is_near(one, day)]
        counts["told" if near else "missed"] += 1
    report.say(f"  only in a tag: {dict(sorted(counts.items()))}")


def _told(others: Floats, team: Floats, rows: Sequence[int]) -> list[Anomaly]:
    """Return what is told of the team."""
    whole = others.copy()
    whole[rows] += team
    parts = np.concatenate([others, team])
    scopes = [*hierarchy.SCOPES, *(hierarchy.SCOPES[row] for row in rows)]
    tags = [Tag("team", "others")] * len(others) + [Tag("team", "ours")] * len(team)
    divided = Divided(hierarchy.book(parts, scopes), tags, complete(parts.shape))
    book = hierarchy.book(whole, hierarchy.SCOPES)
    known = Known(book, complete(whole.shape), (), (), Rules())
    found = looking.look(replace(known, divided=[divided]), Detection())
    return [one for one in found if one.tag is not None]


def _is_near(one: Anomaly, day: int) -> bool:
    late = (one.first_date - date(2025, 1, 1)).days - day
    is_ours = one.tag is not None and one.tag.value == "ours"
    return is_ours and abs(late) <= hierarchy.SPREAD_DAYS
