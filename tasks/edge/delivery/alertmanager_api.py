"""Alertmanager's API v2, as far as a relay needs it."""

from collections.abc import Sequence
from typing import Any

from tasks.edge.delivery.http import Refused, Server

# Of one request. A batch of this size has less than a megabyte.
BATCH = 200

Plain = dict[str, Any]


class Client(Server):
    """A connection to one Alertmanager."""

    product = "Alertmanager"
    api = "/api/v2"

    def version(self) -> str:
        """Return which Alertmanager it is."""
        try:
            return str(self._json("/status")["versionInfo"]["version"])
        except (KeyError, TypeError) as error:
            raise self.stranger("it tells no version") from error

    def alerts(self) -> list[Plain]:
        """Return the alerts of Costwarden that fire, silenced ones too."""
        return self._list("/alerts", params={"filter": 'generator="costwarden"'})

    def silences(self) -> list[Plain]:
        """Return all silences, those that are over too."""
        return self._list("/silences")

    def post(self, alerts: Sequence[Plain]) -> dict[int, str]:
        """Send alerts, and return the reasons for those that it will not take.

        A batch that is refused is halved until the ones at fault are alone. Sending an
        alert twice changes nothing.

        Returns:
            What Alertmanager says, by the alert's place.
        """
        refused: dict[int, str] = {}
        for first in range(0, len(alerts), BATCH):
            refused |= self._post(alerts, range(len(alerts))[first : first + BATCH])
        return refused

    def _post(self, alerts: Sequence[Plain], places: range) -> dict[int, str]:
        try:
            self.ask("POST", "/alerts", json=[alerts[place] for place in places])
        except Refused as error:
            if len(places) == 1:
                return {places[0]: str(error)}
            half = len(places) // 2
            return self._post(alerts, places[:half]) | self._post(alerts, places[half:])
        return {}

    def _list(self, path: str, **asked: Any) -> list[Plain]:
        found = self._json(path, **asked)
        if not isinstance(found, list):
            raise self.stranger(f"{path} is no list")
        return found

    def _json(self, path: str, **asked: Any) -> Any:
        try:
            return self.ask("GET", path, **asked).json()
        except (ValueError, Refused) as error:
            raise self.stranger(str(error)) from error
