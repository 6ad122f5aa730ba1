"""Settings: one frozen model, read once when a run starts.

``deployments/costwarden.toml`` shows every key with its default. Secrets have no
place here: they come from Prefect blocks, files or the environment.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from tasks.core.detection.declaration import Detection
from tasks.core.detection.people import Planned
from tasks.core.detection.people import Rules as FeedbackRules
from tasks.core.errors import NothingThere, UnknownSetting
from tasks.core.forecasting.declaration import Budget, Forecasting
from tasks.core.model import Frozen
from tasks.core.policy.limits import Limits
from tasks.core.rightsizing.advice import Rules
from tasks.edge import public_holidays
from tasks.edge.delivery.declaration import AnySink
from tasks.edge.response.declaration import Bridge, Responding
from tasks.edge.secrets import SIGNED, without_secrets

ROOT = Path(__file__).parents[2]
DEPLOYMENTS = ROOT / "deployments"

# A warehouse of this name keeps its lake and reports right beside it; one of any
# other name gets a folder of its own, so that two in one place never mix.
DEFAULT_STEM = "costwarden"


# Where an object is there as a whole or not at all, for everybody at once.
OBJECTS = re.compile(r"(s3|gs|gcs|az|abfs)://[^/]")

ENGINE = re.compile(r"local|dask|dask://[^/@?]+:\d+")


def in_object_storage(url: str) -> str:
    """Return a URL that other machines reach, with credentials of their own.

    Raises:
        ValueError: It holds a secret, or is a folder or no URL that we know.
    """
    if SIGNED.search(url):
        raise ValueError("it holds a secret: leave that to the environment")
    if not OBJECTS.match(url):
        raise ValueError(
            f"{url!r} is not in object storage, where other machines reach it: name an"
            " s3://, gs:// or az:// URL"
        )
    return url


class Source(Frozen):
    """Where exports arrive, looked at by every daily run."""

    name: str = Field(description="Name under which its bills are kept.")
    path: str = Field(description="File, folder or URL.")
    options: dict[str, Any] = Field(
        default={}, description="What the URL's driver is told; nothing secret."
    )
    billing_currency: str | None = Field(
        None, pattern="^[A-Z]{3}$", description="Of Azure's bills that state none."
    )

    @field_validator("path")
    @classmethod
    def is_not_signed(cls, path: str) -> str:
        """Refuse a URL that lets everybody in who reads the file."""
        if SIGNED.search(path):
            raise ValueError(
                "it holds a secret, which has no place in a settings file: name the"
                " place alone, and leave the secret to the environment"
            )
        return path

    @field_validator("options")
    @classmethod
    def holds_no_secret(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Refuse what does not belong into a file that people share."""
        return without_secrets(options)


class Explaining(Frozen):
    """What may be named as the reason for an anomaly."""

    tags: tuple[str, ...] | None = Field(
        None, description="Keys of tags that may be named; without it, any."
    )


