"""The page itself: complete, self-contained, and deaf to what bills try to say."""

import base64
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from tasks.core.errors import NothingThere
from tasks.edge import report, warehouse
from tasks.edge.settings import Settings

NOW = datetime(2026, 3, 31, 4, tzinfo=UTC)
LAST = date(2026, 3, 30)
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"

# Contract of DESIGN §5: the rows of the bill versions that count now.
CURRENT = """
CREATE VIEW series.daily_cost AS
SELECT daily.* FROM series.daily_cost_versions AS daily
INNER JOIN bills.versions AS bill ON daily.bill_id = bill.bill_id
WHERE bill.status = 'current'
"""


class Page(HTMLParser):
    """What a browser would make of the text."""

    def __init__(self, text):
        """Read the whole text."""
        super().__init__()
        self.tags, self.ids, self.scripts, self.words = [], [], [], []
        self.attributes, self.inside = [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]
        self.inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, _tag):
        self.inside = None

    def handle_data(self, text):
        if self.inside == "script":
            self.scripts[-1] += text
        elif self.inside != "style":
            self.words.append(text)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "costwarden.duckdb"))


@pytest.fixture
def con(settings):
    with warehouse.connect(settings.database) as con:
        con.execute(CURRENT)
        yield con


def add_bill(con, *, days=5, cost="10", service="Storage", currency="USD", name="b.v1"):
    con.execute(
        "INSERT INTO bills.versions (bill_id, source, source_format, provider,"
        " billing_account_id, billing_period, version, status, digest, known_at,"
        " loaded_at) VALUES"
        " ($name, 'aws', 'focus', 'AWS', '1', '2026-03', 1, 'current', $name, $now,"
        " $now) ON CONFLICT DO NOTHING",
        {"name": name, "now": NOW},
    )
    for back in range(days):
        con.execute(
            "INSERT INTO series.daily_cost_versions (charge_date, provider,"
            " billing_account_id, sub_account_id, service_name, charge_kind,"
            " billing_currency, billed_cost, effective_cost, bill_id) VALUES"
            " ($day, 'AWS', '1', '2', $service, 'usage', $currency, $cost, $cost,"
            " $name)",
            {
                "day": LAST - timedelta(back),
                "service": service,
                "currency": currency,
                "cost": Decimal(cost),
                "name": name,
            },
        )
    con.execute(
        "INSERT INTO bills.totals SELECT bill_id, billing_currency, count(*),"
        " sum(billed_cost), sum(effective_cost) FROM series.daily_cost_versions"
        " WHERE bill_id = $name AND billing_currency = $currency GROUP BY ALL",
        {"name": name, "currency": currency},
    )


def add_anomaly(con, name="a1", word="Storage", **others):
    values = {
        "anomaly_id": name,
        "revision": 1,
        "status": "confirmed",
        "kind": "spike",
        "direction": "up",
        "provider": "AWS",
        "billing_account_id": "1",
        "sub_account_id": "2",
        "service_name": word,
        "charge_kind": "usage",
        "first_date": LAST,
        "last_date": LAST,
        "detected_at": NOW,
        "known_at": NOW,
        "billing_currency": "USD",
        "actual_cost": Decimal(10),
        "expected_cost": Decimal(4),
        "expected_low": Decimal(3),
        "expected_high": Decimal(5),
        "impact": Decimal(6),
        "impact_pct": 150.0,
        "score": 8.0,
        "severity": "high",
        "detector": "seasonal",
        "explanation": f"It rose because of {word}.",
    } | others
    put(con, "findings.anomalies", values)
    put(
        con,
        "findings.anomaly_days",
        {key: values[key] for key in ("anomaly_id", "score")}
        | {key: values[key] for key in values if key.startswith("expected_")}
        | {"actual_cost": Decimal(10), "charge_date": LAST, "scored_at": NOW},
    )
    put(
        con,
        "findings.anomaly_drivers",
        {
            "anomaly_id": name,
            "rank": 1,
            "dimension": "resource",
            "member": word,
            "effect": "usage",
            "impact": Decimal(6),
            "revision": 1,
        },
    )


def add_advice(con, name="r1", word="i-1", decision="deny", status="open"):
    put(
        con,
        "actions.recommendations",
        {
            "recommendation_id": name,
            "action": "stop_instance",
            "provider": "AWS",
            "resource_id": word,
            "resource_type": "instance",
            "environment": word,
            "current": word,
            "proposed": word,
            "billing_currency": "USD",
            "monthly_cost": Decimal(30),
            "monthly_saving": Decimal(20),
            "evidence": f"{word} was idle.",
            "status": status,
            "reason": word,
            "advised_at": NOW,
        },
    )
    for number, answer in enumerate(("allow", decision)):
        put(
            con,
            "actions.verdicts",
            {
                "verdict_id": f"{name}-{number}",
                "recommendation_id": name,
                "decision": answer,
                "reasons": [f"{word} is protected."] if answer == "deny" else [],
                "policy_digest": "0" * 64,
                "judged_at": NOW + timedelta(number),
            },
        )


