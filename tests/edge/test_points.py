"""Tables of dated values: read as people write them, or refused with the row."""

import gzip
import math
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from tasks.core.errors import (
    BadValue,
    NothingThere,
    UnreadableFile,
    WrongArgument,
)
from tasks.edge.detection import points

ADDED = ["expected", "low", "high", "score", "p_value", "is_anomaly", "event_begins"]


def table(series=1, count=120, step="D", seed=0):
    """Return quiet values with one spike in each series."""
    rng = np.random.default_rng(seed)
    times = pd.date_range("2026-01-01", periods=count, freq=step)
    parts = []
    for number in range(series):
        values = 100 + rng.normal(0, 3, count)
        values[100 + number : 101 + number] = 300
        parts.append(
            pd.DataFrame({"day": times, "team": f"t{number}", "spent": values})
        )
    return pd.concat(parts, ignore_index=True)


def scored(tmp_path, frame, name="costs.csv", **given):
    path = tmp_path / name
    if name.endswith(".parquet"):
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    done = points.score(path, tmp_path / "out.parquet", values=["spent"], **given)
    return done, pd.read_parquet(tmp_path / "out.parquet")


@pytest.mark.parametrize("name", ["costs.csv", "costs.csv.gz", "costs.parquet"])
def test_one_row_for_each_point(tmp_path, name):
    """Every row comes back, of every series, with seven columns added."""
    frame = table(series=3)
    done, rows = scored(tmp_path, frame, name, time="day", by=["team"])
    assert list(rows) == ["day", "team", "spent", *ADDED]
    assert (done.series, done.points, len(rows)) == (3, 360, 360)
    odd = rows[rows["is_anomaly"]]
    assert odd["event_begins"].notna().all()
    assert rows.loc[~rows["is_anomaly"], "event_begins"].isna().all()
    assert set(odd["event_begins"]) <= set(odd["day"])
    assert done.events == len(odd.groupby(["team", "event_begins"]))
    assert set(zip(odd["team"], odd["day"].dt.day_of_year - 1, strict=True)) >= {
        ("t0", 100),
        ("t1", 101),
        ("t2", 102),
    }
    merged = rows.merge(frame, on=["day", "team"])
    assert np.allclose(merged["spent_x"], merged["spent_y"])


def test_a_table_written_elsewhere_is_read(tmp_path):
    """Semicolons, a byte order mark, quoted names and times with zones are fine."""
    path = tmp_path / "costs.csv"
    lines = ['"Time";"Value"']
    for hour in range(100):
        at = pd.Timestamp("2026-01-01T00:00") + timedelta(hours=hour)
        lines.append(f"{at.isoformat()}+01:00;{10 + hour % 24}")
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    done = points.score(path, tmp_path / "out.csv")
    rows = pd.read_csv(tmp_path / "out.csv")
    assert (done.points, done.step_seconds) == (100, 3_600)
    assert rows["Time"][0] == "2025-12-31 23:00:00"


def test_seconds_and_milliseconds_are_times(tmp_path):
    """Numbers since 1970 are times, in either unit."""
    seconds = 1_767_225_600 + 300 * np.arange(50)
    for numbers in (seconds, seconds * 1_000):
        frame = pd.DataFrame({"t": numbers, "spent": 1.0})
        done, rows = scored(tmp_path, frame, time="t")
        assert done.step_seconds == 300
        assert rows["t"][0] == pd.Timestamp("2026-01-01")


def test_a_table_of_the_warehouse_is_read(tmp_path):
    """Days and decimals of Parquet are read as they are, with gaps between."""
    frame = table()
    amounts = [Decimal(str(round(value, 2))) for value in frame["spent"]]
    amounts[50] = None
    columns = {"day": frame["day"].dt.date, "spent": amounts}
    done, rows = scored(tmp_path, pd.DataFrame(columns), "costs.parquet", time="day")
    assert (done.points, done.step_seconds) == (119, 86_400)
    assert rows["is_anomaly"][100]
    assert not rows["is_anomaly"][50]


