"""Who may come in, and where the bridge may listen without asking."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from ipaddress import ip_address

from tasks.core.errors import ConfigError
from tasks.edge.response.declaration import Bridge
from tasks.edge.secrets import resolve


@dataclass(frozen=True, slots=True)
class Door:
    """What a caller has to say, as the value of ``Authorization``; either will do.

    Attributes:
        token: Bearer token; None where there is none.
        login: ``user:password``; None where there is none.
    """

    token: bytes | None
    login: bytes | None

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked."""
        return self.token is None and self.login is None

    @property
    def asks(self) -> str:
        """What to answer whoever is refused."""
        return "Bearer" if self.token is not None else 'Basic realm="costwarden"'

    def lets_in(self, authorization: str) -> bool:
        """Return whether a caller may come in; takes as long for each wrong secret.

        Examples:
            >>> door = Door(b"secret", b"me:too")
            >>> door.lets_in("Bearer secret"), door.lets_in("Basic bWU6dG9v")
            (True, True)
            >>> door.lets_in("Bearer secre"), door.lets_in("")
            (False, False)
        """
        if self.is_open:
            return True
        scheme, _, said = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return _is_same(self.token, said.strip().encode())
        if scheme.lower() == "basic":
            return _is_same(self.login, _decoded(said))
        return False


def door(rules: Bridge) -> Door:
    """Return who may come in by the settings.

    Raises:
        ConfigError: A secret is empty.
        NothingThere: A secret is not where the settings say.
    """
    token = _secret(rules.token)
    password = _secret(rules.password)
    login = f"{rules.username}:{password}" if password is not None else None
    return Door(
        token.encode() if token is not None else None,
        login.encode() if login is not None else None,
    )


def place(listen: str, entrance: Door) -> tuple[str, int]:
    """Return host and port of ``HOST:PORT``, where the bridge may listen.

    Raises:
        ConfigError: It is no place, or one that others reach while nobody is asked.

    Examples:
        >>> place("[::1]:9190", Door(None, None))
        ('::1', 9190)
    """
    host, _, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or int(port) >= 2**16:
        raise ConfigError(f"{listen!r} is no HOST:PORT to listen on.")
    if entrance.is_open and not is_loopback(host):
        raise ConfigError(
            f"{host} can be reached by others: set token in [bridge], or listen on"
            " 127.0.0.1."
        )
    return host, int(port)


def _secret(reference: str | None) -> str | None:
    if reference is None:
        return None
    found = resolve(reference)
    if not found:
        raise ConfigError(f"The secret of [bridge] at {reference} is empty.")
    return found


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a host of this name."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_same(secret: bytes | None, said: bytes) -> bool:
    return secret is not None and hmac.compare_digest(secret, said)


def _decoded(said: str) -> bytes:
    try:
        return base64.b64decode(said.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
