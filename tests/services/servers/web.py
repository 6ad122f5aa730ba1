"""A server that is asked over HTTP."""

import httpx

from tests.services.servers.server import Server


class WebServer(Server):
    """A server with an address for its health, and one that lets it read its files.

    Attributes:
        health: The path that answers 200 as soon as the server works.
        reloading: The path that makes it read its configuration again.
    """

    health: str
    reloading = "/-/reload"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def answers(self) -> bool:
        try:
            return httpx.get(self.url + self.health, timeout=2).is_success
        except httpx.TransportError:
            return False

    def get(self, path: str, **params) -> httpx.Response:
        """Ask, and fail unless the answer is good."""
        answer = httpx.get(self.url + path, params=params, timeout=30)
        return answer.raise_for_status()

    def post(self, path: str, **body) -> httpx.Response:
        """Send (``json=``, ``content=``, ``data=``), and fail unless that is taken."""
        return httpx.post(self.url + path, timeout=30, **body).raise_for_status()

    def reload(self) -> None:
        """Let it read its configuration again."""
        self.post(self.reloading)
