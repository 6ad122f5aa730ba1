"""FOCUS views: what counts now, what counted then, and nothing twice."""

from datetime import UTC, datetime
from decimal import Decimal

import duckdb
import pytest

from tasks.core.errors import CheckFailed, LakeDamaged
from tasks.edge.costs import daily
from tasks.edge.database import warehouse
from tasks.edge.intake import bills
from tasks.edge.mapping import focus
from tasks.edge.reconciling import checks
from tasks.edge.settings import Settings

pytestmark = pytest.mark.from_nothing

HEADER = (
    "BilledCost,EffectiveCost,BillingAccountId,BillingCurrency,BillingPeriodStart,"
    "BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ProviderName,"
    "InvoiceIssuerName,ServiceName,Tags"
)
MARCH = datetime(2024, 3, 1, tzinfo=UTC)
APRIL = datetime(2024, 4, 1, tzinfo=UTC)
MAY = datetime(2024, 5, 1, tzinfo=UTC)


def row(cost, account="1", day="2024-02-05"):
    return (
        f"{cost},{cost},{account},USD,2024-02-01T00:00:00Z,2024-03-01T00:00:00Z,"
        f'{day}T00:00:00Z,{day}T01:00:00Z,Usage,AWS,AWS,EC2,"{{""team"": ""a""}}"'
    )


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "w.duckdb"))


@pytest.fixture
def load(settings, tmp_path):
    """Ingest a FOCUS bill of some rows."""

    def ingest(*rows, known_at=MARCH):
        path = tmp_path / f"{known_at:%Y%m%d}-{abs(hash(rows))}.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        return bills.ingest(settings, [str(path)], known_at=known_at)

    return ingest


@pytest.fixture
def load_parquet(settings, tmp_path):
    """Ingest a FOCUS bill whose costs are floating point and whose tags are a map."""

    def ingest(cost, account):
        csv, path = tmp_path / "rows.csv", tmp_path / f"bill-{account}.parquet"
        csv.write_text(f"{HEADER}\n{row(cost, account)}\n", encoding="utf-8")
        duckdb.connect().execute(
            "COPY (SELECT * REPLACE (BilledCost::DOUBLE AS BilledCost,"
            " EffectiveCost::DOUBLE AS EffectiveCost, MAP {'team': 'b'} AS Tags)"
            f" FROM read_csv('{csv}', all_varchar = true)) TO '{path}'"
        )
        return bills.ingest(settings, [str(path)], known_at=MARCH)

    return ingest


def costs(con, source):
    return con.execute(f"SELECT BilledCost FROM {source} ORDER BY ALL").fetchall()


def decimals(*values):
    return [(Decimal(value),) for value in values]


def test_the_newest_version_counts(settings, load):
    """A restated bill replaces the old one as a whole, and the past stays askable."""
    load(row("1"), row("2"), known_at=MARCH)
    load(row("5"), known_at=APRIL)
    with warehouse.connect(settings.database) as con:
        assert focus.install(con, settings.lake_path) == 1
        assert costs(con, "focus.cost_and_usage") == decimals("5")
        assert costs(con, "focus.as_of('2024-02-29T00:00:00Z')") == []
        assert costs(con, "focus.as_of('2024-03-15T00:00:00Z')") == decimals("1", "2")
        assert costs(con, "focus.as_of(now())") == decimals("5")


def test_an_old_version_that_arrives_late_counted_then(settings, load):
    """What was known when does not depend on the order in which bills are loaded."""
    load(row("1"), known_at=MARCH)
    load(row("3"), known_at=MAY)
    load(row("2"), known_at=APRIL)
    with warehouse.connect(settings.database) as con:
        focus.install(con, settings.lake_path)
        daily.aggregate(con, settings.lake_path)
        for moment, cost in (("03-15", "1"), ("04-15", "2"), ("05-15", "3")):
            at = f"'2024-{moment}T00:00:00Z'"
            assert costs(con, f"focus.as_of({at})") == decimals(cost)
            assert con.execute(
                f"SELECT billed_cost FROM series.daily_cost_as_of({at})"
            ).fetchall() == decimals(cost)


def test_a_question_about_the_past_opens_only_its_files(settings, load):
    """The files of versions that did not count at the moment are not opened."""
    load(row("1"), known_at=MARCH)
    load(row("2"), known_at=APRIL)
    with warehouse.connect(settings.database) as con:
        focus.install(con, settings.lake_path)
        plan = con.execute(
            "EXPLAIN SELECT sum(BilledCost) FROM focus.as_of('2024-03-15T00:00:00Z')"
        ).fetchall()
    assert "Scanning Files: 1/2" in plan[0][1] or "1/2" in plan[0][1]


def test_the_time_zone_of_a_reader_moves_nothing(settings, load):
    """Charges stay on their UTC day whatever zone a notebook's session is in."""
    load(row("1"))
    with warehouse.connect(settings.database) as con:
        focus.install(con, settings.lake_path)
        con.execute("SET TimeZone = 'Asia/Tokyo'")
        assert con.execute(
            "SELECT ChargePeriodStart FROM focus.cost_and_usage"
        ).fetchall() == [(datetime(2024, 2, 5),)]  # noqa: DTZ001 the zone is the point


