"""Secrets: settings only say where one lies, and it is looked up when it is used."""

import asyncio
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator

from tasks.core.errors import NothingThere

# Options of drivers that hold secrets, or that only go with one.
SECRET = re.compile(
    r"secret|passw|token|credential|connection_string|sas|(^|_)key($|_id)",
    re.IGNORECASE,
)


# The same within a URL: a signed one, or one with a user's password.
SIGNED = re.compile(r"[?&](sig|x-amz-\w+|token)=|://[^/@]*:[^/@]*@", re.IGNORECASE)

REFERENCE = re.compile(r"(?P<kind>env|file|block):(?P<place>.+)", re.DOTALL)


def without_secrets(options: dict[str, Any]) -> dict[str, Any]:
    """Return a driver's options, which people share.

    Raises:
        ValueError: One is named like a secret.
    """
    for key in _keys(options):
        if SECRET.search(key):
            raise ValueError(
                f"{key} looks like a secret, which has no place in a settings file:"
                " leave it to the environment or to the files of the cloud's SDK"
            )
    return options


def without_password(url: str) -> str:
    """Return a URL that people share.

    Raises:
        ValueError: It is signed, or holds a user's password.
    """
    if SIGNED.search(url):
        raise ValueError("it holds a secret, which has no place in a settings file")
    return url


def _is_reference(text: str) -> str:
    if not REFERENCE.fullmatch(text):
        # The text is not shown: it may be the secret itself.
        raise ValueError(
            "a secret has no place in a settings file: say where it lies, as"
            " env:NAME, file:/path or block:NAME"
        )
    return text


# Where a secret lies: env:NAME, file:/path or block:NAME (a Secret block of Prefect).
SecretReference = Annotated[str, AfterValidator(_is_reference)]
# An address of a server, without anybody's password.
Url = Annotated[str, AfterValidator(without_password)]


def resolve(reference: str) -> str:
    """Return the secret that a reference names; for use at once, not for keeping.

    Raises:
        NothingThere: There is none; the message names the place alone.
    """
    found = REFERENCE.fullmatch(reference)
    if not found:
        raise NothingThere("A secret is named as env:NAME, file:/path or block:NAME.")
    look_up = {"env": _from_environment, "file": _from_file, "block": _from_block}
    return look_up[found["kind"]](found["place"])


def _from_environment(name: str) -> str:
    if name not in os.environ:
        raise NothingThere(f"The environment variable {name} holds no secret: set it.")
    return os.environ[name]


def _from_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise NothingThere(f"The secret in {path} cannot be read.") from error


def _from_block(name: str) -> str:
    from prefect.blocks.system import Secret  # noqa: PLC0415 - slow

    try:
        block: Any = asyncio.run(Secret.aload(name))
    except ValueError as error:
        raise NothingThere(f"Prefect has no Secret block {name}: make it.") from error
    return str(block.get())


def _keys(options: Mapping[str, Any]) -> Iterator[str]:
    for key, value in options.items():
        yield key
        if isinstance(value, Mapping):
            yield from _keys(value)
