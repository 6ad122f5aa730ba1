"""Golden manifests: what a plan writes, byte by byte, and that Argo takes it.

``GOLDEN=write pytest tests/golden`` rewrites them; the difference is then reviewed
like any other change.
"""

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from tasks.core.rightsizing import machine_types, recommendations
from tasks.core.rightsizing.advice import Recommendation
from tasks.core.workflows import manifests, playbook, templates
from tasks.core.workflows.playbooks import PLAYBOOKS
from tasks.core.workflows.targets import Refusal
from tests.golden import argo_schema

HERE = Path(__file__).parent
ARGO = HERE.parents[1] / "deployments" / "argo"
WINDOW = "tuesday-to-thursday-02-05"
HEADER = (
    "# Written from tasks/core/workflows/{provider}.py by GOLDEN=write pytest"
    " tests/golden.\n# Undo: {undo}.\n"
)

SUBSCRIPTION = "/subscriptions/0f8fad5b-d9cb-469f-a165-70867728950e"
AZURE = f"{SUBSCRIPTION}/resourceGroups/rg-web/providers/Microsoft"
GOOGLE = "//compute.googleapis.com/projects/nordwind-web"
IDS = {
    ("aws", "instance"): "i-0123456789abcdef0",
    ("aws", "volume"): "vol-0123456789abcdef0",
    ("aws", "address"): (
        "arn:aws:ec2:eu-west-1:111122223333:elastic-ip/eipalloc-0123456789abcdef0"
    ),
    ("azure", "instance"): f"{AZURE}.Compute/virtualMachines/web-1",
    ("azure", "volume"): f"{AZURE}.Compute/disks/web-1-data",
    ("azure", "address"): f"{AZURE}.Network/publicIPAddresses/web-1-ip",
    ("google", "instance"): f"{GOOGLE}/zones/europe-west4-a/instances/web-1",
    ("google", "volume"): f"{GOOGLE}/zones/europe-west4-a/disks/web-1-data",
    ("google", "address"): f"{GOOGLE}/regions/europe-west4/addresses/web-1-ip",
}
PROVIDERS = {
    "aws": machine_types.AWS,
    "azure": machine_types.AZURE,
    "google": machine_types.GOOGLE,
}
TYPES = {
    ("resize_instance", "aws"): ("m5.xlarge", "m5.large"),
    ("resize_instance", "azure"): ("Standard_D4s_v5", "Standard_D2s_v5"),
    ("resize_instance", "google"): ("n2-standard-4", "n2-standard-2"),
    ("change_volume_type", "aws"): ("gp2", "gp3"),
}
RISKS = {"stop_instance": "low", "release_address": "high"}


def recommendation(action, provider):
    kind = action.rpartition("_")[2] if action != "change_volume_type" else "volume"
    resource_id = IDS[provider, kind]
    current, proposed = TYPES.get((action, provider), (None, None))
    return Recommendation(
        recommendation_id=recommendations.identity(
            action, PROVIDERS[provider], resource_id, proposed
        ),
        action=action,
        provider=PROVIDERS[provider],
        sub_account_id="111122223333",
        region_id="eu-west-1",
        resource_id=resource_id,
        resource_type=kind,
        environment="development",
        protected_by=None,
        current=current,
        proposed=proposed,
        billing_currency="EUR",
        monthly_cost=Decimal("138.240000000000000000"),
        monthly_saving=Decimal("69.120000"),
        saving_basis="size_ratio",
        risk=RISKS.get(action, "medium"),
        effort="medium",
        evidence="Told in the tests.",
        evidence_from=date(2026, 6, 1),
        evidence_to=date(2026, 6, 30),
        status="open",
        reason=None,
    )


CASES = sorted(PLAYBOOKS)
NAMES = [f"{action}-{provider}" for action, provider in CASES]