def test_files_of_different_shapes_keep_their_decimals(settings, load, load_parquet):
    """A CSV keeps its last decimals beside a Parquet file of doubles and maps."""
    load(row("0.000000000000000001"))
    load_parquet("0.1", account="2")
    with warehouse.connect(settings.database) as con:
        focus.install(con, settings.lake_path)
        assert con.execute(
            "SELECT BilledCost, Tags->>'team' FROM focus.cost_and_usage ORDER BY ALL"
        ).fetchall() == [
            (Decimal("0.000000000000000001"), "a"),
            (Decimal("0.100000000000000000"), "b"),
        ]
        assert daily.aggregate(con, settings.lake_path) == (2, 2)


def test_a_tax_without_an_effective_cost_costs_what_is_billed(settings, load):
    """AWS leaves that cell empty in its FOCUS export; the bill adds up all the same."""
    load(row("7").replace("7,7,", "7,,").replace("Usage", "Tax"))
    with warehouse.connect(settings.database) as con:
        assert daily.aggregate(con, settings.lake_path) == (1, 1)
        assert con.execute(
            "SELECT charge_kind, effective_cost FROM series.daily_cost_versions"
        ).fetchall() == [("tax", Decimal(7))]


def test_installing_twice_changes_nothing(settings, load):
    """Views can be refreshed at any time."""
    load(row("1"))
    with warehouse.connect(settings.database) as con:
        assert focus.install(con, settings.lake_path) == 1
        assert focus.install(con, settings.lake_path) == 1
        assert costs(con, "focus.cost_and_usage") == decimals("1")


def test_a_hole_in_the_lake_is_told(settings, load):
    """A file that is gone is named, with what to do."""
    load(row("1"))
    next(settings.lake_path.glob("**/*.parquet")).unlink()
    with (
        warehouse.connect(settings.database) as con,
        pytest.raises(LakeDamaged, match=r"focus\.1\.2024-02\.v1 .*ingest"),
    ):
        focus.install(con, settings.lake_path)


def test_every_view_is_described(settings, load):
    """Views, tables and their columns carry comments once there are views."""
    load(row("1"))
    with warehouse.connect(settings.database) as con:
        focus.install(con, settings.lake_path)
        silent = con.execute(
            "SELECT table_name, column_name FROM duckdb_columns()"
            " WHERE comment IS NULL AND NOT internal AND schema_name <> 'raw'"
        ).fetchall()
    assert silent == []


def test_a_second_run_reads_nothing(settings, load):
    """Only bill versions without a daily series are read, and none is added twice."""
    load(row("1"), row("2", account="2"))
    with warehouse.connect(settings.database) as con:
        assert daily.aggregate(con, settings.lake_path) == (2, 2)
        days = con.execute("FROM series.daily_cost_versions ORDER BY ALL").fetchall()
        assert daily.aggregate(con, settings.lake_path) == (0, 0)
        again = con.execute("FROM series.daily_cost_versions ORDER BY ALL").fetchall()
    assert days == again


def test_batches_give_what_one_gives(settings, load, monkeypatch):
    """How many bills share a transaction makes no difference."""
    load(row("1"), row("2", account="2"), row("3", account="3"))
    monkeypatch.setattr(daily.batches, "__defaults__", (1,))
    told = []
    with warehouse.connect(settings.database) as con:
        daily.aggregate(con, settings.lake_path, lambda *done: told.append(done))
        assert con.execute(
            "SELECT billed_cost FROM series.daily_cost_versions ORDER BY ALL"
        ).fetchall() == decimals("1", "2", "3")
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_bill_that_does_not_add_up_is_left_out(settings, load):
    """It is named with its numbers, nothing of it is kept, and the others go on."""
    load(row("1"), row("2", account="2"))
    with warehouse.connect(settings.database) as con:
        focus.install(con, settings.lake_path)
        con.execute(
            "UPDATE bills.totals SET billed_cost = 9 WHERE bill_id LIKE '%.2.%'"
        )
        with pytest.raises(
            CheckFailed, match=r"stated_billed_cost 9\.0.*mapped.* 2\.0"
        ):
            daily.aggregate(con, settings.lake_path)
        assert con.execute("SELECT billed_cost FROM series.daily_cost").fetchall() == (
            decimals("1")
        )
        assert con.execute(
            "SELECT subject, severity, row_count FROM ops.checks WHERE row_count > 0"
        ).fetchall() == [("focus.2.2024-02.v1", "fail", 1)]


def test_a_charge_without_an_end_counts_on_its_first_day(settings, load):
    """It is told, and not spread over all the days until now."""
    load(row("1").replace("2024-02-05T01:00:00Z", ""))
    with warehouse.connect(settings.database) as con:
        assert daily.aggregate(con, settings.lake_path) == (1, 1)


def test_checks_say_what_they_found():
    """The sentence holds the promise, the check's name and the offending row."""
    found = checks.Checked("a__b__c", "Sums agree.", "fail", "x", 1, ({"n": "3"},))
    assert checks.sentence(found) == "Broken promise: Sums agree. (a__b__c): n 3."
    with pytest.raises(CheckFailed, match="n 3"):
        checks.require([found])
