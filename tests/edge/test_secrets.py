"""Settings say where a secret lies, and never what it is."""

import pytest
from pydantic import ValidationError

from tasks.core.errors import NothingThere, UnknownSetting
from tasks.edge import secrets
from tasks.edge.delivery.declaration import Alertmanager, JsonLines, Kafka
from tasks.edge.settings import Settings, load


def test_environment(monkeypatch):
    """A secret is taken from the environment when it is asked for."""
    monkeypatch.setenv("BROKER_PASSWORD", "s3cret")
    assert secrets.resolve("env:BROKER_PASSWORD") == "s3cret"


def test_file(tmp_path):
    """A mounted file's last line break does not belong to the secret."""
    path = tmp_path / "password"
    path.write_text("s3 cret \n")
    assert secrets.resolve(f"file:{path}") == "s3 cret "


@pytest.mark.parametrize("reference", ["env:NOT_THERE", "file:/not/there", "s3cret"])
def test_nothing_there(reference):
    """What is missing is told by its place; what may be a secret is not shown."""
    with pytest.raises(NothingThere) as told:
        secrets.resolve(reference)
    assert "s3cret" not in str(told.value)


def test_plain_secret_is_refused(tmp_path):
    """A secret written into the settings is refused without repeating it."""
    path = tmp_path / "costwarden.toml"
    path.write_text(
        '[[sinks]]\nname = "k"\nkind = "kafka"\nbootstrap_servers = "a:1"\n'
        'password = "hunter2"\n'
    )
    with pytest.raises(UnknownSetting, match="env:NAME") as told:
        load(path)
    assert "hunter2" not in str(told.value)


def test_password_in_url_is_refused():
    """An address of a server holds nobody's password."""
    with pytest.raises(ValidationError, match="secret"):
        Alertmanager(name="a", kind="alertmanager", url="http://me:pw@host:9093")


def test_kinds():
    """Each kind of sink has its own settings; without a kind it is a file."""
    settings = Settings.model_validate(
        {
            "sinks": [
                {"name": "file", "path": "events.jsonl"},
                {"name": "k", "kind": "kafka", "bootstrap_servers": "127.0.0.1:9092"},
            ]
        }
    )
    assert [type(sink) for sink in settings.sinks] == [JsonLines, Kafka]


def test_one_name_each():
    """Two sinks of one name would share one place in the outbox."""
    with pytest.raises(ValidationError, match="two sinks"):
        Settings.model_validate(
            {"sinks": [{"name": "a", "path": "x"}, {"name": "a", "path": "y"}]}
        )
