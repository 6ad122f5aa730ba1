"""Simulated bills say in every format what the company's books say."""

import csv
import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlparse

import duckdb
import pytest

from tasks.core.errors import ConfigError
from tasks.core.simulation import columns, world
from tasks.edge.simulator import company
from tasks.edge.simulator.company import simulate
from tests.edge.books import AMORTISED, CUR2_FILES, EXACT, measured, totals, truth

UNTIL = date(2026, 5, 21)


@pytest.fixture(scope="module")
def bills(tmp_path_factory):
    out = tmp_path_factory.mktemp("bills")
    simulate(out, rows=24_000, seed=5, months=6, until=UNTIL)
    return out


@pytest.fixture
def con():
    with duckdb.connect() as found:
        found.execute("SET TimeZone = 'UTC'")
        yield found


class TestTotals:
    def test_cur2_billed(self, bills, con):
        """The lines of CUR 2.0 add up to what was invoiced, to the last decimal."""
        found = measured(con, f"'{bills / CUR2_FILES}'", "line_item_net_unblended_cost")
        assert found == totals(bills, "aws_cur2", "billed")

    def test_cur2_effective(self, bills, con):
        """Amortised as AWS describes it, they add up to the effective cost."""
        found = measured(con, f"'{bills / CUR2_FILES}'", AMORTISED)
        assert found == totals(bills, "aws_cur2", "effective")

    def test_cur2_by_delivery(self, bills, con):
        """Each delivery by itself has the rows and the sum of the books."""
        query = f"""
            SELECT regexp_extract(filename, 'PERIOD=(.{{7}})/(.{{19}})', 1),
                   regexp_extract(filename, 'PERIOD=(.{{7}})/(.{{19}})', 2) || 'Z',
                   count(*), sum(line_item_net_unblended_cost::{EXACT})
            FROM read_parquet('{bills / CUR2_FILES}', filename = true) GROUP BY ALL
        """
        found = sorted(con.execute(query).fetchall())
        wanted = sorted(
            (
                row["billing_period"],
                row["exported_at"],
                int(row["rows"]),
                Decimal(row["billed"]),
            )
            for row in truth(bills, "totals")
            if row["format"] == "aws_cur2"
        )
        assert found == wanted

    @pytest.mark.parametrize("amount", ["billed", "effective"])
    @pytest.mark.parametrize(
        ("name", "files", "reader"),
        [
            ("aws_focus", "focus/aws/*/data/*/*/*.parquet", "read_parquet"),
            ("gcp_focus", "focus/gcp/*/*/*.parquet", "read_parquet"),
            ("azure_focus", "focus/azure/*/*/*/*.csv", "read_csv"),
        ],
    )
    def test_focus(self, bills, con, name, files, reader, amount):  # noqa: PLR0917
        """FOCUS rows add up to the books, billed and effective."""
        column = f"{amount.title()}Cost"
        options = ", all_varchar = true" if reader == "read_csv" else ""
        found = measured(con, f"{reader}('{bills / files}'{options})", column)
        assert found == totals(bills, name, amount)

    @pytest.mark.parametrize(
        ("name", "amount"), [("actual", "billed"), ("amortised", "effective")]
    )
    def test_azure(self, bills, con, name, amount):
        """Azure's actual costs are the billed ones, its amortised the effective."""
        files = bills / "azure" / name / "*/*/*/*.csv"
        relation = f"read_csv('{files}', all_varchar = true)"
        found = measured(con, relation, "CostInBillingCurrency")
        assert found == totals(bills, f"azure_{name}", amount)

    @pytest.mark.parametrize(
        ("files", "reader"),
        [
            ("parquet/*/*/*.parquet", "read_parquet"),
            ("json/*/*/*.jsonl", "read_json"),
        ],
    )
    def test_gcp(self, bills, con, files, reader):
        """Google's costs and credits together are the billed cost."""
        credit = f"list_transform(credits, lambda c: c.amount::{EXACT})"
        amount = f"cost::{EXACT} + coalesce(list_sum({credit}), 0)"
        found = measured(con, f"{reader}('{bills / 'gcp' / files}')", amount)
        assert found == totals(bills, "gcp_detailed", "billed")


