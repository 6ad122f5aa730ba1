"""Actual and amortised exports give the same bills in whatever order they arrive."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tasks.core.intake.pairing import Pair, arrive

START = datetime(2026, 5, 1, tzinfo=UTC)

EXPORTS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["actual", "amortised"])),
    unique=True,
    max_size=12,
)


def day(number):
    return START + timedelta(days=number)


def loaded(exports):
    """Let exports arrive one after the other; each is told by its day and kind."""
    pairs = []
    for number, view in exports:
        pairs += arrive(pairs, view, f"{view}-{number}", day(number))
        pairs.sort(key=lambda pair: pair.known_at)
    return pairs


def at(pairs, moment):
    """What counts at a moment: the last pair that is known by then."""
    known = [pair for pair in pairs if pair.known_at <= moment]
    return (known[-1].actual, known[-1].amortised) if known else (None, None)


def newest(exports, view, moment):
    known = [number for number, kind in exports if kind == view and number <= moment]
    return f"{view}-{max(known)}" if known else None


@given(exports=EXPORTS)
def test_at_any_moment_the_newest_of_each_count(exports):
    """Neither order nor kind matters: of each the newest that is known counts."""
    pairs = loaded(exports)
    for moment in range(10):
        assert at(pairs, day(moment)) == (
            newest(exports, "actual", moment),
            newest(exports, "amortised", moment),
        )


@given(exports=EXPORTS)
def test_in_order_each_export_gives_one_bill(exports):
    """Exports that arrive as they are made give a bill each, and no more."""
    assert len(loaded(sorted(exports))) == len(exports)


def test_a_newer_actual_replaces_the_older_actual_only():
    """The amortised export stays until there is a newer one of its own kind."""
    assert arrive([Pair(day(1), "a1", "m1")], "actual", "a2", day(2)) == [
        Pair(day(2), "a2", "m1")
    ]