def put(con, table, values):
    names = ", ".join(values)
    places = ", ".join(f"${name}" for name in values)
    con.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", values)


def written(settings, con=None):
    """Write the report and return its text and what a browser makes of it."""
    if con is not None:
        con.close()
    text = settings.report_path.read_text("utf-8") if report.write(settings) else ""
    return text, Page(text)


def figures(page):
    return json.loads(page.scripts[0])


def test_nothing_is_fetched(settings, con):
    """The page names no address to load from, and its policy would refuse one."""
    add_bill(con)
    _, page = written(settings, con)
    loading = {"src", "srcset", "data", "action", "poster", "background", "ping"}
    assert [pair for pair in page.attributes if pair[0] in loading] == []
    links = {value for name, value in page.attributes if name == "href"}
    assert {link for link in links if link[0] != "#"} == {"data:,"}
    assert not {"iframe", "object", "embed", "base"} & set(page.tags)
    [policy] = [value for _, value in page.attributes if "default-src" in (value or "")]
    assert policy.startswith("default-src 'none';")


def test_only_our_scripts_may_run(settings, con):
    """The page's policy names the digests of plotly and of our script, no others."""
    add_bill(con)
    _, page = written(settings, con)
    [policy] = [value for _, value in page.attributes if "default-src" in (value or "")]
    digests = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in page.scripts[1:]
    ]
    allowed = policy.partition("script-src ")[2].split()
    assert allowed == [f"'sha256-{digest}'" for digest in digests]
    assert len(digests) == 2


def test_hostile_bills_stay_text(settings, con):
    """A tag in a service, an id, a sentence or a file name is shown, never obeyed."""
    add_bill(con, service=EVIL)
    add_anomaly(con, word=EVIL)
    add_advice(con, word=EVIL)
    add_advice(con, "r2", word=EVIL, status="abstained")
    con.execute(
        "INSERT INTO bills.versions (bill_id, source, source_format, status, reason,"
        " digest, origin, loaded_at) VALUES"
        " ('q', $evil, 'focus', 'quarantined', $evil, 'q', [$evil], $now)",
        {"evil": EVIL, "now": NOW},
    )
    _, page = written(settings, con)
    assert len(page.scripts) == 3
    assert "img" not in page.tags
    assert [name for name, _ in page.attributes if name.startswith("on")] == []
    assert page.text.count("<script>alert(1)</script>") > 5
    assert "<" not in json.dumps(figures(page)).replace("<extra>", "").replace(
        "</extra>", ""
    )


def test_every_figure_has_its_place(settings, con):
    """Each figure is drawn somewhere, and each place for one has a figure."""
    add_bill(con)
    add_anomaly(con)
    add_advice(con)
    _, page = written(settings, con)
    assert set(figures(page)) == {
        "spend-USD",
        "anomaly-a1",
        "drivers-a1",
        "savings-USD",
    }
    assert set(figures(page)) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_numbers_are_told(settings, con):
    """Spend, anomaly, saving and the newest verdict stand in the text as well."""
    add_bill(con)
    add_anomaly(con)
    add_advice(con)
    _, page = written(settings, con)
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    for words in (
        "Spent in 30 days to 30 Mar 2026 USD 50.00",
        "It rose because of Storage.",
        "USD +6.00",
        "1 denied",
        "i-1 is protected.",
        "adds up",
    ):
        assert words in text


def test_monthly_charges_are_no_service(settings, con):
    """A tax on storage is summed with the other monthly charges, not with storage."""
    add_bill(con, days=1)
    con.execute(
        "INSERT INTO series.daily_cost_versions BY NAME SELECT * REPLACE"
        " ('tax' AS charge_kind, 2 AS effective_cost) FROM series.daily_cost_versions"
    )
    _, page = written(settings, con)
    bars = {bar["name"]: bar["y"] for bar in figures(page)["spend-USD"]["data"]}
    assert bars == {"Storage": [10.0], "tax, support, fees and credits": [2.0]}


def test_small_services_are_summed(settings, con):
    """The ninth service by cost is among all others, and no cent is lost."""
    add_bill(con, days=1)
    for number in range(1, 11):
        add_series(con, f"Service {number}", number)
    _, page = written(settings, con)
    bars = {bar["name"]: sum(bar["y"]) for bar in figures(page)["spend-USD"]["data"]}
    assert len(bars) == 9
    assert bars["all other services"] == 1 + 2 + 3
    assert sum(bars.values()) == 10 + sum(range(1, 11))


