"""Events of a scored table, as people would be told them."""

import numpy as np
import pandas as pd
import pytest

from tasks.core.errors import WrongArgument
from tasks.edge.detection import points, told


def scored(tmp_path, table, **given):
    """Return what is said of daily columns."""
    path = tmp_path / "costs.csv"
    days = pd.date_range("2026-01-01", periods=len(table), name="day")
    table.set_index(days).to_csv(path)
    return points.score(path, tmp_path / "out.csv", **given)


def quiet(series=1, count=120):
    rng = np.random.default_rng(0)
    values = 1_000 + rng.normal(0, 30, (count, series))
    return pd.DataFrame(values, columns=[f"s{number}" for number in range(series)])


def test_an_event_says_where_when_and_how_much(tmp_path):
    """Series, days, value, what was expected, how rare and what it looks like."""
    wide = quiet(2)
    wide.loc[100, "s1"] = 3_000.0
    done = scored(tmp_path, wide, wide=True)
    (one,) = done.told
    assert (one.series, one.kind, one.points) == ({"series": "s1"}, "spike", 1)
    assert (one.begins, one.ends, one.at) == ("2026-04-11",) * 3
    assert one.actual == 3_000
    assert one.expected == pytest.approx(1_000, rel=0.05)
    assert one.excess == pytest.approx(3_000 - one.expected)
    assert one.sentence.startswith("series s1, 2026-04-11: spike, 3,000 instead of ")
    assert one.sentence.endswith("; one normal point in over 1,000,000 is so far off.")
    assert done.events == 1


def test_what_lasts_is_no_spike(tmp_path):
    """A new level is named as such, upwards and downwards, with the days it was odd."""
    for amount, kind in ((2_000.0, "higher"), (300.0, "lower")):
        wide = quiet()
        wide.loc[100:, "s0"] = wide.loc[100:, "s0"] - 1_000 + amount
        one = scored(tmp_path, wide).told[0]
        assert (one.kind, one.begins) == (kind, "2026-04-11")
        assert one.points > 1
        assert f"to {one.ends}, {one.points} odd points, at {one.at}: {kind}, " in (
            one.sentence
        )


def test_a_new_series_is_named_as_such(tmp_path):
    """Nothing was expected of it, so nothing is said of how far off or rare it is."""
    wide = quiet(2)
    wide.loc[:79, "s1"] = np.nan
    one = scored(tmp_path, wide, wide=True).told[0]
    assert (one.kind, one.begins) == ("new_series", "2026-03-22")
    assert (told.change(one), told.rarity(one)) == ("", "")
    assert "instead" not in one.sentence


def test_each_column_of_numbers_is_a_series_but_totals(tmp_path):
    """Who has a column for each service need not name them; labels are no numbers."""
    wide = quiet(3).assign(team="a", **{"Total costs ($)": 1.0})
    assert scored(tmp_path, wide, wide=True).series == 3
    with pytest.raises(WrongArgument, match="--value or --wide"):
        scored(tmp_path, wide, wide=True, values=["s0"])
