"""The settings of those who hear events, and of the bridge that passes alerts on."""

from typing import Self

from pydantic import Field, model_validator

from tasks.core.model import Frozen
from tasks.edge.secrets import SecretReference


class Responding(Frozen):
    """How events are heard that may call for an optimisation."""

    group_id: str = Field(
        "costwarden-respond",
        pattern=r"^[A-Za-z0-9._-]{1,249}$",
        description="Consumer group; each group answers every event.",
    )
    batch: int = Field(100, ge=1, le=10_000, description="Records taken at once.")
    patience_seconds: float = Field(
        30.0, gt=0, description="Wait for a broker that does not answer."
    )


class Bridge(Frozen):
    """Who may send alerts to the bridge, and how much."""

    token: SecretReference | None = Field(None, description="Bearer token.")
    username: str | None = Field(None, description="With a password: basic auth.")
    password: SecretReference | None = None
    certificate: str | None = Field(None, description="Of the server, PEM: serves TLS.")
    key: str | None = Field(None, description="File of the certificate's private key.")
    max_bytes: int = Field(
        8_388_608, ge=1, description="Largest body of a request that is read."
    )
    timeout_seconds: float = Field(
        8.0, gt=0, description="For Kafka to take a request's alerts."
    )

    @model_validator(mode="after")
    def is_whole(self) -> Self:
        """Refuse half of a pair."""
        for one, other in (("username", "password"), ("certificate", "key")):
            if bool(getattr(self, one)) != bool(getattr(self, other)):
                raise ValueError(f"{one} and {other} are only set together")
        return self