def add_series(con, service, cost):
    con.execute(
        "INSERT INTO series.daily_cost_versions BY NAME SELECT * REPLACE"
        " ($service AS service_name, $cost AS effective_cost)"
        " FROM series.daily_cost_versions WHERE service_name = 'Storage'",
        {"service": service, "cost": Decimal(cost)},
    )


def test_bill_that_does_not_add_up_is_called_out(settings, con):
    """A daily series off by one unit of the last decimal is shown as different."""
    add_bill(con)
    con.execute(
        "UPDATE series.daily_cost_versions SET effective_cost = effective_cost"
        " + 0.000000000000000001::DECIMAL(38, 18) WHERE charge_date = $day",
        {"day": LAST},
    )
    _, page = written(settings, con)
    assert "differs" in page.text
    assert "1E-18" in page.text


def test_checks_are_told_by_their_newest_run(settings, con):
    """A promise that was broken once and is kept now counts as kept."""
    add_bill(con)
    for name, subject, back, count in (
        ("series__daily__add_up", "b.v1", 2, 7),
        ("series__daily__add_up", "b.v1", 1, 0),
        ("series__daily__add_up", "gone.v1", 1, 9),
        ("focus__charges__close", "b.v1", 1, 3),
    ):
        con.execute(
            "INSERT INTO ops.checks (checked_at, name, subject, severity, row_count)"
            " VALUES ($at, $name, $subject, 'warn', $count)",
            {
                "at": NOW - timedelta(back),
                "name": name,
                "subject": subject,
                "count": count,
            },
        )
    _, page = written(settings, con)
    assert "series.daily add up 1 0 0 kept" in page.text
    assert "focus.charges close 1 1 3 worth a look" in page.text
    assert "1 found something" in page.text


def test_many_anomalies_stay_readable(settings, con):
    """The first ten are seen, the rest opens; beyond the charts the page says so."""
    add_bill(con)
    for number in range(report.report.MOST_CHARTS + 5):
        add_anomaly(con, f"a{number}", impact=Decimal(number))
    _, page = written(settings, con)
    assert "The 60 most urgent of 65 are shown" in page.text
    assert "50 more" in page.text
    charts = [name for name in figures(page) if name.startswith("anomaly-")]
    assert (len(charts), "anomaly-a4" in charts) == (60, False)


@pytest.mark.parametrize("is_normalised", [False, True])
def test_empty_warehouse_says_so(tmp_path, is_normalised):
    """A warehouse without bills gives a page that says how to load one."""
    settings = Settings(database=str(tmp_path / "new.duckdb"))
    with warehouse.connect(settings.database) as con:
        if is_normalised:
            con.execute(CURRENT)
    _, page = written(settings)
    assert "No bill has been loaded yet." in page.text
    assert settings.report_path == tmp_path / "new" / "report.html"


def test_no_warehouse_is_an_error(tmp_path):
    """A report of nothing is not written."""
    settings = Settings(database=str(tmp_path / "none.duckdb"))
    with pytest.raises(NothingThere):
        report.write(settings)
    assert list(tmp_path.iterdir()) == []


def test_credits_and_two_currencies(settings, con):
    """A month of credits in one currency and of cost in another both render."""
    add_bill(con, cost="-3")
    add_bill(con, currency="EUR", cost="0.0004", service="Queue", name="c.v1")
    _, page = written(settings, con)
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "USD \N{MINUS SIGN}15.00" in text
    assert "EUR 0.0020" in text
    assert {"spend-USD", "spend-EUR"} == set(figures(page))


def test_same_tables_same_page(settings, con):
    """A second report of the same tables has the same bytes and leaves no litter."""
    add_bill(con)
    add_anomaly(con)
    first, _ = written(settings, con)
    second, _ = written(settings)
    assert first == second
    assert sorted(path.name for path in settings.home.iterdir()) == [
        "costwarden.duckdb",
        "report.html",
    ]


def test_anomaly_is_drawn_among_its_own_days(settings, con):
    """Days around an anomaly come from the series with exactly its scope."""
    add_bill(con, days=3)
    con.execute(
        "INSERT INTO series.daily_cost_versions BY NAME SELECT * REPLACE"
        " ('eu-west-1' AS region_id, 500 AS effective_cost)"
        " FROM series.daily_cost_versions"
    )
    add_anomaly(con)
    add_anomaly(con, "a2", service_name=None)
    _, page = written(settings, con)
    lines = _paid(figures(page))
    assert lines == {
        "anomaly-a1": [10.0, 10.0, 10.0],
        "anomaly-a2": [510.0, 510.0, 10.0],
    }


def _paid(drawn):
    return {
        name: trace["y"]
        for name, figure in drawn.items()
        for trace in figure["data"]
        if trace.get("name") == "paid"
    }
