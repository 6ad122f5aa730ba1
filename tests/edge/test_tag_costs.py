"""Daily costs by tag, from exports to the warehouse."""

import json
from decimal import Decimal

import pytest

from tasks.aggregate import aggregate_costs
from tasks.core.errors import CheckFailed
from tasks.edge.database import queries
from tests.edge.export_world import FOCUS, World, rows_of, write_csv

KEYS = ("team", "env")
THIRDS = "0.333333333333333333"


def row(cost, tags, **more):
    """One charge of three days, which nothing divides evenly."""
    return {
        "BilledCost": cost,
        "EffectiveCost": cost,
        "Tags": json.dumps(tags),
        "ChargePeriodEnd": "2026-05-05T00:00:00Z",
        **more,
    }


def export(world, name, *rows, written_at="2026-05-20"):
    path = write_csv(
        world.folder / name, rows_of(FOCUS, *rows), written_at=f"{written_at}T00:00:00"
    )
    world.ingest(path, source="azure")


def aggregate(world, keys=KEYS):
    settings = world.settings
    detect = settings.detect.model_copy(update={"tags": keys})
    aggregate_costs.fn(settings.model_copy(update={"detect": detect}))


def costs(world, at="now()"):
    """Costs by key and value, as known at a moment."""
    rows = world.rows(
        "SELECT tag_key, tag_value, sum(effective_cost)"
        f" FROM series.daily_tag_cost_as_of({at}) GROUP BY ALL"
    )
    return {(key, value): cost for key, value, cost in rows}


@pytest.fixture
def world(tmp_path):
    """A bill of two teams and of what nobody owns, made twice."""
    made = World(tmp_path)
    ml, web = {"team": "ml", "env": "prod"}, {"team": "web", "env": " "}
    first = [row("1", ml), row(THIRDS, web), row("5", {"env": "prod"})]
    export(made, "first.csv", *first, written_at="2026-05-10")
    export(made, "second.csv", *first, row("10", ml))
    return made


def test_each_key_divides_the_whole_bill_as_it_was_known(world):
    """Values, and what has none, sum to the bill; old bills get theirs when named."""
    aggregate(world, keys=())
    assert costs(world) == {}
    aggregate(world, keys=("team",))
    assert {key for key, _ in costs(world)} == {"team"}
    aggregate(world)
    then = costs(world, "'2026-05-15'")
    assert then == {
        ("team", "ml"): Decimal(1),
        ("team", "web"): Decimal(THIRDS),
        ("team", None): Decimal(5),
        ("env", "prod"): Decimal(6),
        ("env", None): Decimal(THIRDS),
    }
    assert costs(world) == then | {
        ("team", "ml"): Decimal(11),
        ("env", "prod"): Decimal(16),
    }
    days = world.rows(
        "SELECT count(DISTINCT charge_date) FROM series.daily_tag_cost_as_of(now())"
    )
    assert days == [(3,)]


def test_costs_that_are_not_the_bills_are_not_kept(world, monkeypatch):
    """A tag that loses a cent is refused."""
    whole = queries.text

    def lossy(name):
        text = whole(name)
        if name == "series/tag_groups":
            text = text.replace("sum(EffectiveCost)", "sum(EffectiveCost) - 0.01")
        return text

    with monkeypatch.context() as patch:
        patch.setattr(queries, "text", lossy)
        with pytest.raises(CheckFailed, match="to the last decimal"):
            aggregate(world)
    assert costs(world) == {}
