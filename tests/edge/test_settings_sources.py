"""What the settings may say of a source, and what they may not."""

import pytest

from tasks.core.errors import UnknownSetting
from tasks.edge.reporting import doctor
from tasks.edge.settings import Settings, Source, load


def config(tmp_path, lines, path="s3://bucket/cur/"):
    """A settings file with one source."""
    file = tmp_path / "costwarden.toml"
    file.write_text(f"[[sources]]\nname = 'payer'\npath = '{path}'\n{lines}\n")
    return file


def test_options_are_for_the_driver(tmp_path):
    """An endpoint, a region or a profile may stand there, as deep as they lie."""
    lines = (
        "options = { profile = 'billing', requester_pays = true,"
        " client_kwargs = { endpoint_url = 'http://127.0.0.1:9', region_name = 'x' } }"
    )
    (source,) = load(config(tmp_path, lines)).sources
    assert source.options["client_kwargs"]["region_name"] == "x"


@pytest.mark.parametrize(
    "lines",
    [
        "options = { secret = 'hush' }",
        "options = { key = 'hush' }",
        "options = { account_key = 'hush' }",
        "options = { token = 'hush' }",
        "options = { sas_token = 'hush' }",
        "options = { connection_string = 'hush' }",
        "options = { client_kwargs = { aws_secret_access_key = 'hush' } }",
        "options = { client_kwargs = { aws_access_key_id = 'hush' } }",
    ],
)
def test_secrets_are_refused_by_name(tmp_path, lines):
    """The message names the key and what to do, and does not repeat the secret."""
    with pytest.raises(UnknownSetting, match="leave it to the environment") as raised:
        load(config(tmp_path, lines))
    assert "sources.0.options" in str(raised.value)
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    "path",
    [
        "https://x.blob.core.windows.net/bills?sv=1&sig=hush",
        "https://bucket.s3.amazonaws.com/cur?X-Amz-Signature=hush",
        "s3://user:hush@bucket/cur",
    ],
)
def test_a_signed_url_is_refused(tmp_path, path):
    """A URL that opens the place to every reader of the file is a secret too."""
    with pytest.raises(UnknownSetting, match="holds a secret") as raised:
        load(config(tmp_path, "", path))
    assert "hush" not in str(raised.value)


def test_the_doctor_looks_at_each_source(tmp_path):
    """There, not there, and of a kind that nothing here can read."""
    (tmp_path / "bills").mkdir()
    (tmp_path / "bills" / "a.csv").write_text("x")
    places = {
        "local": str(tmp_path / "bills"),
        "url": (tmp_path / "bills").as_uri(),
        "gone": (tmp_path / "gone").as_uri(),
        "odd": "gopher://bills",
    }
    sources = tuple(Source(name=name, path=path) for name, path in places.items())
    settings = Settings(database=str(tmp_path / "w.duckdb"), sources=sources)
    parts = {part.name: part for part in doctor.examine(settings)}
    states = {name: parts[f"source {name}"].state for name in places}
    assert states == {
        "local": "ok",
        "url": "ok",
        "gone": "failed",
        "odd": "failed",
    }
    assert "1 name below it" in parts["source url"].detail
    assert "gopher://bills cannot be read here" in parts["source odd"].detail