def test_times_may_be_the_index_of_a_frame(tmp_path):
    """What pandas keeps beside the columns of Parquet is a column, too."""
    path = tmp_path / "costs.parquet"
    table().drop(columns="team").set_index("day").to_parquet(path)
    done = points.score(path, tmp_path / "out.parquet")
    assert (done.points, done.events) == (120, 1)
    table().drop(columns="team").set_index("day").rename_axis(None).to_parquet(path)
    assert points.score(path, tmp_path / "out.parquet").events == 1


def test_nothing_but_totals_is_said(tmp_path):
    """Who leaves out all rows says why there is nothing left."""
    path = tmp_path / "costs.csv"
    path.write_text("date,cost\nTotal,5\nTotal,6\n", encoding="utf-8")
    with pytest.raises(NothingThere, match="no rows but totals"):
        points.score(path)


def test_columns_may_have_any_name_but_ours(tmp_path):
    """Names that we use ourselves do no harm, or are refused."""
    frame = table(series=2).rename(columns={"team": "series"})
    done, _ = scored(tmp_path, frame, time="day", by=["series"])
    assert done.series == 2
    frame = frame.rename(columns={"series": "score"})
    with pytest.raises(WrongArgument, match="'score' would be written over"):
        scored(tmp_path, frame, time="day", by=["score"])


def test_months_are_equal_steps(tmp_path):
    """A monthly table has no gaps, although months differ in length."""
    frame = table(count=30, step="MS").assign(spent=1.0)
    done, _ = scored(tmp_path, frame, time="day")
    assert done.points == 30
    assert done.anomalies == 0


def test_times_may_be_missing(tmp_path):
    """A gap is unknown, not zero; points after it are judged."""
    frame = table().drop(index=range(60, 70))
    _, rows = scored(tmp_path, frame, time="day")
    assert len(rows) == 110
    odd = rows[rows["is_anomaly"]]["day"].dt.date.tolist()
    assert odd == [date(2026, 1, 1) + timedelta(days=100)]


def test_what_is_empty_is_unknown(tmp_path):
    """An empty value stays empty and is not judged."""
    frame = table()
    frame.loc[90, "spent"] = math.nan
    _, rows = scored(tmp_path, frame, time="day")
    assert np.isnan(rows["p_value"][90])
    assert not rows["is_anomaly"][90]


def test_parts_of_a_day_are_added_up_and_that_is_said(tmp_path):
    """Rows of several teams make one total where nobody tells them apart."""
    frame = table(series=3)
    done, rows = scored(tmp_path, frame, time="day")
    assert done.series == 1
    total = frame.groupby("day")["spent"].sum().to_numpy()
    assert np.allclose(rows["spent"], total)
    assert "added up" in done.notes[0]


def test_a_reading_that_came_twice_counts_once(tmp_path):
    """A stray repeat is no double cost: the mean is taken, and that is said."""
    frame = table(count=300)
    again = frame.iloc[[50]].assign(team="t1")
    frame = pd.concat([frame, again])
    done, rows = scored(tmp_path, frame, time="day")
    assert np.isclose(rows["spent"][50], frame["spent"].iloc[50])
    assert "mean" in done.notes[0]


def test_rows_that_were_exported_twice_count_once(tmp_path):
    """Two exports that overlap are no doubled week; rows that differ are parts."""
    frame = table(count=100)
    done, rows = scored(tmp_path, pd.concat([frame, frame.tail(9)]), time="day")
    np.testing.assert_allclose(rows["spent"], frame["spent"])
    assert done.notes == (
        "9 rows are copies of others in every column: each counts once.",
    )
    other = frame.tail(9).assign(team="t1")
    done, rows = scored(tmp_path, pd.concat([frame, other]), time="day")
    assert rows["spent"][99] == pytest.approx(2 * frame["spent"][99])
    assert done.notes[0].endswith("added up. --by tells series apart: team?")


