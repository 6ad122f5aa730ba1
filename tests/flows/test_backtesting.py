"""``costwarden backtest`` on a small warehouse."""

import json
import math
import re
import tomllib
from datetime import UTC, date, datetime, timedelta

import pytest

from flows import cli
from tasks.edge.database import warehouse
from tests.flows.conftest import charge, write_bill

FIRST = date(2025, 6, 1)
SERVICES = [f"Service {number}" for number in range(8)]


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A warehouse with seven months of eight services."""
    folder = tmp_path_factory.mktemp("mine")
    rows = []
    for number in range(210):
        day = FIRST + timedelta(days=number)
        for place, service in enumerate(SERVICES):
            wobble = 1 + 0.03 * math.sin((number + 1) ** 2 * (place + 1))
            rest = 0.4 if day.weekday() > 4 and place % 2 else 1
            cost = f"{80 * (place + 1) * wobble * rest:.6f}"
            amounts = dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost"), cost)
            rows.append(charge(day, service) | amounts | {"ConsumedQuantity": cost})
    for month in sorted({row["BillingPeriodStart"] for row in rows}):
        own = [row for row in rows if row["BillingPeriodStart"] == month]
        at = datetime.fromisoformat(month) + timedelta(days=35)
        write_bill(folder / f"{month[:7]}.csv", own, at.astimezone(UTC))
    here = ["--database", str(folder / "w.duckdb")]
    assert cli.execute(["ingest", str(folder), *here]) == 0
    assert cli.execute(["detect", *here]) == 0
    return folder


def run(mine, capsys, *words):
    """Run the command and return its status and what it answers to machines."""
    here = ["--database", str(mine / "w.duckdb"), "--json"]
    capsys.readouterr()
    status = cli.execute(["backtest", "--trials", "2", *words, *here])
    return status, json.loads(capsys.readouterr().out)


def dump(mine):
    """Return the number of rows of every table, and all findings."""
    with warehouse.read(mine / "w.duckdb") as con:
        names = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL"
        ).fetchall()
        counts = [
            con.execute(f"SELECT count(*) FROM {name}").fetchone() for (name,) in names
        ]
        return names, counts, con.execute("FROM findings.anomalies").fetchall()


def test_a_back_test_answers_and_draws_a_page(mine, capsys):
    """Figures for machines, a page without a network, and the warehouse unchanged."""
    before = dump(mine)
    status, said = run(mine, capsys)
    assert status == 0
    found = said["answer"]["found"]
    assert {*found} >= {"methods", "cells", "proposal", "weeks", "seed", "series"}
    assert found["series"] == len(SERVICES)
    own, *simple = found["methods"]
    assert own["method"] == "costwarden"
    assert len(simple) == 3
    assert 0.3 < own["recall"] <= 1
    assert sum(cell["hidden"] for cell in found["cells"]) == own["hidden"] > 10
    assert all(0 <= one["f1_least"] <= one["f1"] <= 1 for one in found["methods"])
    written = tomllib.loads("\n".join(found["proposal"]["toml"]))
    assert written["detect"] == found["proposal"]["settings"]
    page = (mine / "w" / "backtest.html").read_text(encoding="utf-8")
    assert said["answer"]["path"] == str(mine / "w" / "backtest.html")
    assert "default-src 'none'" in page
    assert 'src="http' not in page
    [embedded] = re.findall(r'id="figures">(.*?)</script>', page)
    assert [len(one["data"]) > 1 for one in json.loads(embedded).values()] == [True] * 2
    assert 'id="recall"' in page
    assert 'id="choice"' in page
    assert dump(mine) == before


def test_the_same_seed_gives_the_same_page(mine, capsys, tmp_path):
    """Two runs with one seed write the same bytes; months are kept to."""
    pages = []
    for name in ("a.html", "b.html"):
        words = ["--from", "2025-09", "--to", "2025-11", "--out", str(tmp_path / name)]
        status, said = run(mine, capsys, "--seed", "5", *words)
        assert status == 0
        assert said["answer"]["found"]["first_date"] == "2025-09-01"
        assert said["answer"]["found"]["last_date"] == "2025-11-30"
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


def test_people_read_tables_and_lines_to_copy(mine, capsys):
    """Without --json there are kinds, methods, settings and where the page lies."""
    here = ["--database", str(mine / "w.duckdb")]
    assert cli.execute(["backtest", "--trials", "2", *here]) == 0
    said = capsys.readouterr()
    for word in ("level_shift", "fixed threshold", "settings tried", "The page:"):
        assert word in said.out
    assert "looks at the history" in said.err


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("--from", "2025-13"), "YYYY-MM"),
        (("--from", "2025-11", "--to", "2025-09"), "after"),
        (("--from", "2030-01"), "too little history"),
    ],
)
def test_wrong_usage_says_what_is_wrong(mine, capsys, words, match):
    """Months that cannot be meant, or that hold nothing, end with 2."""
    status, said = run(mine, capsys, *words)
    assert (status, match in said["sentence"]) == (2, True)


def test_no_warehouse(tmp_path, capsys):
    """Without a warehouse it ends with 2 and makes none."""
    assert run(tmp_path, capsys)[0] == 2
    assert not (tmp_path / "w.duckdb").exists()
