"""Public bills, not made by this project, come to the totals that are known of them."""

from decimal import Decimal

import pytest

from tests.edge.export_world import World

pytestmark = pytest.mark.shared


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.fixture
def billing(shared):
    return shared / "data" / "billing"


def test_a_real_aws_month(world, billing):
    """The workshop's October 2018: rows, billed and amortised totals."""
    legacy = billing / "aws_legacy_cur"
    path = next(legacy.glob("walabs_Oct2018*.parquet"))
    assert world.ingest(path).loaded == 1
    assert world.ingest(path).known == 1
    assert world.versions(
        "row_count, round(billed_cost, 3), round(effective_cost, 6)"
    ) == [(119_307, Decimal("4064.483"), Decimal("4195.957109"))]


def test_the_official_focus_sample(world, billing):
    """1,000 rows of three providers: every row is in one bill, every cent counted."""
    path = billing / "focus" / "focus_1.0_sample_1000.csv"
    assert world.ingest(path).quarantined == 0
    assert world.versions(
        "provider, row_count, billed_cost, first(billing_period) OVER ()"
    ) == [
        ("AWS", 942, Decimal("18.0066386184"), "2024-09"),
        ("Oracle", 6, Decimal("0.29707392473"), "2024-09"),
        ("Oracle", 1, Decimal("0.24"), "2024-09"),
        ("Microsoft", 51, Decimal("1.97651418586"), "2024-09"),
    ]


@pytest.mark.parametrize(
    ("folder", "loaded", "quarantined"),
    [("aws_legacy_cur", 5, 1), ("aws_cur2", 2, 0), ("focus", 75, 11), ("azure", 10, 3)],
)
def test_every_public_file_is_loaded_or_refused(
    world, billing, folder, loaded, quarantined
):
    """What cannot be loaded says why in one sentence; the rest is there."""
    result = world.ingest(billing / folder)
    assert (result.loaded, result.quarantined) == (loaded, quarantined)
    assert len(result.problems) == quarantined
    for problem in result.problems:
        assert problem.startswith(str(billing))
        assert problem.endswith(".")
        assert len(problem.splitlines()) == 1