def test_the_order_of_rows_does_not_matter(tmp_path):
    """A shuffled table gives the same result."""
    frame = table(series=2)
    _, rows = scored(tmp_path, frame, time="day", by=["team"])
    _, again = scored(
        tmp_path, frame.sample(frac=1, random_state=1), time="day", by=["team"]
    )
    pd.testing.assert_frame_equal(rows, again)


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        ("spent", "12,5", "row 8 below the head, column spent: '12,5' is not a number"),
        ("spent", "inf", "row 8 below the head, column spent: 'inf' is not a number"),
        ("day", "soon", "row 8 below the head, column day: 'soon' is not a time"),
        ("day", None, "row 8 below the head, column day"),
    ],
)
def test_bad_cells_are_named(tmp_path, column, text, says):
    """A cell that cannot be read is refused with its row and column."""
    frame = table().astype({"day": "str", "spent": "str"})
    frame.loc[7, column] = text
    with pytest.raises(BadValue, match=says):
        scored(tmp_path, frame, time="day")


def test_what_is_no_table_is_refused(tmp_path):
    """Each wrong file has its own sentence."""
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"no parquet")
    with pytest.raises(UnreadableFile, match=r"broken\.parquet cannot be read"):
        points.score(broken)
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("time,value\n2026-01-01,1\n2026-01-02,1,2\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="line 3"):
        points.score(ragged)
    empty = tmp_path / "empty.csv"
    empty.write_text("time,value\n", encoding="utf-8")
    with pytest.raises(NothingThere, match="has no rows"):
        points.score(empty)
    with pytest.raises(NothingThere, match="no file"):
        points.score(tmp_path / "none.csv")
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(b"time,value\n2026-01-01,1\n" * 100)[:-20])
    with pytest.raises(UnreadableFile, match=r"cut\.csv\.gz"):
        points.score(cut)


def test_columns_that_are_not_clear_are_asked_for(tmp_path):
    """Nobody guesses which of several columns is meant."""
    path = tmp_path / "costs.csv"
    row = {"from": ["2026-01-01"], "to": ["2026-01-02"], "a": [1], "b": [2]}
    pd.DataFrame(row).to_csv(path, index=False)
    with pytest.raises(WrongArgument, match="--time: one of from, to"):
        points.score(path)
    with pytest.raises(WrongArgument, match="--value: one of a, b; each"):
        points.score(path, time="from")
    with pytest.raises(WrongArgument, match="has no column 'c', only from, to, a, b"):
        points.score(path, time="from", values=["c"])
    pd.DataFrame({"a": [1], "b": [2]}).to_csv(path, index=False)
    with pytest.raises(WrongArgument, match="no column of times: a has '1', b"):
        points.score(path)


def test_the_only_columns_that_can_be_meant_are_taken(tmp_path):
    """Exports have names of their own: what they hold says which column is which."""
    frame = table().rename(columns={"day": "UsageStart", "spent": "Net spend"})
    path = tmp_path / "costs.csv"
    frame.to_csv(path, index=False)
    done = points.score(path, tmp_path / "out.csv")
    assert (done.points, done.events) == (120, 1)
    names = {"UsageStart": "Charge Period Start", "Net spend": "Billed_Cost (USD)"}
    frame.assign(other=1.0).rename(columns=names).to_csv(path, index=False)
    assert points.score(path, tmp_path / "out.csv").events == 1


def test_columns_side_by_side_are_series(tmp_path):
    """A table with a column for each service is judged column by column."""
    frame = table(series=2).pivot_table("spent", "day", "team").reset_index()
    path = tmp_path / "costs.csv"
    frame.to_csv(path, index=False)
    done = points.score(path, tmp_path / "out.csv", values=["t0", "t1"])
    rows = pd.read_csv(tmp_path / "out.csv")
    assert list(rows)[:3] == ["day", "series", "value"]
    told = rows[rows["is_anomaly"]]
    assert done.series == 2
    assert set(told["series"]) == {"t0", "t1"}


