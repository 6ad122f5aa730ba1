"""What a run found, would save and was allowed to do, in words and as Markdown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tasks.core.reporting import wording
from tasks.core.reporting.rows import OPEN, Youth

# Of each currency. A summary is read at a glance; the report has the rest.
SHOWN = 3

DECISIONS = {
    "allow": "allows",
    "needs_approval": "wants a person to approve",
    "deny": "denies",
}
KEPT = "It keeps to every rule."


@dataclass(frozen=True, slots=True)
class Finding:
    """One anomaly that stands, weightiest of its currency first."""

    anomaly_id: str
    severity: str
    status: str
    kind: str
    scope: str
    first_date: date
    last_date: date
    billing_currency: str
    impact: Decimal
    explanation: str | None


@dataclass(frozen=True, slots=True)
class Saving:
    """What the open recommendations of one action would save a month."""

    action: str
    billing_currency: str
    recommendations: int
    monthly_saving: Decimal


@dataclass(frozen=True, slots=True)
class Reason:
    """How often one reason led to one decision; ``reason`` is None for allow."""

    decision: str
    reason: str | None
    recommendations: int
    of_decision: int


@dataclass(frozen=True, slots=True)
class Rate:
    """How many alerts a week there were lately, and how many people would read."""

    told: float
    asked: float


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of the warehouse after a run."""

    findings: tuple[Finding, ...]
    savings: tuple[Saving, ...]
    reasons: tuple[Reason, ...]
    quarantined: tuple[str, ...]
    rate: Rate | None = None
    youth: Youth | None = None

    @property
    def savings_per_currency(self) -> dict[str, Decimal]:
        """Monthly saving by currency; currencies are never added up."""
        total: dict[str, Decimal] = {}
        order = self.currencies
        for saving in sorted(
            self.savings, key=lambda one: order.index(one.billing_currency)
        ):
            so_far = total.get(saving.billing_currency, Decimal(0))
            total[saving.billing_currency] = so_far + saving.monthly_saving
        return total

    @property
    def currencies(self) -> tuple[str, ...]:
        """Every currency once, that of the first finding first."""
        rows: tuple[Finding | Saving, ...] = (*self.findings, *self.savings)
        return tuple(dict.fromkeys(row.billing_currency for row in rows))

    @property
    def decisions(self) -> dict[str, int]:
        """Recommendations by decision."""
        return {reason.decision: reason.of_decision for reason in self.reasons}

    def deciding(self, decision: str) -> tuple[Reason, ...]:
        """Return the reasons that are enough for a decision.

        A denied change names all that stands against it. What only makes others wait
        for a person is not why it was denied, so it is left out here.
        """
        given = tuple(one for one in self.reasons if one.decision == decision)
        if decision != "deny":
            return given
        waits = {one.reason for one in self.reasons if one.decision == "needs_approval"}
        return tuple(one for one in given if one.reason not in waits) or given


def sentence(finding: Finding) -> str:
    """Tell one anomaly: its explanation, or its scope and kind where it has none."""
    if finding.explanation:
        return finding.explanation
    return f"{_words(finding.kind)} in {finding.scope}"


def impact(finding: Finding) -> str:
    """Write what an anomaly cost or spared."""
    return wording.money(finding.impact, finding.billing_currency, signed=True)


def days(finding: Finding) -> str:
    """Write from when to when an anomaly lasted."""
    if finding.first_date == finding.last_date:
        return f"{finding.first_date}"
    return f"{finding.first_date} to {finding.last_date}"


def table(overview: Overview) -> list[dict[str, str]]:
    """Return the anomalies as rows of a table for people."""
    return [
        {
            "impact": impact(finding),
            "severity": finding.severity,
            "status": finding.status,
            "kind": _words(finding.kind),
            "days": days(finding),
            "scope": finding.scope,
            "explanation": finding.explanation or "",
            "id": finding.anomaly_id,
        }
        for finding in overview.findings
    ]


def markdown(overview: Overview, stages: dict[str, str]) -> str:
    """Return the summary of a run.

    Args:
        overview: The state after it.
        stages: What each stage did, in words, in order.
    """
    return "\n".join(_paragraphs(overview, stages))


