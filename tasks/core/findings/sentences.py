"""An anomaly in one plain sentence, before anybody knows why."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tasks.core.findings.anomalies import Anomaly
from tasks.core.reporting.wording import money


def sentence(anomaly: Anomaly) -> str:
    """Say in one plain sentence what happened, before anybody knows why.

    Examples:
        >>> from tasks.core.findings.anomalies import Day, Scope
        >>> scope = Scope("AWS", "1", "2", "AWS Lambda", None, "usage", "USD")
        >>> day = Day(date(2026, 3, 5), Decimal(25), *[Decimal(10)] * 3, 9.0)
        >>> found = Anomaly(scope, (), "spike", "up", "seasonal", "confirmed", (day,))
        >>> sentence(found).partition(" than ")[0]
        'AWS Lambda (account 2, AWS) cost USD 15.00 more'
    """
    than = (
        "where nothing was expected"
        if anomaly.impact_pct is None
        else f"than expected{_percent(anomaly)}"
    )
    said = f"{_where(anomaly)} cost {_change(anomaly, anomaly.impact)} {than}"
    said = f"{_moved(anomaly) or said} {_when(anomaly)}"
    return f"{said}{_spread(anomaly)}{_stayed(anomaly)}{_foreseen(anomaly)}."


def _moved(anomaly: Anomaly) -> str:
    """Say what moved from where to where, and what both sides come to."""
    if anomaly.moved_from is None or anomaly.moved_cost is None:
        return ""
    there = _where(replace(anomaly, scope=anomaly.moved_from))
    gone = anomaly.moved_cost
    return (
        f"Cost moved from {there} to {_where(anomaly)}:"
        f" {_change(anomaly, -gone)} there and"
        f" {_change(anomaly, anomaly.impact + gone)} here, in all"
        f" {_change(anomaly, anomaly.impact)} than expected{_percent(anomaly)}"
    )


def _change(anomaly: Anomaly, amount: Decimal) -> str:
    more = "more" if amount >= 0 else "less"
    return f"{money(abs(amount), anomaly.scope.billing_currency)} {more}"


def _percent(anomaly: Anomaly) -> str:
    percent = anomaly.impact_pct
    if percent is None:
        return ""
    return f" ({percent:+,.0f}%)".replace("-", "\N{MINUS SIGN}")


def _spread(anomaly: Anomaly) -> str:
    """Say that many series moved a little, where that is so."""
    if anomaly.spread_over is None:
        return ""
    return f", spread over {anomaly.spread_over} series"


def _stayed(anomaly: Anomaly) -> str:
    """Say what became normal when it was resolved, if anything did."""
    rest = anomaly.lasting_cost
    if rest is None:
        return ""
    amount = money(abs(rest), anomaly.scope.billing_currency)
    return f", when {amount} a day {'more' if rest > 0 else 'less'} became normal"


def _foreseen(anomaly: Anomaly) -> str:
    """Say what people foresaw of the deviation, and how much of it that is.

    Examples:
        >>> from tasks.core.findings.anomalies import Day, Note, Scope
        >>> note = Note("planned", "load test", date(2026, 5, 3), Decimal(400))
        >>> scope = Scope("AWS", "1", "2", "AWS Lambda", None, "usage", "USD")
        >>> day = Day(note.until, Decimal(1000), *[Decimal(500)] * 3, 9.0)
        >>> days, notes = (day,), (note,)
        >>> up = ("spike", "up", "x", "confirmed")
        >>> found = Anomaly(scope, (), *up, days, notes=notes)
        >>> _foreseen(found)
        '; planned load test until 3 May 2026 explains USD 400.00 of USD 900.00'
    """
    whole = anomaly.impact + sum((note.explained for note in anomaly.notes), Decimal(0))
    currency = anomaly.scope.billing_currency
    said = ""
    for note in anomaly.notes:
        what = (
            f"planned {note.title} until {_date(note.until)}"
            if note.source == "planned"
            else f"what was called expected ({note.title})"
        )
        said += f"; {what} explains {money(abs(note.explained), currency)} of"
        said += f" {money(abs(whole), currency)}"
    return said


def _where(anomaly: Anomaly) -> str:
    scope = anomaly.scope
    what = f"{scope.service_name or 'All services'}{_tag(anomaly)}"
    if scope.charge_kind == "commitment":
        of = f" of {scope.service_name}" if scope.service_name else ""
        what = f"Unused commitment{of}"
    place = f" in {scope.region_id}" if scope.region_id else ""
    if "region_id" in anomaly.rolled_up:
        place = " in several regions"
    account = scope.sub_account_id or scope.billing_account_id
    owner = f"account {account}, " if account else ""
    if "sub_account_id" in anomaly.rolled_up:
        owner = "several accounts, "
    if "billing_account_id" in anomaly.rolled_up:
        owner = "several billing accounts, "
    unnamed = "unknown provider"
    if "provider" in anomaly.rolled_up:
        unnamed = "several providers"
    return f"{what}{place} ({owner}{scope.provider or unnamed})"


def _tag(anomaly: Anomaly) -> str:
    """Say which part of a scope it is.

    Examples:
        >>> from tasks.core.findings.anomalies import Day, Scope, Tag
        >>> scope = Scope("AWS", "1", "2", "AWS Lambda", None, "usage", "USD")
        >>> day = Day(date(2026, 3, 5), Decimal(25), *[Decimal(10)] * 3, 9.0)
        >>> up = ("spike", "up", "sums", "confirmed", (day,))
        >>> [_tag(Anomaly(scope, (), *up, tag=Tag("team", at))) for at in ("ml", None)]
        [' with tag team=ml', ' without tag team']
    """
    tag = anomaly.tag
    if tag is None:
        return ""
    if tag.value is None:
        return f" without tag {tag.key}"
    return f" with tag {tag.key}={tag.value}"


def _when(anomaly: Anomaly) -> str:
    first, last = anomaly.first_date, anomaly.last_date
    if first == last:
        return f"on {_date(first)}"
    return f"from {_date(first)} to {_date(last)}"


def _date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
