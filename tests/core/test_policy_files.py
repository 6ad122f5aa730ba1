"""Policy files mean here what they mean in the cluster; all else is refused."""

import pytest
import yaml
from judged import FILES, MANIFEST, standing

from tasks.core.policy import bundle


def bundled(files):
    """Return the policies of files that are understood."""
    policies = bundle.assemble(files)
    assert policies.problems == ()
    return policies


def odd_limits(text):
    return {**FILES, "limits.yaml": text}


def policy(**spec):
    """Return the files of one small policy, with parts of its spec replaced."""
    (policies, binding) = yaml.safe_load_all(FILES["protected.yaml"])
    policies["spec"] |= spec
    return {"one.yaml": yaml.safe_dump_all([policies, binding])}


def rules(**changes):
    """Return match constraints about workflows, with parts replaced."""
    ordinary = {
        "apiGroups": ["argoproj.io"],
        "apiVersions": ["v1alpha1"],
        "operations": ["CREATE"],
        "resources": ["workflows"],
    }
    return {"resourceRules": [ordinary | changes]}


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
    "a date that is none": {"x.yaml": "kind: 2020-99-99\n"},
    "params twice": {**FILES, "z.yaml": FILES["limits.yaml"]},
    "binding twice": {
        **FILES,
        "z.yaml": FILES["protected.yaml"].partition("---")[2],
    },
    "variable twice": policy(variables=[{"name": "x", "expression": "1"}] * 2),
    "condition twice": policy(
        matchConditions=[{"name": "x", "expression": "true"}] * 2
    ),
    "operation in small letters": policy(matchConstraints=rules(operations=["create"])),
    "no resource": policy(matchConstraints=rules(resources=[])),
    "unknown reason": policy(
        validations=[{"expression": "true", "message": "x", "reason": "Odd"}]
    ),
    "message of two lines": policy(
        validations=[{"expression": "true", "message": "x\ny"}]
    ),
    "no yes or no": policy(
        validations=[{"expression": "object.spec.x", "message": "x"}]
    ),
    "a message that is no text": policy(
        validations=[{"expression": "true", "message": "x", "messageExpression": "1"}]
    ),
    "a part of the request that is not known here": policy(
        validations=[{"expression": "!has(request.dryRun)", "message": "x"}]
    ),
    "variables as a map": policy(
        validations=[{"expression": "!('x' in variables)", "message": "x"}]
    ),
    "a namespace by another label": {
        "x.yaml": FILES["protected.yaml"].replace(
            "kubernetes.io/metadata.name: costwarden", "team: web"
        )
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


NEVER = [{"expression": "false", "message": "Never."}]


@pytest.mark.parametrize("resources", ["*", "*/*", "workflows/*", "workflows"])
def test_a_policy_is_about_what_its_pattern_means(resources):
    """``/*`` is any subresource and none, as in Kubernetes: the policy applies."""
    about = rules(resources=[resources])
    beside = {**FILES, **policy(validations=NEVER, matchConstraints=about)}
    del beside["protected.yaml"]
    assert "Never." in {item.message for item in standing(MANIFEST, bundled(beside))}


def test_an_empty_selector_is_every_namespace():
    """A binding without any label in its selector applies everywhere."""
    (text,) = policy(validations=NEVER).values()
    policies, binding = yaml.safe_load_all(text)
    binding["spec"]["matchResources"]["namespaceSelector"]["matchLabels"] = {}
    beside = {**FILES, "protected.yaml": yaml.safe_dump_all([policies, binding])}
    assert "Never." in {item.message for item in standing(MANIFEST, bundled(beside))}


def test_params_have_only_what_the_file_sets():
    """A ConfigMap without data has no data, so that reading it fails as there."""
    limits = yaml.safe_load(FILES["limits.yaml"])
    del limits["data"]
    empty = {**FILES, "limits.yaml": yaml.safe_dump(limits)}
    free = "!('x' in params.data)"
    changed_text = FILES["money.yaml"].replace("variables.is_known\n", f"{free}\n", 1)
    empty["money.yaml"] = changed_text
    found = [item.message for item in standing(MANIFEST, bundled(empty))]
    assert any("no limits" in text and "evaluated" in text for text in found)


def test_what_fails_does_not_wait_for_the_dispatch():
    """A policy about the dispatch that cannot be evaluated refuses the plan too."""
    without = FILES["limits.yaml"].replace('switchedOnAccounts: ""', 'other: ""')
    found = standing(MANIFEST, bundled({**FILES, "limits.yaml": without}))
    assert [item.policy for item in found] == ["costwarden-accounts"]


@pytest.mark.parametrize("limit", ["inf", " 5000", "1e400", "", "0x7f"])
def test_a_limit_that_is_no_plain_number_is_no_limit(limit):
    """The two engines read odd numbers differently, so none of them counts."""
    odd = FILES["limits.yaml"].replace('Cost.USD: "2000"', f'Cost.USD: "{limit}"')
    found = [item.message for item in standing(MANIFEST, bundled(odd_limits(odd)))]
    assert found == ["There are no limits for the currency USD."]


@pytest.mark.parametrize("message", ["'a\\nb'", "'  '", f"'{'x' * 6000}'"])
def test_an_unusable_message_is_left_aside(message):
    """As in Kubernetes a computed message is one line of at most five kilobytes."""
    rule = {"expression": "false", "message": "Plain.", "messageExpression": message}
    (found,) = bundled(policy(validations=[rule])).objections(MANIFEST)
    assert found.message == "Plain."


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
