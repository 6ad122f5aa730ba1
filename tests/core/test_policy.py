"""The shipped policies hold, and whatever cannot be judged is refused."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from tasks.core.policy import bundle, verdicts
from tasks.core.rightsizing.advice import Recommendation
from tasks.core.workflows import manifests

POLICIES = Path(__file__).parents[2] / "deployments" / "policies"
FILES = {path.name: path.read_text(encoding="utf-8") for path in POLICIES.iterdir()}
SHIPPED = bundle.assemble(FILES)
LABEL, NOTE = ("metadata", "labels"), ("metadata", "annotations")
KEY = manifests.PREFIX

STOP = Recommendation(
    recommendation_id="rec-6d248c0b11089c03",
    action="stop_instance",
    provider="AWS",
    sub_account_id="111122223333",
    region_id="eu-west-1",
    resource_id="i-0123456789abcdef0",
    resource_type="instance",
    environment="development",
    protected_by=None,
    current="m5.xlarge",
    proposed=None,
    billing_currency="USD",
    monthly_cost=Decimal("138.24"),
    monthly_saving=Decimal("138.24"),
    saving_basis="removed",
    risk="low",
    effort="low",
    evidence="Idle.",
    evidence_from=date(2026, 6, 1),
    evidence_to=date(2026, 6, 30),
    status="open",
    reason=None,
)
WINDOW = "tuesday-to-thursday-02-05"
MANIFEST = manifests.to_object(manifests.workflow(STOP, WINDOW))


def changed(path, value, manifest=MANIFEST):
    """Return the manifest with one value set, or removed where it is None."""
    copy = deepcopy(manifest)
    place = copy
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copy


def standing(manifest, policies=SHIPPED, old=None):
    """Return the objections apart from those against a dispatch."""
    found = policies.objections(manifest, old)
    return [item for item in found if not item.at_dispatch]


def test_shipped_policies_are_understood():
    """Every shipped file is read and compiled, and an ordinary change passes."""
    assert SHIPPED.problems == ()
    assert len(SHIPPED.rules) == 8
    assert standing(MANIFEST) == []


def test_nothing_is_switched_on():
    """As shipped, no account accepts a change: planning is all that happens."""
    (found,) = SHIPPED.objections(MANIFEST)
    assert (found.policy, found.at_dispatch) == ("costwarden-accounts", True)


def test_an_account_that_is_switched_on_accepts_changes():
    """Naming the account in the limits is what switches execution on, for it alone."""
    on = FILES["limits.yaml"].replace(
        'switchedOnAccounts: ""', 'switchedOnAccounts: "4, 111122223333"'
    )
    policies = bundle.assemble({**FILES, "limits.yaml": on})
    assert policies.objections(MANIFEST) == []
    parameters = [
        {"name": "account", "value": "999900001111"},
        *MANIFEST["spec"]["arguments"]["parameters"][1:],
    ]
    other = changed(("spec", "arguments", "parameters"), parameters)
    other["metadata"]["annotations"][f"{KEY}account"] = "999900001111"
    assert [item.policy for item in policies.objections(other)] == [
        "costwarden-accounts"
    ]


ATTACKS = {
    "own template": (("spec", "templates"), [{"name": "x"}]),
    "own entry point": (("spec", "entrypoint"), "x"),
    "own volume": (("spec", "volumes"), [{"name": "x", "hostPath": {"path": "/"}}]),
    "pod patch": (("spec", "podSpecPatch"), "hostNetwork: true"),
    "security context": (("spec", "securityContext"), {"runAsUser": 0}),
    "exit hook": (("spec", "onExit"), "x"),
    "other template": (("spec", "workflowTemplateRef", "name"), "mine"),
    "cluster template": (("spec", "workflowTemplateRef", "clusterScope"), True),
    "other identity": (("spec", "serviceAccountName"), "cluster-admin"),
    "no identity": (("spec", "serviceAccountName"), None),
    "no turn": (("spec", "synchronization"), None),
    "artifact": (("spec", "arguments", "artifacts"), [{"name": "x"}]),
    "other resource": (
        ("spec", "arguments", "parameters", 2, "value"),
        "i-0fedcba9876543210",
    ),
    "shell": (("spec", "arguments", "parameters", 1, "value"), "eu; id"),
    "placeholder": (("spec", "arguments", "parameters", 1, "value"), "{{x}}"),
    "value from": (
        ("spec", "arguments", "parameters", 1),
        {"name": "region", "valueFrom": {"configMapKeyRef": {"name": "x"}}},
    ),
    "new parameter": (
        ("spec", "arguments", "parameters", 1),
        {"name": "extra", "value": "x"},
    ),
    "twice": (
        ("spec", "arguments", "parameters", 1),
        {"name": "account", "value": "111122223333"},
    ),
    "unknown action": ((*LABEL, f"{KEY}action"), "format_disk"),
    "other provider": ((*LABEL, f"{KEY}provider"), "google"),
    "no labels": (LABEL, None),
    "protected": ((*LABEL, f"{KEY}protected"), "true"),
    "not said to be free": ((*LABEL, f"{KEY}protected"), None),
    "too dear": ((*NOTE, f"{KEY}monthly-cost"), "2000.010000"),
    "trifle": ((*NOTE, f"{KEY}monthly-saving"), "2.990000"),
    "saves more than it costs": ((*NOTE, f"{KEY}monthly-saving"), "138.250000"),
    "no number": ((*NOTE, f"{KEY}monthly-cost"), "NaN"),
    "negative": ((*NOTE, f"{KEY}monthly-saving"), "-1.0"),
    "other currency": ((*NOTE, f"{KEY}currency"), "JPY"),
    "other window": ((*NOTE, f"{KEY}change-window"), "always"),
    "no window": ((*NOTE, f"{KEY}change-window"), None),
    "other namespace": (("metadata", "namespace"), "default"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_denied(attack):
    """Each way around the templates, the identity or the limits is denied for good."""
    path, value = ATTACKS[attack]
    found = standing(changed(path, value))
    assert found
    assert not all(item.may_be_approved for item in found)


APPROVALS = {
    "production": ((*LABEL, f"{KEY}environment"), "production"),
    "untagged": ((*LABEL, f"{KEY}environment"), "unknown"),
    "high risk": ((*LABEL, f"{KEY}risk"), "high"),
    "irreversible": ((*LABEL, f"{KEY}undo"), "none"),
    "deleted": ((*LABEL, f"{KEY}undo"), "restore-snapshot"),
}


@pytest.mark.parametrize("case", APPROVALS)
def test_a_person_can_approve(case):
    """What is risky waits for a person, and an approval settles exactly that."""
    waiting = changed(*APPROVALS[case])
    assert [item.may_be_approved for item in standing(waiting)] == [True]
    assert standing(verdicts.approved(waiting, "jo@example.org")) == []


@pytest.mark.parametrize(
    "approval",
    [
        {verdicts.APPROVED_BY: "jo"},
        {verdicts.APPROVED_BY: "jo", verdicts.APPROVED_FOR: "another-workflow"},
        {verdicts.APPROVED_BY: " ", verdicts.APPROVED_FOR: manifests.name(STOP)},
    ],
    ids=["for nothing", "for another", "by nobody"],
)
def test_an_approval_is_for_one_workflow(approval):
    """A copied, empty or unaddressed approval does not count."""
    waiting = changed((*LABEL, f"{KEY}environment"), "production")
    waiting["metadata"]["annotations"].update(approval)
    assert standing(waiting)


def test_an_approval_does_not_lift_a_denial():
    """What is denied stays denied, whoever approves."""
    denied = changed((*LABEL, f"{KEY}protected"), "true")
    assert standing(verdicts.approved(denied, "jo@example.org"))


def test_deleting_needs_a_copy_even_when_approved():
    """A deletion whose template saves nothing is denied, approved or not."""
    volume = changed((*LABEL, f"{KEY}action"), "delete_volume")
    found = standing(verdicts.approved(volume, "jo@example.org"))
    assert "costwarden-backup" in {item.policy for item in found}


def test_progress_is_not_judged_again():
    """A stricter policy never stops the controller from writing its status."""
    running = changed((*LABEL, f"{KEY}environment"), "production")
    later = deepcopy(running) | {"status": {"phase": "Running"}}
    later["metadata"]["labels"]["workflows.argoproj.io/phase"] = "Running"
    stopped = changed(("spec", "shutdown"), "Stop", later)
    assert standing(later, old=running) == []
    assert standing(stopped, old=running) == []


def test_a_change_of_what_was_judged_is_judged_again():
    """A later edit of spec, label or annotation must pass like a new workflow."""
    edits = [
        changed(("spec", "podSpecPatch"), "hostNetwork: true"),
        changed((*LABEL, f"{KEY}environment"), "production"),
        changed((*NOTE, f"{KEY}monthly-cost"), "2000.010000"),
        changed((*NOTE, f"{KEY}change-window"), None),
    ]
    assert all(standing(edit, old=MANIFEST) for edit in edits)


def policy(**spec):
    """Return the files of one small policy, with parts of its spec replaced."""
    (policies, binding) = yaml.safe_load_all(FILES["protected.yaml"])
    policies["spec"] |= spec
    return {"one.yaml": yaml.safe_dump_all([policies, binding])}


BROKEN = {
    "nothing": {},
    "no yaml": {"x.yaml": "a: : b"},
    "key twice": {"x.yaml": "kind: A\nkind: B\n"},
    "other kind": {"x.yaml": "kind: Deployment\n"},
    "a list": {"x.yaml": "- 1\n"},
    "unknown field": policy(matchPolicy="Exact"),
    "ignored failures": policy(failurePolicy="Ignore"),
    "no validation": policy(validations=[]),
    "no cel": policy(validations=[{"expression": "(", "message": "x"}]),
    "undeclared variable": policy(
        validations=[{"expression": "variables.x == 1", "message": "x"}]
    ),
    "params without kind": policy(
        validations=[{"expression": "params.data.x == ''", "message": "x"}]
    ),
    "not shared": policy(
        validations=[{"expression": "object.reverse() == ''", "message": "x"}]
    ),
    "no params": {"money.yaml": FILES["money.yaml"]},
    "no binding": {"x.yaml": FILES["money.yaml"].partition("---")[0]},
    "no policy": {"x.yaml": FILES["protected.yaml"].partition("---")[2]},
    "twice": {"a.yaml": FILES["protected.yaml"], "b.yaml": FILES["protected.yaml"]},
    "only audits": {
        "x.yaml": FILES["protected.yaml"].replace("[Deny, Audit]", "[Audit]")
    },
    "unknown violation": {
        **FILES,
        "environments.yaml": FILES["environments.yaml"].replace(
            "on-violation: needs-approval", "on-violation: maybe"
        ),
    },
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_not_understood_denies_everything(case):
    """A policy that is broken, or means more in the cluster, refuses every change."""
    policies = bundle.assemble(BROKEN[case])
    found = policies.objections(MANIFEST)
    assert found
    assert not any(item.may_be_approved or item.at_dispatch for item in found)


def test_an_expression_that_fails_denies():
    """An error is a refusal, and one that no approval settles."""
    policies = bundle.assemble(
        {**policy(validations=[{"expression": "object.x.y == 1", "message": "No y."}])}
    )
    (found,) = policies.objections(MANIFEST)
    assert "could not be evaluated" in found.message
    assert not found.may_be_approved


def test_a_variable_that_fails_matters_only_where_it_is_used():
    """As in Kubernetes, variables are evaluated when something reads them."""
    variables = [{"name": "bad", "expression": "object.x.y"}]
    unused = [{"expression": "true || variables.bad == 1", "message": "m"}]
    used = [{"expression": "variables.bad == 1", "message": "m"}]
    lazy = bundle.assemble(policy(variables=variables, validations=unused))
    eager = bundle.assemble(policy(variables=variables, validations=used))
    assert lazy.objections(MANIFEST) == []
    assert eager.objections(MANIFEST) != []


def test_the_digest_follows_every_byte():
    """Another name, another order of bytes or another comment is another policy."""
    other = {**FILES, "limits.yaml": FILES["limits.yaml"] + "# reviewed\n"}
    renamed = {f"x{name}": text for name, text in FILES.items()}
    digests = {bundle.assemble(files).digest for files in (FILES, other, renamed)}
    assert len(digests) == 3