def _paragraphs(overview: Overview, stages: dict[str, str]) -> Iterator[str]:
    yield "# What was found"
    yield f"{_count(overview)}\n"
    for currency in overview.currencies:
        for one in _of(currency, overview)[:SHOWN]:
            # An explanation names the days already.
            when = "" if one.explanation else f" ({days(one)})"
            yield f"- **{impact(one)}** {plain(sentence(one))}{when}"
    yield "\n# What it would save"
    yield from _savings(overview)
    yield "\n# What the policy said"
    for decision, number in overview.decisions.items():
        yield f"- **{_words(decision)}: {number}**"
        for reason in overview.deciding(decision):
            if reason.reason:
                yield f"  - {reason.recommendations} x {plain(reason.reason)}"
    if overview.quarantined:
        yield "\n# Quarantined input"
        yield from (f"- {plain(why)}" for why in overview.quarantined)
    yield "\n# What each stage did"
    yield from (f"- {plain(stage)}: {plain(said)}" for stage, said in stages.items())


def _savings(overview: Overview) -> Iterator[str]:
    if not overview.savings:
        yield "Nothing: no change is recommended."
    for currency, amount in overview.savings_per_currency.items():
        yield f"- **{wording.money(amount, currency)}** a month"
        for saving in overview.savings:
            if saving.billing_currency == currency:
                part = wording.money(saving.monthly_saving, currency)
                many = saving.recommendations
                yield f"  - {part} by {many} x {_words(saving.action)}"


def _of(currency: str, overview: Overview) -> list[Finding]:
    return [one for one in overview.findings if one.billing_currency == currency]


def _words(name: str) -> str:
    return name.replace("_", " ")


def lines(overview: Overview, shown: int = SHOWN) -> list[str]:
    """Return what was found, would be saved and was allowed, for a terminal.

    Args:
        overview: The state of the warehouse.
        shown: Findings to tell of each currency.
    """
    return [
        *_found(overview, shown),
        *_to_save(overview),
        *_allowed(overview),
    ]


def _count(overview: Overview) -> str:
    total = len(overview.findings)
    if not total:
        return f"Found 0 anomalies.{_youth(overview.youth)}"
    still = sum(one.status in OPEN for one in overview.findings)
    said = f"Found {total} {'anomaly' if total == 1 else 'anomalies'}"
    ends = f"{still} open now, {total - still} over."
    return f"{said}: {ends}{_rate(overview.rate)}{_youth(overview.youth)}"


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return ""
    asked = f"alerts_per_week = {rate.asked:g}"
    return f" In the last half year {rate.told:.1f} began a week ({asked})."


def _youth(youth: Youth | None) -> str:
    return "" if youth is None else f" {youth}"


def _found(overview: Overview, shown: int) -> Iterator[str]:
    yield _count(overview)
    for currency in overview.currencies:
        found = _of(currency, overview)
        if found:
            part = f"the {shown} weightiest of {len(found)}"
            yield f"  In {currency}{f', {part}' if len(found) > shown else ''}:"
        for one in found[:shown]:
            told = one.explanation or f"{impact(one)}: {sentence(one)}"
            yield f"    - {told}"


def _to_save(overview: Overview) -> Iterator[str]:
    if not overview.savings:
        yield "Would save nothing: no change is recommended."
    for currency, amount in overview.savings_per_currency.items():
        yield f"Would save {wording.money(amount, currency)} a month:"
        for saving in overview.savings:
            if saving.billing_currency == currency:
                part = wording.money(saving.monthly_saving, currency)
                yield f"  {part} by {saving.recommendations} x {_words(saving.action)}"


def _allowed(overview: Overview) -> Iterator[str]:
    for decision, said in DECISIONS.items():
        if decision in overview.decisions:
            number = overview.decisions[decision]
            reasons = overview.deciding(decision)
            several = sum(one.recommendations for one in reasons) > number
            why = " (one can have several reasons)" if several else ""
            yield f"The policy {said} {number} of these changes{why}:"
            for one in reasons:
                yield f"  {one.recommendations} x {one.reason or KEPT}"


def plain(text: str) -> str:
    r"""Take the force from characters that Markdown or HTML would act on.

    Bills are foreign text: a tag may be called ``<img src=…>`` or ``[a](b)``.

    Examples:
        >>> plain("<b>[x](y)</b>")
        '&lt;b&gt;\\[x\\](y)&lt;/b&gt;'
    """
    for character in "\\`*_[]|#":
        text = text.replace(character, f"\\{character}")
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(text.split())