class Dask(Frozen):
    """The cluster that sums the lines of bills, where the engine is ``dask``."""

    scheduler: str | None = Field(
        None, description="Its scheduler's address, such as tcp://10.0.0.5:8786."
    )
    lake: str | None = Field(
        None, description="URL that workers read files from and write sums to."
    )
    options: dict[str, Any] = Field(
        default={}, description="What the URL's driver is told; nothing secret."
    )

    @field_validator("lake")
    @classmethod
    def is_reached_by_all(cls, lake: str | None) -> str | None:
        """Refuse a folder of this machine, and a URL that lets everybody in."""
        return lake and in_object_storage(lake)

    @field_validator("options")
    @classmethod
    def holds_no_secret(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Refuse what does not belong into a file that people share."""
        return without_secrets(options)


class Settings(Frozen):
    """Everything that a run needs to know.

    Paths that are not set lie beside the warehouse; see ``home``.
    """

    database: str = "data/costwarden.duckdb"
    lake: str | None = Field(
        None, description="Folder of raw bill versions, or its URL in object storage."
    )
    lake_options: dict[str, Any] = Field(
        default={}, description="What the lake's driver is told; nothing secret."
    )
    published: str | None = None
    report: str | None = None
    workflows: str | None = None
    policies: str = str(DEPLOYMENTS / "policies")
    wait_seconds: float = Field(600.0, ge=0, description="Wait for another writer.")
    closed_after_days: int = Field(
        10, ge=0, description="Days after its end until a month's bill is closed."
    )
    engine: str = Field(
        "local", description="Where bills are summed: local, dask, or dask://HOST:PORT."
    )
    dask: Dask = Dask()
    prefer: tuple[str, ...] = Field(
        ("native", "focus"),
        description="Which of two exports of the same costs counts: kinds (native or"
        " focus), formats or sources, first wins; none lets all count.",
    )
    retention: Literal["final", "all"] = Field(
        "final", description="Whose lines a daily run keeps; daily series always stay."
    )
    advise: Rules = Rules()
    judge: Limits = Limits()
    sources: tuple[Source, ...] = ()
    sinks: tuple[AnySink, ...] = ()
    respond: Responding = Responding()
    bridge: Bridge = Bridge()
    detect: Detection = Detection()
    explain: Explaining = Explaining()
    forecast: Forecasting = Forecasting()
    budgets: tuple[Budget, ...] = ()
    feedback: FeedbackRules = FeedbackRules()
    planned: tuple[Planned, ...] = ()

    @field_validator("budgets")
    @classmethod
    def have_names_of_their_own(cls, budgets: tuple[Budget, ...]) -> tuple[Budget, ...]:
        """Refuse two budgets of one name: their events could not be told apart."""
        names = [budget.name for budget in budgets]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two budgets are called {name!r}")
        return budgets

    @field_validator("sinks")
    @classmethod
    def are_told_apart(cls, sinks: tuple[AnySink, ...]) -> tuple[AnySink, ...]:
        """Refuse two sinks of one name: each keeps its own place in the outbox."""
        names = [sink.name for sink in sinks]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two sinks are called {name!r}")
        return sinks

    @field_validator("detect")
    @classmethod
    def knows_its_calendars(cls, detect: Detection) -> Detection:
        """Refuse holidays of a country that has no calendar."""
        try:
            public_holidays.check(detect.holidays)
        except ValueError as error:
            raise ValueError(f"holidays: {error}") from error
        return detect

    @field_validator("lake")
    @classmethod
    def is_a_lake(cls, lake: str | None) -> str | None:
        """Refuse a URL of no kind that we know, and one that lets everybody in."""
        return in_object_storage(lake) if lake and "://" in lake else lake

    @field_validator("lake_options")
    @classmethod
    def holds_no_secret(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Refuse what does not belong into a file that people share."""
        return without_secrets(options)

    @field_validator("engine")
    @classmethod
    def is_known(cls, engine: str) -> str:
        """Refuse what is neither this machine nor an address."""
        if not ENGINE.fullmatch(engine):
            raise ValueError(f"{engine!r} is not local, dask or dask://HOST:PORT")
        return engine

    @property
    def home(self) -> Path:
        """The folder that holds what belongs to this warehouse."""
        path = Path(self.database)
        return path.parent if path.stem == DEFAULT_STEM else path.parent / path.stem

    @property
    def scheduler(self) -> str | None:
        """The address of the Dask cluster's scheduler."""
        _, is_named, address = self.engine.partition("://")
        return f"tcp://{address}" if is_named else self.dask.scheduler

    @property
    def options(self) -> dict[str, dict[str, Any]]:
        """What drivers are told, by the URL of a source."""
        return {source.path: source.options for source in self.sources}

    @property
    def lake_url(self) -> str | None:
        """Where raw bill versions lie in object storage, if they do."""
        return self.lake if self.lake and "://" in self.lake else None

    @property
    def lake_path(self) -> Path:
        """The folder of raw bill versions, or of this machine's copy of them."""
        is_here = self.lake and not self.lake_url
        return Path(str(self.lake)) if is_here else self.home / "lake"

    @property
    def exchange(self) -> tuple[str | None, dict[str, Any]]:
        """Where files and sums are handed to a cluster and back, and how it is read."""
        if self.dask.lake or not self.lake_url:
            return self.dask.lake, self.dask.options
        return f"{self.lake_url.rstrip('/')}/.cluster", self.lake_options

    @property
    def published_path(self) -> Path:
        """The copy that notebooks and dashboards open."""
        if self.published:
            return Path(self.published)
        return self.home / "published" / "costs.duckdb"

    @property
    def report_path(self) -> Path:
        """The HTML report."""
        return Path(self.report) if self.report else self.home / "report.html"

    @property
    def workflows_path(self) -> Path:
        """The folder of planned Argo Workflow manifests."""
        return Path(self.workflows) if self.workflows else self.home / "workflows"


def load(config: str | Path | None = None, **overrides: object) -> Settings:
    """Read the settings file; arguments that are not None win over it.

    Args:
        config: A TOML file. None reads ``deployments/costwarden.toml``.
        **overrides: Top-level settings by name.

    Raises:
        NothingThere: The file does not exist.
        UnknownSetting: It is not TOML, or has an unknown key or a wrong value.
    """
    path = Path(config) if config else DEPLOYMENTS / "costwarden.toml"
    if not path.exists():
        raise NothingThere(f"There is no settings file at {path}.")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnknownSetting(f"{path} is not valid TOML: {error}.") from error
    given = {key: value for key, value in overrides.items() if value is not None}
    try:
        return Settings.model_validate(values | given)
    except ValidationError as error:
        raise UnknownSetting(_first_problem(path, error)) from error


def _first_problem(path: Path, error: ValidationError) -> str:
    problem = error.errors()[0]
    key = ".".join(str(part) for part in problem["loc"])
    return f"{path}, key {key}: {problem['msg']}."
