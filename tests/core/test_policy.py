"""The shipped policies hold against every way around them."""

from copy import deepcopy

import pytest
from judged import FILES, KEY, LABEL, MANIFEST, NOTE, SHIPPED, STOP, changed, standing

from tasks.core.policy import bundle, verdicts
from tasks.core.workflows import manifests


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