class TestCur2:
    def test_columns(self, bills, con):
        """All 125 columns are there, in order, and of AWS's types."""
        files = f"read_parquet('{bills / CUR2_FILES}', hive_partitioning = false)"
        described = con.execute(f"DESCRIBE FROM {files}").fetchall()
        assert {row[0]: row[1] for row in described} == columns.CUR2
        assert len(described) == 125

    def test_price_times_quantity(self, bills, con):
        """Price times quantity is the cost of every usage line, at ten decimals."""
        query = f"""
            SELECT count(*), count(*) FILTER (
                line_item_unblended_rate::{EXACT} * line_item_usage_amount::{EXACT}
                <> line_item_unblended_cost::{EXACT}
            )
            FROM '{bills / CUR2_FILES}'
            WHERE line_item_line_item_type IN ('Usage', 'SavingsPlanCoveredUsage')
                AND bill_billing_entity = 'AWS'
        """
        lines, wrong = con.execute(query).fetchall()[0]
        assert lines > 1_000
        assert wrong == 0

    def test_negation_takes_back(self, bills, con):
        """What covered usage shows at the on-demand price is taken back."""
        query = f"""
            SELECT line_item_line_item_type LIKE 'SavingsPlan%e', count(*) > 0,
                sum(line_item_unblended_cost::{EXACT})
            FROM '{bills / CUR2_FILES}' WHERE line_item_line_item_type
                IN ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')
            GROUP BY ALL ORDER BY ALL
        """
        (_, _, negated), (_, _, covered) = con.execute(query).fetchall()
        assert covered > 0
        assert negated == -covered

    def test_commitments_close(self, bills, con):
        """Used plus unused is the fee, by savings plan and delivery."""
        query = f"""
            SELECT filename, savings_plan_savings_plan_a_r_n,
                sum(savings_plan_savings_plan_effective_cost::{EXACT}),
                sum((savings_plan_total_commitment_to_date::{EXACT}
                    - savings_plan_used_commitment::{EXACT})),
                sum(line_item_unblended_cost::{EXACT}) FILTER (
                    line_item_line_item_type = 'SavingsPlanRecurringFee'
                )
            FROM read_parquet('{bills / CUR2_FILES}', filename = true)
            WHERE savings_plan_savings_plan_a_r_n IS NOT NULL
            GROUP BY ALL
        """
        found = con.execute(query).fetchall()
        assert found
        for _, _, used, unused, fee in found:
            assert used + unused == fee

    def test_hourly(self, tmp_path, con, monkeypatch):
        """Large bills are hourly, and add up all the same."""
        monkeypatch.setattr(world, "HOURLY_ROWS", 1)
        simulate(tmp_path, rows=20_000, months=1, until=UNTIL, formats=("aws_cur2",))
        files = f"'{tmp_path / CUR2_FILES}'"
        found = measured(con, files, "line_item_net_unblended_cost")
        assert found == totals(tmp_path, "aws_cur2", "billed")
        hours = con.execute(
            f"SELECT count(DISTINCT hour(line_item_usage_start_date)) FROM {files}"
        ).fetchall()
        assert hours == [(24,)]


