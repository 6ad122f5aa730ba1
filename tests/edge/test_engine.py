"""Which machines sum bills, and what is said when they cannot."""

import sys

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from tasks.core.errors import ConfigError, UnknownSetting
from tasks.edge import costs, settings
from tasks.edge.costs import engine
from tasks.edge.settings import Dask, Settings

LAKE = Dask(lake="s3://lake/costwarden")


def refusal(given):
    """Return why an engine cannot be opened."""
    with pytest.raises(ConfigError) as caught, engine.opened(given):
        pass
    return str(caught.value)


def test_this_machine_needs_nothing():
    """By default nothing of Dask is asked for."""
    with engine.opened(Settings()) as found:
        assert isinstance(found, engine.Local)


def test_a_missing_extra_is_told(monkeypatch):
    """Without Dask the message says what to install."""
    monkeypatch.delitem(sys.modules, "tasks.edge.costs.cluster", raising=False)
    monkeypatch.delattr(costs, "cluster", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = refusal(Settings(engine="dask://127.0.0.1:8786", dask=LAKE))
    assert "install costwarden[dask]" in said


def test_what_is_not_set_is_told(monkeypatch):
    """A cluster needs a scheduler, a lake, and a Prefect that its workers reach."""
    pytest.importorskip("prefect_dask")
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert "[dask] scheduler" in refusal(Settings(engine="dask", dask=LAKE))
    assert "[dask] lake" in refusal(Settings(engine="dask://h:1"))
    # Another test of this process may have a Prefect.
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        said = refusal(Settings(engine="dask://h:1", dask=LAKE))
    assert "PREFECT_API_URL" in said


@pytest.mark.parametrize("name", ["spark", "dask://", "dask://h", "dask://u:p@h:1"])
def test_an_unknown_engine_is_refused(name):
    """What is neither this machine nor an address is told, and so is what to write."""
    with pytest.raises(UnknownSetting, match="is not local, dask or dask://HOST:PORT"):
        settings.load(engine=name)


def test_the_address_wins_over_the_settings():
    """An address beside the engine's name is the scheduler's."""
    given = Settings(engine="dask://h:1", dask=Dask(scheduler="tls://other:2"))
    assert given.scheduler == "tcp://h:1"
    assert given.model_copy(update={"engine": "dask"}).scheduler == "tls://other:2"


@pytest.mark.parametrize("lake", ["data/lake", "file:///mnt/lake", "s3://"])
def test_a_lake_of_one_machine_is_refused(lake):
    """Workers elsewhere cannot read a local folder; the message says what they can."""
    with pytest.raises(UnknownSetting, match=r"is not in object storage.*s3://"):
        settings.load(dask={"lake": lake})


def test_files_are_handed_over_in_the_lake_unless_elsewhere():
    """A lake in object storage is enough for a cluster; another place may be set."""
    given = Settings(lake="s3://bills/", lake_options={"profile": "lake"})
    assert given.exchange == ("s3://bills/.cluster", {"profile": "lake"})
    assert given.model_copy(update={"dask": LAKE}).exchange == (LAKE.lake, {})
    assert Settings(lake="data/lake").exchange == (None, {})


def test_a_lake_is_a_folder_or_in_object_storage():
    """A URL of another kind is refused; any folder is a lake."""
    with pytest.raises(UnknownSetting, match="is not in object storage"):
        settings.load(lake="https://lake")
    assert str(settings.load(lake="data/lake").lake_path) == "data/lake"


def test_credentials_do_not_travel():
    """Options named like secrets are refused: workers have credentials of their own."""
    with pytest.raises(UnknownSetting, match="looks like a secret"):
        settings.load(dask={"lake": "s3://lake", "options": {"secret": "x"}})
