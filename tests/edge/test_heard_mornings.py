"""Mornings of a warehouse: with and without what was kept, the same is stored."""

import shutil
from datetime import UTC, datetime, timedelta

import numpy as np

from tasks.core.detection.declaration import Detection
from tasks.edge.settings import Settings
from tests.edge.test_findings import START, detect, fill, series_rows, table

FIRST = 190
TABLES = (
    "SELECT * FROM findings.anomalies ORDER BY ALL",
    "SELECT * FROM findings.anomaly_days ORDER BY ALL",
    "SELECT * FROM findings.scored_days ORDER BY ALL",
    "SELECT * FROM ops.events ORDER BY ALL",
)


def rows(days, *, version):
    """Return what bills tell of some days: new series come, one ends, one is restated.

    The newest day is half there until the next version.
    """
    found = []
    for number in range(12):
        rng = np.random.default_rng(number)
        spikes = {150: 3.0, days - 1: 0.5}
        if number == 2 and version > 2:
            spikes[100] = 1.7
        if number == 3:
            spikes |= {192: 4.0, 193: 4.0}
        ended = 170 if number == 4 else days
        found += series_rows(rng, ended, service=f"service-{number}", spikes=spikes)
    if days > FIRST + 1:
        late = series_rows(np.random.default_rng(99), days, service="new")
        since = START + timedelta(days=FIRST + 1)
        found += [row for row in late if row["charge_date"] >= since]
    return found


def test_the_same_is_stored(tmp_path):
    """Day after day, with a setting changed and a past moment looked at between."""
    own = [
        Settings(database=str(tmp_path / name / "costwarden.duckdb"))
        for name in ("kept", "forgotten")
    ]
    kept, forgotten = own
    for settings in own:
        settings.home.mkdir()
    for version, days in enumerate(range(FIRST, FIRST + 6), start=1):
        known_at = datetime.combine(START, datetime.min.time(), UTC)
        known_at += timedelta(days=days, hours=6)
        changed = {"seasonality": {"weeks": 6 if version > 4 else 12}}
        stored = []
        for settings in own:
            params = Detection.model_validate(changed)
            now = settings.model_copy(update={"detect": params})
            fill(now, rows(days, version=version), known_at, version)
            shutil.rmtree(forgotten.home / "heard", ignore_errors=True)
            detect(now, as_of=known_at + timedelta(hours=1))
            if version == 3:
                detect(now, as_of=known_at - timedelta(days=2))
            stored.append([table(now, query) for query in TABLES])
        assert stored[0] == stored[1]
    assert stored[0][0]
    assert len(list((kept.home / "heard").iterdir())) == 1
