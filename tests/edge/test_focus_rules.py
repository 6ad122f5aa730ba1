"""Every mapping's rows against FOCUS's own rules; what is not kept is documented.

The rules lie in FOCUS's model. A rule that a bill's rows break must stand in
docs/methods/focus_conformance.md with its reason, and what stands there must be true.
"""

import re
from pathlib import Path

import pytest

from tasks.edge.database import warehouse
from tasks.edge.intake import bills
from tasks.edge.mapping import focus
from tasks.edge.settings import Settings
from tests.edge import focus_model

pytestmark = pytest.mark.shared

PAGE = Path(__file__).parents[2] / "docs" / "methods" / "focus_conformance.md"
ROW = re.compile(r"^\| `(?P<rule>[\w-]+)` \| (?P<mappings>[^|]+) \|", re.MULTILINE)
VIEW = "focus.cost_and_usage_1_2"

BILLS = {
    "aws": (
        "aws_legacy_cur/walabs_Oct2018-WorkshopCUR-00001.snappy.parquet",
        "aws_legacy_cur/fc_sample-anonymous-aws-export-dataset.csv",
        "aws_legacy_cur/koku/2022-07-01-alt-columns.csv",
        "aws_legacy_cur/koku/2023-06-01.csv",
    ),
    "azure": (
        "azure/ftk_EA_ActualCost_Small.csv",
        "azure/ftk_EA_AmortizedCost_Small.csv",
        "azure/fc_sample-anonymous-ea-export-dataset.csv",
        "azure/koku/azure_version_2.csv",
        "azure/opencost_headersets/PayAsYouGo.csv",
        "synthetic_nise/nise_azure_costreport_1d30cdc5-39b3-492d-9e6f-d2750b68797d.csv.gz",
    ),
    "google": ("gcp/koku",),
    "oci": ("oci",),
    "focus": (
        "focus/focus_1.0_sample_1000.csv",
        "focus/toolkit_golden",
        "focus/toolkit_generated/focus_1_3_cost_and_usage_aws_20k_seed7.parquet",
        "focus/toolkit_generated/focus_1_2_cost_and_usage_azure_20k_seed7.parquet",
        "focus/toolkit_generated/focus_1_3_cost_and_usage_gcp_20k_seed7.parquet",
        "focus/spec_examples/v1.2",
    ),
}


def documented(mapping):
    """Return the rules that the page says are not kept by a mapping."""
    text = PAGE.read_text(encoding="utf-8")
    return {
        row["rule"]
        for row in ROW.finditer(text)
        if mapping in re.split(r",\s*", row["mappings"].strip())
    }


def broken(con, rules):
    """Return the rules that rows of the view break, with how many rows do."""
    columns = {row[0] for row in con.execute(f"DESCRIBE {VIEW}").fetchall()}
    absent = {rule.rule: 1 for rule in rules if rule.column not in columns}
    known = [rule for rule in rules if rule.column in columns]
    counted = [rule for rule in known if rule.holds]
    counts = ", ".join(
        f"count_if(({rule.when}) AND NOT ({rule.holds}))" for rule in counted
    )
    found = con.execute(f"SELECT {counts} FROM {VIEW}").fetchone()
    several = {
        rule.rule: con.execute(
            f"SELECT count(*) FROM (SELECT {rule.column} FROM {VIEW}"
            f" WHERE {rule.column} IS NOT NULL AND ({rule.when}) GROUP BY ALL"
            f" HAVING count(DISTINCT {rule.single}) > 1)"
        ).fetchone()[0]
        for rule in known
        if rule.single
    }
    by_rule = dict(zip((rule.rule for rule in counted), found, strict=True))
    return {rule: n for rule, n in (absent | by_rule | several).items() if n}


@pytest.mark.parametrize("mapping", BILLS)
def test_rules_that_are_not_kept_are_documented(mapping, shared, tmp_path):
    """What rows of a mapping break is what the page lists for it, no more, no less."""
    settings = Settings(database=str(tmp_path / "w.duckdb"))
    billing = shared / "data" / "billing"
    for number, name in enumerate(BILLS[mapping]):
        bills.ingest(settings, [str(billing / name)], f"source-{number}")
    rules, _ = focus_model.load(shared)
    with warehouse.connect(settings.database) as con:
        assert focus.install(con, settings.lake_path) > 0
        found = broken(con, rules)
    assert set(found) == documented(mapping), found


def test_how_many_rules_are_decided(shared):
    """The page says how many of FOCUS's rules rows can decide."""
    rules, of = focus_model.load(shared)
    assert f"{len(rules)} of {of}" in PAGE.read_text(encoding="utf-8")
