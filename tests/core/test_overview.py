"""What a run says of itself."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tasks.core.reporting import overview
from tasks.core.reporting.overview import Finding, Overview, Reason, Saving
from tasks.core.reporting.rows import Youth


def finding(**changes):
    values = {
        "anomaly_id": "a1",
        "severity": "high",
        "status": "confirmed",
        "kind": "level_shift",
        "scope": "AWS / 1234 / Amazon EC2",
        "first_date": date(2026, 3, 1),
        "last_date": date(2026, 3, 4),
        "billing_currency": "USD",
        "impact": Decimal("1234.50"),
        "explanation": None,
    }
    return Finding(**(values | changes))


WHOLE = Overview(
    findings=(finding(), finding(anomaly_id="a2", explanation="Doubled.")),
    savings=(
        Saving("stop_instance", "USD", 2, Decimal("10.25")),
        Saving("delete_volume", "USD", 1, Decimal("0.25")),
        Saving("stop_instance", "EUR", 1, Decimal(7)),
    ),
    reasons=(
        Reason("allow", None, 1, 1),
        Reason("deny", "production is protected", 3, 3),
        Reason("deny", "over the cap", 2, 3),
    ),
    quarantined=(),
)


def test_currencies_are_never_added_up():
    """Each currency has its own total."""
    assert WHOLE.savings_per_currency == {
        "USD": Decimal("10.50"),
        "EUR": Decimal(7),
    }


def test_a_denial_with_two_reasons_counts_once():
    """Decisions count recommendations, not reasons."""
    assert WHOLE.decisions == {"allow": 1, "deny": 3}


def test_what_only_asks_for_approval_does_not_explain_a_denial():
    """A denied change is explained by what would have denied any change."""
    said = overview.lines(
        Overview(
            (),
            (),
            (
                Reason("deny", "A person must approve.", 2, 2),
                Reason("deny", "It saves too little.", 2, 2),
                Reason("needs_approval", "A person must approve.", 1, 1),
            ),
            (),
        )
    )
    denied = said[said.index("The policy denies 2 of these changes:") + 1 :]
    assert denied == ["  2 x It saves too little."]


def test_a_denial_is_never_left_without_a_reason():
    """Where every reason of a denial also made others wait, all of them are told."""
    both = (Reason("deny", "Why", 1, 1), Reason("needs_approval", "Why", 1, 1))
    assert Overview((), (), both, ()).deciding("deny") == both[:1]


def test_each_currency_is_ranked_by_itself():
    """The weightiest of each currency are told, whatever the other currencies hold."""
    many = tuple(
        finding(
            anomaly_id=f"{code}{rank}",
            billing_currency=code,
            explanation=f"{code}{rank}.",
        )
        for rank in range(5)
        for code in ("USD", "EUR")
    )
    said = overview.lines(Overview(many, (), (), ()), 2)
    assert said[:7] == [
        "Found 10 anomalies: 10 open now, 0 over.",
        "  In USD, the 2 weightiest of 5:",
        "    - USD0.",
        "    - USD1.",
        "  In EUR, the 2 weightiest of 5:",
        "    - EUR0.",
        "    - EUR1.",
    ]


def test_the_terminal_is_told_everything():
    """Findings, savings per currency and each reason are said."""
    said = "\n".join(overview.lines(WHOLE))
    assert "2 anomalies" in said
    assert "level shift in AWS / 1234 / Amazon EC2" in said
    assert "Doubled." in said
    assert "production is protected" in said
    assert "USD 10.50" in said
    assert "EUR 7.00" in said


def test_nothing_found_is_said_too():
    """An empty warehouse is described, not left blank."""
    said = overview.lines(Overview((), (), (), ()))
    assert any("0 anomalies" in line for line in said)
    assert any("nothing" in line for line in said)


def test_silence_of_a_short_history_is_explained():
    """Who has too few days of bills hears why nothing is told."""
    young = Overview((), (), (), (), youth=Youth(known=20, needed=35))
    said = "\n".join(overview.lines(young))
    assert "once 35 days of them lie before a day; the bills so far span 20." in said
    assert "days of them" not in "\n".join(overview.lines(Overview((), (), (), ())))


def test_a_bill_cannot_write_into_the_summary():
    """Markup in foreign text stays text."""
    hostile = Overview(
        findings=(finding(explanation="<img src=x> [a](javascript:b) `c`\n# d"),),
        savings=(),
        reasons=(),
        quarantined=("**bold** <script>",),
    )
    said = overview.markdown(hostile, {"ingest_bills": "1 loaded"})
    assert "<img" not in said
    assert "<script>" not in said
    assert "[a](" not in said
    assert "\n# d" not in said


def test_the_table_has_a_row_for_each_anomaly():
    """People find the id with which they can ask for more."""
    assert [row["id"] for row in overview.table(WHOLE)] == ["a1", "a2"]


def test_the_achieved_rate_is_stated():
    """The summary says how many anomalies began a week, and how many were asked for."""
    rated = replace(WHOLE, rate=overview.Rate(0.6, 5.0))
    said = overview.lines(rated)[0]
    assert said.endswith(
        "In the last half year 0.6 began a week (alerts_per_week = 5)."
    )
