"""Daily figures in a real VictoriaMetrics."""

import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks.edge.database import journal, warehouse
from tasks.edge.delivery import relay as relaying
from tasks.edge.delivery.relay import relay
from tasks.edge.delivery.victoriametrics_api import Client
from tasks.edge.reporting import doctor, figures
from tests.services.figures_world import DAYS, World, company, row
from tests.services.servers.victoriametrics import VictoriaMetrics

pytestmark = pytest.mark.service


@pytest.fixture
def world(tmp_path, victoriametrics):
    return World(tmp_path, victoriametrics)


def test_sums_are_those_of_the_warehouse(world):
    """Each currency's cost of each day is read back as the warehouse has it."""
    done = world.relay()
    assert done.delivered > 5 * DAYS
    world.reconciles()
    expected = world.export("cost_daily_expected")
    low, high = world.export("cost_daily_low"), world.export("cost_daily_high")
    assert expected.keys() == low.keys() == high.keys() != set()


def test_a_second_run_changes_nothing(world):
    """Sent again, nothing is doubled: there is nothing to send."""
    world.relay()
    before = world.export("cost_daily")
    assert world.relay().delivered == 0
    assert world.export("cost_daily") == before


def test_what_did_not_change_is_not_read_again(world, monkeypatch):
    """Figures are read when either side has changed, or a day has passed; only then."""
    world.relay()
    with monkeypatch.context() as patch:
        patch.setattr(figures, "load", lambda *_: pytest.fail("figures are read"))
        assert world.relay().delivered == 0
        # The day's comparison is due, whatever was shown before.
        patch.setattr(figures, "load", lambda *_: (_ for _ in ()).throw(OSError("due")))
        later = datetime.now(UTC) + timedelta(days=1)
        patch.setattr(relaying, "_now", lambda: later)
        [problem] = relay(world.settings, is_patient=False).problems
        assert "due" in problem
    world.server.kill()
    shutil.rmtree(world.server.folder / "storage")
    world.server.start()
    assert world.relay().delivered > 5 * DAYS
    world.reconciles()
    world.fill([one for one in company() if one["service_name"] != "S3"])
    world.relay()
    world.reconciles()


def test_nobody_waits_while_figures_are_read(world, monkeypatch):
    """Others write meanwhile, and what they write is told of the next time."""
    load = figures.load

    def busily(*given):
        with warehouse.connect(world.settings.database, wait_seconds=0) as con:
            con.execute(
                "UPDATE series.daily_cost_versions"
                " SET effective_cost = 7 WHERE service_name = 'S3'"
            )
        return load(*given)

    with monkeypatch.context() as patch:
        patch.setattr(figures, "load", busily)
        world.relay()
    with pytest.raises(AssertionError):
        world.reconciles()
    world.relay()
    world.reconciles()
    assert not list(Path(world.settings.database).parent.glob("*.figures-*"))


def test_new_days_are_added(tmp_path, victoriametrics):
    """A series that only grew gets its new days, and nothing else is sent."""
    world = World(tmp_path, victoriametrics, company(DAYS - 1))
    world.relay()
    world.fill(company())
    done = world.relay()
    assert done.delivered < 100
    world.reconciles()


def test_restated_days_have_their_new_value(world):
    """What a bill changes is changed in the store, and the rest of it is left."""
    world.relay()
    other = [
        one | {"effective_cost": "7.5"}
        if one["service_name"] == "S3" and one["charge_date"].day <= 3
        else one
        for one in company()
        if one["service_name"] != "Batch"
    ]
    world.fill(other)
    world.relay()
    world.reconciles()
    assert world.relay().delivered == 0


def is_whole(world):
    try:
        world.reconciles()
    except AssertionError:
        return False
    return True


def test_what_a_killed_server_lost_is_sent_again(world):
    """A server killed right after an import has lost it; the next run makes it good.

    What it was told to delete it may have again, too, and loses it then.
    """
    for number in range(5):
        world.relay()
        world.server.kill()
        world.server.start()
        if not is_whole(world):
            break
        changed = [one | {"effective_cost": str(number)} for one in company()]
        world.fill(changed)
    else:
        pytest.fail("it never lost anything: kill it sooner")
    world.relay()
    world.reconciles()
    world.fill([one for one in company() if one["service_name"] != "S3"])
    world.relay()
    world.server.kill()
    world.server.start()
    world.relay()
    world.reconciles()
    assert world.relay().delivered == 0


def test_a_relay_that_dies_half_way_leaves_nothing_wrong(world, monkeypatch):
    """After a crash between deleting and importing, the next run ends all of it."""
    world.relay()
    world.fill([one | {"effective_cost": "9"} for one in company()])
    with monkeypatch.context() as patch:
        patch.setattr(Client, "write", lambda *_: (_ for _ in ()).throw(OSError("cut")))
        [problem] = relay(world.settings, is_patient=False).problems
        assert "cut" in problem
    world.fill([one | {"effective_cost": "4"} for one in company() if one["region_id"]])
    world.relay()
    world.reconciles()


