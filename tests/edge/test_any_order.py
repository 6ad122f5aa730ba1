"""In whatever order versions arrive, and however often, the newest one is shown."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.core.intake import versions
from tests.edge.export_world import FOCUS, World, rows_of, write_csv

ACCOUNTS = ("acme", "other")


def export(folder, number):
    """The month of two accounts in one file, as known on one day."""
    rows = rows_of(
        FOCUS, *({"BillingAccountId": a, "BilledCost": str(number)} for a in ACCOUNTS)
    )
    return write_csv(folder / f"bill{'x' * number}.csv", rows, f"2026-05-0{number + 1}")


@pytest.mark.thorough
@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=6))
def test_what_is_shown_is_what_the_model_says(order):
    """Orders and repeats of three versions of two bills give the model's totals."""
    with tempfile.TemporaryDirectory() as name:
        world = World(Path(name))
        for number in order:
            world.ingest(export(world.folder, number))
        first = list(dict.fromkeys(order))
        parts = [
            versions.Part(str(n), place, datetime(2026, 5, n + 1, tzinfo=UTC))
            for place, n in enumerate(first, start=1)
        ]
        [shown] = [one for one in versions.spans(parts) if one.known_to is None]
        assert world.rows(
            "SELECT billing_account_id, billed_cost::INT FROM bills.versions"
            " WHERE status = 'current' ORDER BY 1"
        ) == [(account, int(shown.bill_id)) for account in ACCOUNTS]
        assert len(world.versions()) == 2 * len(first)
