"""Tags are read as they were meant, and never read as harmless by mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.core.rightsizing import tags


@pytest.mark.parametrize(
    ("found", "environment"),
    [
        ({"environment": "production"}, "production"),
        ({"Environment": "Prod"}, "production"),
        ({"ENV ": " prd "}, "production"),
        ({"enviroment": "produciton"}, "production"),
        ({"user:Environment": "dev"}, "development"),
        ({"resource_tags_user_env": "DEV"}, "development"),
        ({"Stage": "UAT"}, "staging"),
        ({"environment": "développement"}, "development"),
        ({"environment": "dev", "env": "prod"}, "production"),
        ({"environment": "dev", "env": "blue"}, "unknown"),
        ({"environment": ""}, "unknown"),
        ({"department": "production"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_environment(found, environment):
    """Case, blanks, prefixes and misspellings do not matter; contradictions do."""
    assert tags.environment(found) == environment


@given(st.dictionaries(st.text(), st.text()))
def test_any_tags_are_read(found):
    """Whatever people typed, the answer is one of the known words or nothing."""
    assert tags.environment(found) in {*tags.ENVIRONMENTS, "unknown", None}
    tags.protection(found)
    tags.owner(found)


@given(st.dictionaries(st.text(), st.text()))
def test_production_always_wins(found):
    """A tag that says production is never outvoted."""
    assert tags.environment({**found, "Environment": "PROD"}) == "production"


@pytest.mark.parametrize(
    ("found", "protection"),
    [
        ({"protected": "true"}, "protected=true"),
        ({"Do Not Delete": "please"}, "Do Not Delete=please"),
        ({"costwarden:protected": "yes"}, "costwarden:protected=yes"),
        ({"protected": "False"}, None),
        ({"team": "protected"}, None),
    ],
    ids=str,
)
def test_protection(found, protection):
    """A protecting tag counts however it is written, unless it says no."""
    assert tags.protection(found) == protection