def test_the_budget_of_series_is_kept(tmp_path, victoriametrics):
    """Beyond it cheaper series are summed, and sums are still those of the bills."""
    rows = [
        row(f"Service {number:03}", day, number + day, **clouds)
        for number in range(30)
        for day in range(DAYS)
        for clouds in ({}, {"provider": "Microsoft", "billing_currency": "EUR"})
    ]
    world = World(tmp_path, victoriametrics, rows, max_series=200)
    done = world.relay()
    [remark] = done.remarks
    assert "series are summed as other" in remark
    world.reconciles()
    names = victoriametrics.query(
        'count(last_over_time({__name__=~"cost_.+"}[3000d]))', nocache="1"
    )
    assert 100 < int(names[0]["value"][1]) <= 200
    named = {dict(labels)["service_name"] for labels in world.export("cost_daily")}
    assert {"other", "Service 029"} <= named
    assert "Service 000" not in named


class Forgetful(VictoriaMetrics):
    """A VictoriaMetrics that nobody told how long to keep what it gets."""

    retention = "1"


def test_what_the_server_would_drop_is_told(tmp_path):
    """A server that keeps a month gets no more, and the run says what it lacks."""
    with Forgetful(tmp_path / "server") as server:
        world = World(tmp_path, server)
        [remark] = world.relay().remarks
        assert "keeps 31 days" in remark
        assert world.relay().delivered == 0
        found = [day for days in world.export("cost_daily").values() for day in days]
        assert min(found).day == 1
        [part] = [one for one in doctor.examine(world.settings) if "sink" in one.name]
        assert (part.state, "-retentionPeriod" in part.detail) == ("failed", True)


class Locked(VictoriaMetrics):
    """A VictoriaMetrics that asks who is there."""

    keys = ()

    def command(self):
        return [
            *super().command(),
            "-httpAuth.username=costwarden",
            "-httpAuth.password=let-me-in",
            *self.keys,
        ]


def test_a_password_is_needed_and_never_told(tmp_path, monkeypatch):
    """With the password all works; a wrong one, or another key, is told of."""
    monkeypatch.setenv("VM_PASSWORD", "let-me-in")
    with Locked(tmp_path / "server") as server:
        login = {"username": "costwarden", "password": "env:VM_PASSWORD"}
        world = World(tmp_path, server, **login)
        world.relay()
        assert world.relay().delivered == 0
        monkeypatch.setenv("VM_PASSWORD", "guess-me")
        [problem] = relay(world.settings, is_patient=False).problems
        assert "401" in problem
        assert "guess-me" not in problem
        monkeypatch.setenv("VM_PASSWORD", "let-me-in")
        server.stop()
        server.keys = ("-forceFlushAuthKey=other",)
        server.start()
        world.fill([one | {"effective_cost": "9"} for one in company()])
        [problem] = relay(world.settings, is_patient=False).problems
        assert "AuthKey flags" in problem


def test_two_warehouses_share_a_server(tmp_path, victoriametrics):
    """Each has its own label, and neither touches what the other has sent."""
    worlds = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        worlds.append(
            World(tmp_path / name, victoriametrics, labels={"warehouse": name})
        )
        worlds[-1].relay()
    one, two = worlds
    two.fill([row("EC2", day, 1) for day in range(DAYS)])
    two.relay()
    assert one.relay().delivered == 0
    assert two.relay().delivered == 0


def test_doctor_names_the_server(world):
    """The doctor says where it is, what it is, and how long it keeps samples."""
    [part] = [one for one in doctor.examine(world.settings) if "sink" in one.name]
    assert part.state == "ok"
    assert f"{world.server.url}: VictoriaMetrics" in part.detail
    assert "keeps 1825 days" in part.detail
    world.server.stop()
    [part] = [one for one in doctor.examine(world.settings) if "sink" in one.name]
    assert part.state == "failed"


def visible(world, expression):
    """Return what a query finds; new series take their time to be found."""
    deadline = time.monotonic() + 30
    while True:
        world.server.flush()
        found = world.server.query(expression, nocache="1")
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def test_the_pipeline_is_measured(world):
    """Each relay sends how the pipeline stands, and alerts on it are evaluated."""
    run = journal.Run("run-1", "daily")
    with journal.turn(world.settings, run):
        journal.recorded(world.settings, run, "publish_events", world.relay)
    world.relay()
    [lag] = visible(world, "last_over_time(costwarden_source_lag_days[1h])")
    # Two, if midnight has passed meanwhile.
    assert (lag["metric"]["source"], lag["value"][1] in "12") == ("s", True)
    [end] = visible(
        world, "last_over_time(costwarden_last_success_timestamp_seconds[1h])"
    )
    assert end["metric"]["flow"] == "daily"
    assert time.time() - float(end["value"][1]) < 600
