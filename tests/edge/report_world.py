"""A warehouse filled by hand, and the report of it as a browser would read it."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser

from tasks.edge.reporting import report

NOW = datetime(2026, 3, 31, 4, tzinfo=UTC)
LAST = date(2026, 3, 30)

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


def add_series(con, service, cost):
    con.execute(
        "INSERT INTO series.daily_cost_versions BY NAME SELECT * REPLACE"
        " ($service AS service_name, $cost AS effective_cost)"
        " FROM series.daily_cost_versions WHERE service_name = 'Storage'",
        {"service": service, "cost": Decimal(cost)},
    )


def written(settings, con=None):
    """Write the report and return its text and what a browser makes of it."""
    if con is not None:
        con.close()
    text = settings.report_path.read_text("utf-8") if report.write(settings) else ""
    return text, Page(text)


def figures(page):
    return json.loads(page.scripts[0])


def paid(drawn):
    return {
        name: trace["y"]
        for name, figure in drawn.items()
        for trace in figure["data"]
        if trace.get("name") == "paid"
    }
