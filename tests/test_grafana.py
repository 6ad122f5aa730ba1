"""Grafana's files fit together: dashboards, the source they ask, and Compose."""

import itertools
import json
import re
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[1] / "deployments" / "grafana"
DASHBOARDS = sorted(FOLDER.glob("dashboards/*.json"))


def provisioned(folder):
    """Return what the one file of a folder of provisioning says."""
    (path,) = (FOLDER / "provisioning" / folder).glob("*.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def every(name, thing):
    """Return all values of a key, however deep they lie."""
    if isinstance(thing, list):
        return [found for part in thing for found in every(name, part)]
    if not isinstance(thing, dict):
        return []
    here = [thing[name]] if name in thing else []
    return here + [found for part in thing.values() for found in every(name, part)]


@pytest.fixture(params=DASHBOARDS, ids=lambda path: path.name)
def dashboard(request):
    return json.loads(request.param.read_text(encoding="utf-8"))


def test_there_are_dashboards():
    """At least one, and each with an address of its own."""
    addresses = [json.loads(path.read_text())["uid"] for path in DASHBOARDS]
    assert addresses
    assert len(set(addresses)) == len(addresses)


def test_only_the_provisioned_source_is_asked(dashboard):
    """Every panel, query and variable names the source that is provisioned."""
    (source,) = provisioned("datasources")["datasources"]
    asked = every("datasource", dashboard)
    expected = {"type": source["type"], "uid": source["uid"]}
    assert asked
    assert [other for other in asked if other != expected] == []
    for panel in dashboard["panels"]:
        if panel["type"] != "row":
            assert panel["datasource"] == expected
            assert all(target["datasource"] == expected for target in panel["targets"])


def test_ids_are_unique(dashboard):
    """No two panels share an id, and no two queries of a panel a letter."""
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in dashboard["panels"]:
        letters = [target["refId"] for target in panel.get("targets", [])]
        assert len(set(letters)) == len(letters)


def test_panels_do_not_overlap(dashboard):
    """Each panel has a place of its own in the 24 columns, and says what it is."""
    taken = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = set(
            itertools.product(
                range(place["x"], place["x"] + place["w"]),
                range(place["y"], place["y"] + place["h"]),
            )
        )
        assert not taken & cells, panel["title"]
        taken |= cells
        assert panel["title"]
        assert panel["type"] == "row" or panel["description"]


def test_variables_that_are_used_exist(dashboard):
    """Each `$name` of a query is a variable of the dashboard, and each is used."""
    declared = {variable["name"] for variable in dashboard["templating"]["list"]}
    asked = [*every("expr", dashboard["panels"])]
    asked += [
        variable["query"]["query"] for variable in dashboard["templating"]["list"]
    ]
    used = set(re.findall(r"\$(\w+)", " ".join(asked))) - {"__interval", "__range"}
    assert used == declared


def test_the_source_and_the_dashboards_are_where_compose_has_them():
    """Compose has a server of the source's name, and dashboards where Grafana looks."""
    compose = yaml.safe_load((FOLDER.parent / "compose.yaml").read_text())
    services = compose["services"]
    (source,) = provisioned("datasources")["datasources"]
    assert re.fullmatch(r"http://(\w+):8428", source["url"])[1] in services
    (provider,) = provisioned("dashboards")["providers"]
    mounts = [mount.split(":")[:2] for mount in services["grafana"]["volumes"]]
    assert ["./grafana/dashboards", provider["options"]["path"]] in mounts
    for folder in ("datasources", "dashboards"):
        kept = f"provisioning/{folder}"
        assert [f"./grafana/{kept}", f"/etc/grafana/{kept}"] in mounts
