"""The digest as a command."""

import json
from datetime import UTC, datetime

from flows.cli import execute
from tests.edge.alert_world import World, anomaly


def test_digest_prints_one_screen(tmp_path, capsys):
    """It shows the news as it is, even where a name looks like markup; else says so."""
    world = World(tmp_path)
    asked = ["digest", "--database", world.settings.database]
    assert execute(asked) == 0
    assert capsys.readouterr().out.startswith("Nothing is new in the 24 hours to ")
    world.find(
        anomaly(service="[red]EC2[/red]"), anomaly(service="S3"), at=datetime.now(UTC)
    )
    assert execute(asked) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].endswith("2 opened")
    assert "[red]EC2[/red] · 111122223333" in "\n".join(shown)
    assert execute([*asked, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)["answer"]
    assert answer["lines"] == shown
    assert float(answer["day"]["anomalies"][0]["impact"]) == 250
