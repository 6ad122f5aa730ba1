"""The score of Numenta's benchmark, of alerts as a person gets them."""

import pytest

from benchmarks import numenta


def tallied(alerts, spans=((500, 599),), size=1_000):
    tally = numenta.Tally()
    tally.add(alerts, spans, size)
    return tally


def test_silence_is_nothing_and_the_first_point_of_a_window_everything():
    """The ends of the scale, where nothing is false."""
    assert tallied([]).score == 0
    assert tallied([500]).score == pytest.approx(100)
    assert 45 < tallied([599]).score < 60


def test_a_false_alert_costs_little_shortly_after_a_window():
    """In probation it costs nothing, far off 0.11 of a window."""
    assert tallied([100]).points == -1
    assert tallied([200]).points == pytest.approx(-1.11)
    assert -1.11 < tallied([605]).points < -1
    assert tallied([200, 605]).false == 2


def test_files_are_halved_by_name_alone():
    """The same name is always of the same half, and both halves have some."""
    halves = [numenta.is_held_out(f"file {number}") for number in range(50)]
    assert halves == [numenta.is_held_out(f"file {number}") for number in range(50)]
    assert 10 < sum(halves) < 40
