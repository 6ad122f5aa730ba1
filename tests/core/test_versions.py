"""What a version consists of, and when it counts, whatever order things arrive in."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tasks.core.intake.versions import Part, compose, reach, spans, without_pieces

START = datetime(2026, 5, 1, tzinfo=UTC)


@st.composite
def arrivals(draw):
    """Whole exports, day files, increments and withdrawals, at different times."""
    hours = draw(st.lists(st.integers(0, 200), unique=True, min_size=1, max_size=7))
    parts = []
    for number, hour in enumerate(hours):
        kind = draw(st.sampled_from(["whole", "day", "increment"]))
        first = draw(st.integers(1, 5))
        last = first + (0 if kind == "day" else draw(st.integers(0, 3)))
        known_at = START + timedelta(hours=hour)
        gone = draw(st.none() | st.integers(1, 100))
        parts.append(
            Part(
                f"v{number}",
                number,
                known_at,
                names=(f"day-{number}",),
                digests=(f"d{number}",),
                series="day-#" if kind == "day" else None,
                first_date=f"2026-05-{first:02d}",
                last_date=f"2026-05-{last:02d}",
                is_increment=kind == "increment",
                withdrawn_at=known_at + timedelta(hours=gone) if gone else None,
            )
        )
    return parts


def state(parts):
    """What counts when, by the files that arrived."""
    made = compose(without_pieces(parts))
    return [
        (made[span.bill_id], span.known_from, span.known_to) for span in spans(parts)
    ]


@given(parts=arrivals(), order=st.randoms(use_true_random=False))
def test_order_of_loading_leaves_no_trace(parts, order):
    """The same arrivals end in the same state, in whatever order they are loaded."""
    shuffled = list(parts)
    order.shuffle(shuffled)
    renumbered = [
        Part(
            **{name: getattr(part, name) for name in Part.__slots__}
            | {"version": number}
        )
        for number, part in enumerate(shuffled)
    ]
    assert state(renumbered) == state(parts)


@given(parts=arrivals())
def test_at_most_one_version_counts_at_a_time(parts):
    """Spans follow each other, and each moment shows what was known last."""
    found = spans(parts)
    for span, following in pairwise(found):
        assert span.known_to is not None
        assert span.known_to <= following.known_from
    for hour in range(0, 320, 7):
        moment = START + timedelta(hours=hour)
        known = [
            part
            for part in parts
            if part.known_at <= moment and not part.is_withdrawn(moment)
        ]
        newest = max(known, key=lambda part: part.known_at, default=None)
        counting = [
            span.bill_id
            for span in found
            if span.known_from <= moment
            and (span.known_to is None or moment < span.known_to)
        ]
        assert counting == ([newest.bill_id] if newest else [])


@given(parts=arrivals())
def test_files_of_a_version_count_while_it_does(parts):
    """A file counts exactly when a version counts that consists of it."""
    made, found = compose(parts), spans(parts)
    times = reach(found, made)
    for hour in range(0, 320, 7):
        moment = START + timedelta(hours=hour)
        counting = {
            owner
            for span in found
            if span.known_from <= moment
            and (span.known_to is None or moment < span.known_to)
            for owner in made[span.bill_id]
        }
        assert counting == {
            owner
            for owner, known in times.items()
            for start, end in known
            if start <= moment and (end is None or moment < end)
        }


def day(number, first, last, name=None):
    return Part(
        f"v{number}",
        number,
        START + timedelta(hours=number),
        names=(name or f"day-{number}",),
        digests=(f"d{number}",),
        series="day-#",
        first_date=f"2026-05-{first:02d}",
        last_date=f"2026-05-{last:02d}",
    )


def test_days_are_never_counted_twice():
    """Days apart add up, a repeated one is replaced, a whole one replaces them all."""
    parts = [day(1, 1, 1), day(2, 2, 2), day(3, 1, 1), day(4, 1, 9), day(5, 4, 12)]
    assert compose(parts) == {
        "v1": ("v1",),
        "v2": ("v1", "v2"),
        "v3": ("v2", "v3"),
        "v4": ("v4",),
        "v5": ("v5",),
    }


def test_a_restored_version_consists_of_what_it_restores():
    """And what comes later adds to that."""
    back = Part("v3", 3, START + timedelta(hours=3), restores="v1")
    parts = [day(1, 1, 1), day(2, 1, 1), back, day(4, 2, 2)]
    made = compose(parts)
    assert (made["v3"], made["v4"]) == (("v1",), ("v1", "v4"))