def agree(path, text):
    """Compare with the golden file, or rewrite it where somebody asked for it."""
    if os.environ.get("GOLDEN") == "write":
        assert "CI" not in os.environ, "golden files are never written in CI"
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.fixture(scope="session")
def schema(shared):
    folder = shared / "schemas" / "argo"
    return argo_schema.load(folder / "argo-workflows-v4.1.2.schema.json")


@pytest.mark.parametrize(("action", "provider"), CASES, ids=NAMES)
def test_workflow_is_as_agreed(action, provider):
    """The same recommendation gives the same bytes as when they were reviewed."""
    built = manifests.workflow(recommendation(action, provider), WINDOW)
    agree(HERE / "workflows" / f"{action}-{provider}.yaml", manifests.to_text(built))


@pytest.mark.parametrize(("action", "provider"), CASES, ids=NAMES)
def test_template_is_as_agreed(action, provider):
    """The deployed WorkflowTemplate is the playbook's, and nobody edited it by hand."""
    found = PLAYBOOKS[action, provider]
    header = HEADER.format(provider=provider, undo=found.undo.replace("_", " "))
    text = header + manifests.to_text(templates.template(found))
    agree(ARGO / f"{found.template}.yaml", text)


def test_no_template_without_a_playbook():
    """The folder of deployed templates has one file a playbook, and no leftovers."""
    found = {path.stem for path in ARGO.glob("costwarden-*.yaml")}
    assert found == {one.template for one in PLAYBOOKS.values()}


@pytest.mark.shared
@pytest.mark.parametrize("name", NAMES)
def test_workflow_is_valid(schema, name):
    """Argo's schema, closed against unknown keys, accepts each Workflow."""
    text = (HERE / "workflows" / f"{name}.yaml").read_text(encoding="utf-8")
    assert argo_schema.errors(schema, yaml.safe_load(text)) == []


@pytest.mark.shared
@pytest.mark.parametrize(("action", "provider"), CASES, ids=NAMES)
def test_template_is_valid(schema, action, provider):
    """Argo's schema, closed against unknown keys, accepts each WorkflowTemplate."""
    path = ARGO / f"{PLAYBOOKS[action, provider].template}.yaml"
    template = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert argo_schema.errors(schema, template) == []


@pytest.mark.parametrize(("action", "provider"), CASES, ids=NAMES)
def test_workflow_gives_what_its_template_takes(action, provider):
    """A Workflow's arguments are exactly the parameters of its template."""
    built = manifests.to_object(
        manifests.workflow(recommendation(action, provider), WINDOW)
    )
    path = ARGO / f"{built['spec']['workflowTemplateRef']['name']}.yaml"
    template = yaml.safe_load(path.read_text(encoding="utf-8"))
    wanted = [one["name"] for one in template["spec"]["arguments"]["parameters"]]
    given = [one["name"] for one in built["spec"]["arguments"]["parameters"]]
    assert given == wanted


@pytest.mark.shared
@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "ttlStrateggy"), {}),
        (("spec", "entrypoint"), "nowhere"),
        (("spec", "onExit"), "nowhere"),
        (("spec", "podGC", "strategy"), "Bogus"),
        (("spec", "activeDeadlineSeconds"), "soon"),
        (("spec", "templates", 0, "container", "args"), ["{{inputs.parameters.x}}"]),
        (("spec", "templates", -3, "steps", 0, 0, "template"), "nowhere"),
        (("metadata", "name"), "Not A Label"),
    ],
    ids=str,
)
def test_what_is_wrong_is_found(schema, path, value):
    """The check finds what the published schema lets pass."""
    name = "costwarden-resize-instance-aws.yaml"
    template = yaml.safe_load((ARGO / name).read_text(encoding="utf-8"))
    place = template
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert argo_schema.errors(schema, template) != []


