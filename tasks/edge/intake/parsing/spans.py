"""The days that a bill is about."""

from collections.abc import Iterable

from tasks.edge.intake.parsing.staging import Total


def of(totals: Iterable[Total], stated: tuple[str, str] | None) -> tuple[str, str]:
    """Return the first and the last day, ISO 8601; any day where nothing is known.

    Args:
        totals: What its files sum to.
        stated: The days that its manifest says it is about, if these are not all.
    """
    spans = [(one.first_date, one.last_date) for one in totals]
    days = [day for span in (*spans, stated or ()) for day in span if day]
    return min(days, default=""), max(days, default="9999-12-31")
