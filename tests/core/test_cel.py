"""CEL is evaluated as Kubernetes would, and only the part that both share."""

import pytest

from tasks.core.policy import cel

NAMES = cel.Names({"object": cel.ANY, "params": cel.ANY})
SCOPE = cel.Scope(
    {"object": {"a": {"b": "12.5"}, "l": ["x", "y"]}, "params": {"data": {}}}
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("double(object.a.b) <= 12.5", True),
        ("object.l.exists_one(x, x == 'y')", True),
        ("object.a.?c.orValue('none') == 'none'", True),
        ("'k' in params.data", False),
        ("'a, b'.split(',').map(s, s.trim()) == ['a', 'b']", True),
        ("has(object.q) || object.l.size() == 2", True),
        ("'héllo'.size() == 5", True),
        ("dyn(1) < 1.5", True),
        ("object.q.r == 1 || true", True),
    ],
)
def test_value(text, value):
    """An expression has the value that Kubernetes documents."""
    assert cel.Expression(text, NAMES).value(SCOPE) is value


@pytest.mark.parametrize(
    "text",
    ["object.q.r == 1", "object.a.b > 3", "double('x') > 1.0", "object.l[7] == 'x'"],
)
def test_what_fails_is_a_failure(text):
    """A missing key, a wrong type or index is a failure, neither true nor false."""
    assert isinstance(cel.Expression(text, NAMES).value(SCOPE), cel.Failed)


@pytest.mark.parametrize(
    "text",
    [
        "object.a ==",
        "nobody.a == 1",
        "1 + 'a' == 2",
        "'a'.reverse() == 'a'",
        "quantity('1').isGreaterThan(quantity('2'))",
        "object.l.sortBy(x, x) == []",
        "math.greatest(1, 2) == 2",
    ],
)
def test_what_is_not_shared_does_not_compile(text):
    """A mistake, or a function of only one engine, is refused before it is used."""
    with pytest.raises(cel.NotCompiled):
        cel.Expression(text, NAMES)


def test_a_call_in_a_text_is_no_call():
    """Words inside of quotes are not taken for functions."""
    assert cel.Expression("'quantity(1)' != 'variables.x'", NAMES).value(SCOPE) is True
