"""A lake in S3, served by moto: this machine has a copy, and can do without it."""

import shutil

import pytest

from flows import cli
from tasks.core.errors import LakeDamaged, NothingThere, UnknownSetting
from tasks.edge.costs import daily
from tasks.edge.database import warehouse
from tasks.edge.intake import bills
from tasks.edge.intake.versions import pruning
from tasks.edge.mapping import focus
from tasks.edge.settings import Settings
from tests.edge.export_world import LEGACY, rows_of, write_csv
from tests.services.lake_bucket import empty, keys

pytest.importorskip("moto.server")

pytestmark = [
    pytest.mark.service,
    pytest.mark.timeout(600),
    # The SDKs leave their connections to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

LAKE = "s3://lake/bills"


def settings_in(folder, lake=LAKE):
    return Settings(database=str(folder / "costwarden.duckdb"), lake=lake)


def export(folder, name="may", cost="1.5", written_at="2026-06-01"):
    lines = [
        {
            "lineItem/UsageStartDate": f"2026-05-{day:02d}T03:00:00Z",
            "lineItem/UnblendedCost": f"{cost}{day:02d}",
        }
        for day in range(1, 29)
    ]
    return write_csv(folder / f"{name}.csv", rows_of(LEGACY, *lines), written_at)


def ingest(settings, *paths):
    done = bills.ingest(settings, [str(path) for path in paths], say=lambda _: None)
    assert (done.quarantined, done.problems) == (0, ())
    return done


def days(settings):
    with warehouse.connect(settings.database) as con:
        daily.aggregate(con, settings.lake_path)
        return con.execute("FROM series.daily_cost_versions ORDER BY ALL").fetchall()


def lines(settings):
    with warehouse.connect(settings.database) as con:
        focus.install(con, settings.lake_path)
        return con.execute(
            "SELECT count(*), sum(BilledCost) FROM focus.cost_and_usage"
        ).fetchone()


def copied(settings):
    """Return the files of bills in the copy, as the keys of the lake."""
    root = settings.lake_path
    return sorted(
        f"bills/{path.relative_to(root).as_posix()}"
        for path in root.glob("source=*/*/version=*/*.parquet")
    )


def test_commands_work_over_a_lake_in_s3(bucket, tmp_path):
    """From an export to the report, and the lake holds what the copy holds."""
    config = tmp_path / "costwarden.toml"
    config.write_text(f'lake = "{LAKE}"\n')
    settings = settings_in(tmp_path)
    given = ["--config", str(config), "--database", settings.database]
    for command in (["ingest", str(export(tmp_path))], ["detect"], ["report"]):
        assert cli.execute([*command, *given]) == 0
    assert keys(bucket) == copied(settings) != []
    assert settings.report_path.exists()
    assert len(days(settings)) == 28


def test_a_machine_without_the_copy_gives_the_same(bucket, tmp_path):
    """With the warehouse alone another machine shows the same lines and days."""
    here, elsewhere = (
        settings_in(tmp_path / "here"),
        settings_in(tmp_path / "elsewhere"),
    )
    ingest(here, export(tmp_path))
    expected = days(here), lines(here)
    assert expected[1][0] == 28
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(here.database, elsewhere.database)
    shutil.rmtree(here.lake_path)
    # The first run of a machine notes where the lake is.
    assert ingest(elsewhere, export(tmp_path)).loaded == 0
    assert (days(elsewhere), lines(elsewhere)) == expected
    assert copied(elsewhere) == keys(bucket)


def test_a_file_that_the_lake_lost_is_told(bucket, tmp_path):
    """Neither in the copy nor in the lake: the bill and its file are named."""
    settings = settings_in(tmp_path)
    ingest(settings, export(tmp_path))
    shutil.rmtree(next(settings.lake_path.glob("source=*")))
    empty(bucket)
    with pytest.raises(LakeDamaged, match=r"lacks its file .*part-00000"):
        lines(settings)


def test_bills_are_registered_only_once_they_are_there(bucket, tmp_path):
    """Without its bucket nothing is loaded; with it the same command loads it."""
    file = export(tmp_path)
    bucket.delete_bucket(Bucket="lake")
    settings = settings_in(tmp_path)
    with pytest.raises(NothingThere, match=LAKE):
        ingest(settings, file)
    with warehouse.connect(settings.database) as con:
        assert con.execute("FROM bills.versions").fetchall() == []
    bucket.create_bucket(Bucket="lake")
    assert ingest(settings, file).loaded == 1
    assert copied(settings) == keys(bucket) != []


def test_what_a_killed_run_sent_is_removed(bucket, tmp_path):
    """A version that was sent, but whose row was not committed, leaves the lake."""
    settings = settings_in(tmp_path)
    ingest(settings, export(tmp_path))
    kept = keys(bucket)
    folder = "source=x/billing_period=2026-05/version=x-1"
    bucket.put_object(Bucket="lake", Key=f"bills/{folder}/part-00000.parquet")
    (settings.lake_path / ".publishing" / "x-1").write_text(folder)
    ingest(settings, export(tmp_path))
    assert keys(bucket) == kept


def test_what_is_pruned_leaves_the_lake(bucket, tmp_path):
    """Lines that retention gives up are removed from the bucket, too."""
    settings = settings_in(tmp_path)
    ingest(settings, export(tmp_path, "one", "1.5", "2026-06-01"))
    ingest(settings, export(tmp_path, "two", "2.5", "2026-06-02"))
    days(settings)
    assert len(keys(bucket)) == 2
    pruning.prune(settings, say=lambda _: None, apply=True)
    assert len(keys(bucket)) == 1
    assert keys(bucket) == copied(settings)


def test_bills_that_are_here_already_are_sent(bucket, tmp_path):
    """A warehouse whose lake moves into a bucket sends what it has."""
    ingest(settings_in(tmp_path, None), export(tmp_path))
    settings = settings_in(tmp_path)
    ingest(settings, export(tmp_path))
    assert keys(bucket) == copied(settings) != []


@pytest.mark.usefixtures("bucket")
def test_a_copy_is_of_one_lake(tmp_path):
    """A copy is not mixed up with another lake's, nor left behind without a word."""
    ingest(settings_in(tmp_path), export(tmp_path))
    for lake in ("s3://lake/other", None):
        with pytest.raises(UnknownSetting, match="is a copy of the lake s3://lake/b"):
            ingest(settings_in(tmp_path, lake), export(tmp_path))