def test_currencies_are_not_added_up(tmp_path):
    """Euros and dollars of one day are two series, whether or not somebody says so."""
    frame = table(series=2)
    frame["currency"] = frame["team"].map({"t0": "EUR", "t1": "USD"})
    done, rows = scored(tmp_path, frame, time="day")
    assert done.series == 2
    assert set(rows["currency"]) == {"EUR", "USD"}
    assert "currency tells series apart" in done.notes[0]


def test_a_series_that_begins_later_is_shown(tmp_path):
    """Its days are odd although nobody knows how rare they are."""
    frame = table(series=2)
    frame = frame[(frame["team"] == "t0") | (frame["day"] >= "2026-03-15")]
    done, _ = scored(tmp_path, frame, time="day", by=["team"])
    assert done.first[0]["team"] == "t1"
    assert done.first[0]["day"] == pd.Timestamp("2026-03-15")
    assert done.first[0]["p_value"] is None


def test_what_is_too_short_is_said(tmp_path):
    """Ten days are no reason to be silent without a word."""
    done, _ = scored(tmp_path, table(count=110).tail(10), time="day")
    assert done.judged == 0
    assert done.notes == (
        "1 of 1 series could not be judged: a daily series needs more than 21 days.",
    )


def test_arguments_that_exclude_each_other_are_refused(tmp_path):
    """Nobody guesses which of two settings, or which calendar, is meant."""
    with pytest.raises(WrongArgument, match="they say the same"):
        scored(tmp_path, table(), rate=0.01, alerts_per_week=1.0)
    with pytest.raises(WrongArgument, match="'XX' is no calendar"):
        scored(tmp_path, table(), time="day", holidays=["XX"])


def test_holidays_are_no_drops(tmp_path):
    """A fall on a public holiday is told unless its calendar is named."""
    frame = table()
    frame.loc[frame["day"] == "2026-04-03", "spent"] = 65.0
    frame.loc[100, "spent"] = 100.0
    done, _ = scored(tmp_path, frame, time="day")
    assert done.events == 1
    done, _ = scored(tmp_path, frame, time="day", holidays=["GB"])
    assert done.events == 0


def test_a_time_far_away_does_not_fill_the_memory(tmp_path):
    """A mistyped year is named instead of making billions of empty points."""
    frame = table(step="s", count=50)
    frame.loc[49, "day"] = pd.Timestamp("2199-01-01")
    with pytest.raises(BadValue, match="is one of these times wrong"):
        scored(tmp_path, frame, time="day")


def test_the_table_itself_is_never_written_over(tmp_path):
    """The input stays as it is, whatever is asked for."""
    path = tmp_path / "costs.csv"
    table().to_csv(path, index=False)
    before = path.read_bytes()
    with pytest.raises(WrongArgument, match="would be written over"):
        points.score(path, path, time="day", values=["spent"])
    assert path.read_bytes() == before


def test_a_cell_of_many_columns_is_named_by_its_own(tmp_path):
    """Of a wide table, the row and column that a person finds in it are named."""
    frame = table(series=2).pivot_table("spent", "day", "team").reset_index()
    frame = frame.astype({"t1": "str"})
    frame.loc[4, "t1"] = "soon"
    path = tmp_path / "costs.csv"
    frame.to_csv(path, index=False)
    with pytest.raises(BadValue, match="row 5 below the head, column t1: 'soon'"):
        points.score(path, values=["t0", "t1"])


def test_a_day_that_is_not_over_is_no_drop(tmp_path):
    """A fall at the end is told once its days are complete; rises are told at once."""
    frame = table(count=100)
    frame.loc[99, "spent"] = 31.0
    done, rows = scored(tmp_path, frame, time="day")
    assert (done.events, rows["is_anomaly"].sum()) == (0, 0)
    assert rows["score"][99] < -5
    assert done.notes[0].startswith("1 fall is not told, for of the newest 2 points")
    done, rows = scored(tmp_path, frame, time="day", unfinished_points=0)
    assert (done.events, done.notes, rows["is_anomaly"][99]) == (1, (), True)
    for amount in (180.0, -40.0):
        frame.loc[99, "spent"] = amount
        assert scored(tmp_path, frame, time="day")[0].events == 1
