"""How long to leave something alone that has failed."""

from datetime import timedelta

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 900.0


def delay(failures: int, luck: float) -> timedelta:
    """Return how long to wait after some failures in a row.

    It doubles with each failure up to a quarter of an hour, and a part of it is left to
    luck, so that many who failed at once do not come back at once.

    Args:
        failures: At least 1.
        luck: Between 0 and 1.

    Examples:
        >>> [delay(n, 1.0).total_seconds() for n in (1, 2, 3, 9, 99)]
        [5.0, 10.0, 20.0, 900.0, 900.0]
        >>> delay(1, 0.0).total_seconds()
        2.5
    """
    doublings = min(failures - 1, 30)
    longest = min(FIRST_SECONDS * 2.0**doublings, LONGEST_SECONDS)
    return timedelta(seconds=longest * (0.5 + luck / 2))