@pytest.mark.parametrize(
    "resource_id",
    [
        "i-0123456789abcdef0; rm -rf /",
        "i-0123456789abcdef0\n",
        "i-{{workflow.name}}",
        "$(id)",
        "",
        "vol-0123456789abcdef0",
        "i-0123456789ABCDEF0",
        "i-\uff10123456789abcdef0",
        "i-0123456789abcdef0" * 500,
        "--instance-ids",
        # Clouds apart, which the role of the templates is not in.
        "arn:aws-cn:ec2:cn-north-1:111122223333:instance/i-0123456789abcdef0",
        "arn:aws:ec2:eu-west-1:444455556666:instance/i-0123456789abcdef0",
    ],
)
def test_odd_ids_are_refused(resource_id):
    """What does not have the exact shape of an id never reaches a manifest."""
    odd = replace(recommendation("stop_instance", "aws"), resource_id=resource_id)
    assert isinstance(manifests.workflow(odd, WINDOW), Refusal)


@pytest.mark.parametrize("name", ["web-\u212a", "we\u017f", "web 1", "web'1", "-web"])
def test_letters_that_only_look_like_others_are_refused(name):
    """Upper and lower case are one, but no letter outside ASCII counts as either."""
    odd = recommendation("stop_instance", "azure")
    odd = replace(odd, resource_id=odd.resource_id.replace("web-1", name))
    assert isinstance(manifests.workflow(odd, WINDOW), Refusal)


@pytest.mark.parametrize("provider", ["aws", "azure", "google"])
def test_what_is_not_running_is_left_alone(provider):
    """Before the attempt there are only looks, and nothing follows one that fails."""
    built = templates.template(PLAYBOOKS["resize_instance", provider])
    spec = manifests.to_object(built)["spec"]
    assert "onExit" not in spec
    sequences = {one["name"]: one.get("steps") for one in spec["templates"]}
    calls = [call for (call,) in sequences["change"]]
    names = [call["name"] for call in calls]
    at = names.index("attempt")
    looks = {one.name for one in PLAYBOOKS["resize_instance", provider].steps}
    assert set(names[:at]) == looks
    assert not any("continueOn" in call for call in calls[:at] + calls[at + 2 :])
    assert calls[at + 1]["when"] == "{{steps.attempt.status}} != Succeeded"
    assert names[at + 1 :] == ["bring-back", "runs-again", "has-new-type"]


@pytest.mark.parametrize("provider", ["aws", "google"])
def test_a_type_without_room_does_not_keep_a_machine_down(provider):
    """What is brought back starts with the type that it had, the workflow fails."""
    back = PLAYBOOKS["resize_instance", provider].on_failure
    assert playbook.CURRENT in " ".join(back[0].arguments)
    assert [one.may_fail for one in back] == [True, False]
    proof = PLAYBOOKS["resize_instance", provider].proof[-1]
    assert proof.expect == playbook.PROPOSED


def test_only_looks_are_repeated():
    """No step that changes or deletes something is ever tried twice by itself."""
    for found in PLAYBOOKS.values():
        for step in (*found.steps, *found.attempt, *found.on_failure, *found.proof):
            assert step.attempts == 1 or step.expect is not None


@pytest.mark.parametrize(
    "change",
    [
        {"proposed": "m5.large --no-dry-run"},
        {"current": None},
        {"sub_account_id": "11112222333"},
        {"sub_account_id": "\u0661\u0661\u0661\u06612222\u0663333"},
        {"region_id": "eu-west-1;"},
        {"region_id": "eu-west-\u0661"},
        {"region_id": "us-gov-west-1"},
        {"proposed": "m5.large{{workflow.name}}"},
        {"proposed": "--m5.large"},
        {"provider": "Oracle"},
        {"action": "format_disk"},
    ],
    ids=str,
)
def test_odd_values_are_refused(change):
    """Types, accounts, regions and actions must have the shape that they claim."""
    odd = replace(recommendation("resize_instance", "aws"), **change)
    assert isinstance(manifests.workflow(odd, WINDOW), Refusal)
