"""The base of every settings and parameter model."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Cannot be changed once made, and refuses keys that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")
