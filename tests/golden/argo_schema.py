"""Argo's published JSON schema, closed: what it does not name is a mistake.

The schema as published lets unknown keys, entry points that do not exist and words
that are no strategy pass; here each object refuses keys that it does not list, and
the rest is checked by hand.
"""

import json
import re

from jsonschema import Draft202012Validator

PREFIX = "io.argoproj.workflow.v1alpha1."
GC_STRATEGIES = {
    "OnPodCompletion",
    "OnPodSuccess",
    "OnWorkflowCompletion",
    "OnWorkflowSuccess",
}
RETRY_POLICIES = {"Always", "OnFailure", "OnError", "OnTransientError"}
DNS_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
REFERENCE = re.compile(r"\{\{\s*([a-z]+)\.([^}]+?)\s*\}\}")


def load(path):
    """Return the schema with every listed object closed."""
    schema = json.loads(path.read_text(encoding="utf-8"))
    for definition in schema["definitions"].values():
        if definition.get("properties"):
            definition["additionalProperties"] = False
    return schema


def errors(schema, manifest):
    """Return all that is wrong with a Workflow or a WorkflowTemplate."""
    narrowed = {
        "$schema": schema["$schema"],
        "definitions": schema["definitions"],
        "$ref": f"#/definitions/{PREFIX}{manifest['kind']}",
    }
    found = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in Draft202012Validator(narrowed).iter_errors(manifest)
    ]
    return found + list(_names(manifest)) + list(_spec(manifest["spec"]))


def _names(manifest):
    metadata = manifest["metadata"]
    if not DNS_LABEL.fullmatch(metadata["name"]):
        yield f"{metadata['name']} is no DNS label"
    for value in metadata.get("labels", {}).values():
        if not LABEL_VALUE.fullmatch(value):
            yield f"{value} is no label value"


def _spec(spec):
    templates = {template["name"]: template for template in spec.get("templates", [])}
    if len(templates) != len(spec.get("templates", [])):
        yield "two templates have the same name"
    if "workflowTemplateRef" not in spec and spec.get("entrypoint") not in templates:
        yield f"there is no entry point {spec.get('entrypoint')}"
    if spec.get("onExit", next(iter(templates), None)) not in {*templates, None}:
        yield f"there is no exit handler {spec['onExit']}"
    if spec.get("podGC", {}).get("strategy", "OnPodSuccess") not in GC_STRATEGIES:
        yield "podGC has no such strategy"
    known = {parameter["name"] for parameter in spec["arguments"]["parameters"]}
    for template in templates.values():
        yield from _template(template, templates, known)


def _template(template, templates, known):
    policy = template.get("retryStrategy", {}).get("retryPolicy", "Always")
    if policy not in RETRY_POLICIES:
        yield f"{policy} is no retry policy"
    earlier = set()
    for step in (step for group in template.get("steps", []) for step in group):
        if step["template"] not in templates:
            yield f"there is no template {step['template']}"
        text = json.dumps(step)
        yield from _references(text, known, set(), earlier)
        wanted = _inputs(templates.get(step["template"], {}))
        given = {one["name"] for one in step.get("arguments", {}).get("parameters", [])}
        if wanted != given:
            yield f"{step['name']} gets {given}, needs {wanted}"
        earlier.add(step["name"])
    if "container" in template:
        text = json.dumps(template["container"])
        yield from _references(text, known, _inputs(template), set())


def _inputs(template):
    return {one["name"] for one in template.get("inputs", {}).get("parameters", [])}


def _references(text, known, inputs, earlier):
    """Check that each placeholder names something that is there."""
    for kind, rest in REFERENCE.findall(text):
        parts = rest.split(".")
        if kind == "workflow" and parts[0] == "parameters":
            there = parts[1] in known
        elif kind == "workflow":
            there = parts[0] in {"name", "status"}
        elif kind == "inputs":
            there = parts[1] in inputs
        else:
            there = kind == "steps" and parts[0] in earlier
        if not there:
            yield f"nothing fills {kind}.{rest}"
