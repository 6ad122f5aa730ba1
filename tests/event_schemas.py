"""The published schemas of events, as strict as a producer must keep them."""

import json

import jsonschema

from tasks.edge.settings import DEPLOYMENTS


def load():
    """Return a checker by ``dataschema``.

    Consumers are to skip what they do not know; what we tell must be written down.
    """
    found = {}
    for path in sorted((DEPLOYMENTS / "events").glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        checker = jsonschema.Draft202012Validator(
            schema | {"unevaluatedProperties": False},
            format_checker=jsonschema.FormatChecker(),
        )
        found[schema["$id"]] = checker
    return found


def check(schemas, payload):
    """Compare the data of one event with its schema, and its type with the title."""
    told = json.loads(payload)
    checker = schemas[told["dataschema"]]
    problems = [error.message for error in checker.iter_errors(told["data"])]
    assert problems == [], told["type"]
    assert told["type"].split(".")[3] in checker.schema["title"], told["type"]
