"""The digest: one screen at most, whatever is in it, and nothing on a quiet day."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tasks.core.alerting import digest
from tasks.core.alerting.digest import Day

TODAY = date(2026, 3, 20)


def anomaly(what="opened", impact="1234.5", service="Amazon EC2", **changes):
    return {
        "what": what,
        "status": "confirmed",
        "severity": "high",
        "provider": "AWS",
        "sub_account_id": "1",
        "service_name": service,
        "region_id": "eu-west-1",
        "moved_from": None,
        "first_date": TODAY - timedelta(days=2),
        "last_date": TODAY,
        "billing_currency": "USD",
        "impact": Decimal(impact),
    } | changes


def saving(count=2, amount="40", currency="USD"):
    return {
        "recommendations": count,
        "monthly_saving": Decimal(amount),
        "billing_currency": currency,
    }


def day(anomalies=(), budget_news=0, budgets=(), savings=()):
    return Day(TODAY, anomalies, budget_news, budgets, savings)


def test_what_became_normal_is_not_called_over():
    """A level that stays ends as news, not as costs."""
    ended = [anomaly("ended", status=status) for status in ("normal", "resolved")]
    assert [line.split()[2] for line in digest.lines(day(ended))[3:]] == [
        "normal",
        "over",
    ]


def test_what_moved_says_from_where():
    """A move is one line that names both places, whatever it comes to."""
    origin = {"sub_account_id": "2", "service_name": "Amazon EC2"}
    origin["region_id"] = "eu-west-1"
    [*_, line] = digest.lines(day([anomaly(impact="1", moved_from=origin)]))
    assert line.endswith("  from 2 to Amazon EC2 · 1 · eu-west-1 · AWS")


def test_it_reads_like_this():
    """Weightiest first, each kind of news under its heading, the rest counted."""
    opened = [anomaly(impact=f"{900 - n}") for n in range(7)]
    gone = {"status": "retracted", "last_date": TODAY - timedelta(days=2)}
    service = "Amazon Simple Notification Service"
    ended = [anomaly("ended", service=service, **gone)]
    news = day(
        [*opened, *ended],
        1,
        [{"summary": "Budget compute is breached."}],
        [saving(), saving(1, "2.5"), saving(3, "7", "EUR")],
    )
    assert digest.lines(news) == [
        "Cloud costs, 20 Mar 2026: 7 opened, 1 ended, news of 1 budget",
        "",
        "Opened:",
        *(
            f"       USD +{cost}.00 high      3 days  Amazon EC2 · 1 · eu-west-1 · AWS"
            for cost in range(900, 895, -1)
        ),
        "  and 2 more",
        "Ended:",
        f"     USD +1,234.50 undone     1 day  {service} · 1 · e…",
        "Budgets at risk:",
        "  Budget compute is breached.",
        "Advice waiting: 6 changes would save USD 42.50 and EUR 7.00 a month",
    ]


def test_a_quiet_day_says_nothing():
    """A budget still at risk and advice still waiting are no news by themselves."""
    assert digest.lines(day()) == []
    assert digest.lines(day(budgets=[{"summary": "s"}], savings=[saving()])) == []


foreign = st.text(max_size=200)
amounts = st.decimals(
    allow_nan=False,
    allow_infinity=False,
    places=18,
    min_value=-(10**19),
    max_value=10**19,
)
anomalies = st.builds(
    anomaly,
    st.sampled_from(["opened", "changed", "ended"]),
    amounts,
    foreign,
    sub_account_id=st.none() | foreign,
    billing_currency=foreign,
    status=st.sampled_from(["confirmed", "retracted"]),
    first_date=st.dates(date(2000, 1, 1), TODAY),
)


@given(
    st.lists(anomalies, max_size=40),
    st.integers(0, 10**6),
    st.lists(st.builds(lambda text: {"summary": text}, foreign), max_size=9),
    st.lists(st.builds(saving, st.integers(1, 10**6), amounts, foreign), max_size=9),
)
def test_it_always_fits_one_screen(rows, news, budgets, savings):
    """24 lines of 80 columns hold any day of any bill, and no line is broken."""
    lines = digest.lines(day(rows, news, budgets, savings))
    assert len(lines) <= 24
    for line in lines:
        assert digest.columns(line) <= 80
        assert line.splitlines() in ([line], [])
        assert "`" not in line
    assert bool(lines) == bool(rows or news)