class TestFiles:
    def test_manifests_name_their_files(self, bills):
        """Every data file of AWS is named by exactly one manifest, with its path."""
        root = bills / "aws" / "cur2" / "nordwind-cur2"
        named = []
        for path in sorted((root / "metadata").rglob("*-Manifest.json")):
            manifest = json.loads(path.read_text(encoding="utf-8"))
            keys = [urlparse(url).path.lstrip("/") for url in manifest["dataFiles"]]
            named += [root.parent / key for key in keys]
        assert sorted(named) == sorted((root / "data").rglob("*.parquet"))

    def test_azure_manifests(self, bills):
        """Azure's manifests state bytes and rows of their parts."""
        paths = sorted((bills / "azure").rglob("manifest.json"))
        assert paths
        for path in paths:
            (blob,) = json.loads(path.read_text(encoding="utf-8"))["blobs"]
            part = path.parent / Path(blob["blobName"]).name
            assert part.stat().st_size == blob["byteCount"]
            with part.open(encoding="utf-8", newline="") as file:
                assert sum(1 for _ in csv.DictReader(file)) == blob["dataRowCount"]

    def test_files_carry_the_time_of_their_export(self, bills):
        """A file's time is when it was exported, whatever day it is today."""
        wanted = {
            datetime.fromisoformat(row["exported_at"])
            for row in truth(bills, "totals")
            if row["format"] == "gcp_focus"
        }
        paths = (bills / "focus" / "gcp").rglob("*.parquet")
        found = {datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in paths}
        assert found == wanted

    def test_same_arguments_same_bytes(self, tmp_path):
        """The same rows, seed, months and last day give the same files."""
        found = []
        for name in ("one", "two"):
            out = tmp_path / name
            simulate(out, rows=8_000, months=1, until=UNTIL)
            found.append(
                {
                    path.relative_to(out): hashlib.sha256(path.read_bytes()).digest()
                    for path in out.rglob("*")
                    if path.is_file()
                }
            )
        assert found[0] == found[1]

    def test_only_what_is_asked_for(self, tmp_path):
        """Formats that nobody asked for are not written."""
        done = simulate(
            tmp_path, rows=5_000, months=1, until=UNTIL, formats=("gcp_focus",)
        )
        assert {path.name for path in tmp_path.iterdir()} == {
            "focus",
            "evidence",
            "truth",
            company.MARK,
        }
        assert done.rows == sum(
            int(row["rows"])
            for row in truth(tmp_path, "totals")
            if row["is_last"] == "True"
        )
        assert done.until == UNTIL
        assert company.DEFAULT_UNTIL != UNTIL


class TestArguments:
    def test_other_bills_are_not_mixed_in(self, bills):
        """A folder that holds one company's bills refuses another's."""
        with pytest.raises(ConfigError, match="holds other simulated bills"):
            simulate(bills, rows=24_000, seed=6, months=6, until=UNTIL)

    def test_foreign_folder(self, tmp_path):
        """A folder with anything else in it is left alone."""
        (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
        with pytest.raises(ConfigError, match="not empty"):
            simulate(tmp_path, rows=5_000)

    @pytest.mark.parametrize(
        "wrong", [{"rows": 0}, {"months": 0}, {"formats": ("aws_cur3",)}]
    )
    def test_out_of_bounds(self, tmp_path, wrong):
        """Impossible arguments are refused before anything is written."""
        with pytest.raises(ConfigError):
            simulate(tmp_path / "out", **wrong)
        assert not (tmp_path / "out").exists()


class TestEvidence:
    def test_waste_shows(self, bills, con):
        """Idle machines idle, oversized ones have room, and the others neither."""
        query = f"""
            SELECT coalesce(kind, 'healthy') AS waste,
                max(p95_value) FILTER (metric = 'cpu_pct'),
                max(p95_value) FILTER (metric = 'memory_pct'),
                max(mean_value) FILTER (metric = 'network_bytes')
            FROM '{bills}/evidence/utilisation.parquet' AS u
            LEFT JOIN '{bills}/truth/waste.csv' AS w ON u.resource_id = w.resource_id
            GROUP BY ALL
        """
        found = {row[0]: row[1:] for row in con.execute(query).fetchall()}
        cpu, _, network = found["idle"]
        assert cpu < 3
        assert network < 1_000_000
        assert max(found["oversized"][:2]) < 35
        assert min(found["healthy"][:2]) > 60

    def test_unattached_in_the_inventory(self, bills, con):
        """What is unattached in truth has lost its machine in the inventory."""
        query = f"""
            SELECT count(*), count(attached_to), count(detached_at)
            FROM '{bills}/truth/waste.csv'
            INNER JOIN '{bills}/evidence/inventory.csv' USING (resource_id)
            WHERE kind = 'unattached'
        """
        found, attached, detached = con.execute(query).fetchall()[0]
        assert found > 0
        assert (attached, detached) == (0, found)

    def test_saving_is_at_most_the_cost(self, bills):
        """Nobody saves more than is paid."""
        for row in truth(bills, "waste"):
            assert 0 < Decimal(row["monthly_saving"]) <= Decimal(row["monthly_cost"])
