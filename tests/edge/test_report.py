"""The page itself: complete, self-contained, and deaf to what bills try to say."""

import base64
import hashlib
import json
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tasks.core.errors import NothingThere, WarehouseBusy
from tasks.edge.database import warehouse
from tasks.edge.reporting import report
from tasks.edge.settings import Settings
from tests.edge.report_world import (
    CURRENT,
    LAST,
    NOW,
    add_advice,
    add_anomaly,
    add_bill,
    add_series,
    figures,
    paid,
    written,
)

ROOT = Path(__file__).parents[2]
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "costwarden.duckdb"))


@pytest.fixture
def con(settings):
    with warehouse.connect(settings.database) as con:
        con.execute(CURRENT)
        yield con


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


def test_a_tax_that_is_not_there_yet_is_no_saving(settings, con):
    """The headline says how costs moved without what comes once a month."""
    add_bill(con, days=60)
    con.execute(
        "INSERT INTO series.daily_cost_versions BY NAME SELECT * REPLACE"
        " ('tax' AS charge_kind, 70 AS effective_cost) FROM series.daily_cost_versions"
        " QUALIFY row_number() OVER (ORDER BY charge_date) = 1"
    )
    _, page = written(settings, con)
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    told = text.index("without tax, support, fees and credits, against the 30 days")
    assert "USD 0.00" in text[told - 80 : told]
    assert "with them" in text[told:]


def test_the_headline_says_what_is_in_it(settings, con):
    """Tax, credits and purchases stand apart, in both costs, so that invoices agree."""
    add_bill(con, days=40)
    newest = "SELECT * FROM series.daily_cost_versions WHERE charge_date = $last"
    for kind, effective, billed in (
        ("tax", 30, 31),
        ("credit", -7, -7),
        ("commitment", 0, 500),
        ("fee", 0, 0),
    ):
        con.execute(
            "INSERT INTO series.daily_cost_versions BY NAME SELECT * REPLACE ($kind AS"
            " charge_kind, $effective AS effective_cost, $billed AS billed_cost)"
            f" FROM ({newest}) LIMIT 1",
            {"kind": kind, "effective": effective, "billed": billed, "last": LAST},
        )
    _, page = written(settings, con)
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "30 Mar 2026 USD 323.00 effective cost: usage 300.00, tax 30.00," in text
    assert "credits \N{MINUS SIGN}7.00; billed in the same days: USD 824.00" in text
    assert "USD 824.00 (commitments 500.00, usage 300.00, tax 31.00, credits" in text
    assert "fees" not in text[: text.index("Anomalies open")].replace(
        "support, fees", ""
    )


def test_a_bill_that_spreads_nothing_is_told_once(settings, con):
    """Where the billed cost is the effective one, it is not listed again."""
    add_bill(con, days=40)
    _, page = written(settings, con)
    assert "usage 300.00; billed in the same days: the same" in page.text


@pytest.mark.parametrize(("days", "is_young"), [(20, True), (60, False)])
def test_a_short_history_is_no_clean_bill(settings, con, days, is_young):
    """Where bills are too young to be judged, the page does not only say nothing."""
    add_bill(con, days=days)
    _, page = written(settings, con)
    assert "No anomaly was found." in page.text
    assert (f"the bills so far span {days}" in page.text) is is_young


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


def test_years_between_bills_do_not_flatten_the_chart(settings, con):
    """A bill of long ago is listed, but the chart shows the newest thirteen months."""
    add_bill(con, days=2)
    con.execute(
        "INSERT INTO series.daily_cost_versions BY NAME SELECT * REPLACE"
        " (charge_date - 2000 AS charge_date) FROM series.daily_cost_versions"
    )
    _, page = written(settings, con)
    [bars] = figures(page)["spend-USD"]["data"]
    assert bars["x"] == ["2026-03-29", "2026-03-30"]


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


def test_report_waits_for_its_turn(settings, con):
    """While a run holds the warehouse, the report waits, and says for whom."""
    impatient = settings.model_copy(update={"wait_seconds": 0.0})
    holder = (
        "import sys; from tasks.edge.database import warehouse\n"
        f"with warehouse.connect({settings.database!r}):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    con.close()
    with subprocess.Popen(
        [sys.executable, "-c", holder],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout.readline() == "held\n"
        with pytest.raises(WarehouseBusy, match="held by"):
            report.write(impatient)
        run.stdin.close()
    assert Path(report.write(impatient).path).exists()


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
    lines = paid(figures(page))
    assert lines == {
        "anomaly-a1": [10.0, 10.0, 10.0],
        "anomaly-a2": [510.0, 510.0, 10.0],
    }
