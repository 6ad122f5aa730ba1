"""FOCUS's own model of its rules, as conditions that a database can count.

The model is FOCUS's file (``../shared/data/schemas/focus``): each rule has what it
requires and when, as a tree of checks. Rules that only bundle others hand their
condition down; rules that no row can decide have no tree and are left out, and so
are those that only allow something.
"""

import gzip
import json
from dataclasses import dataclass

MODEL = "data/schemas/focus/focus_validator_model-1.2.json.gz"

# What the checks of the model mean in SQL; {a}, {b}, {c} are columns, {v} is a value.
HOLDS = {
    "CheckGreaterOrEqualThanValue": "{a} >= {v}",
    "CheckSameValue": "{a} = {b}",
    "CheckNotSameValue": "{a} <> {b}",
    "CheckDecimalValue": "typeof({a}) LIKE 'DECIMAL%'",
    "CheckNationalCurrency": "regexp_full_match({a}, '[A-Z]{{3}}')",
    "FormatCurrency": "regexp_full_match({a}, '[A-Z]{{3}}')",
    "ColumnByColumnEqualsColumnValue": "off_price({c}, {a}, {b}, 1) = 0",
    "FormatDateTime": "typeof({a}) = 'TIMESTAMP'",
    "TypeDateTime": "typeof({a}) = 'TIMESTAMP'",
    "FormatNumeric": "typeof({a}) LIKE 'DECIMAL%'",
    "TypeDecimal": "typeof({a}) LIKE 'DECIMAL%'",
    "TypeString": "typeof({a}) IN ('VARCHAR', 'JSON', 'MAP(VARCHAR, VARCHAR)')",
    "FormatString": "{a} <> '' AND {a} NOT IN ('NULL', 'N/A')",
    "FormatKeyValue": "json_type(to_json({a})) = 'OBJECT'",
}


@dataclass(frozen=True)
class ModelRule:
    """One rule that can be decided.

    Attributes:
        rule: FOCUS's id.
        column: Column that it is about.
        holds: SQL condition; None where only the presence of the column counts.
        when: SQL condition for the rows that it is about.
        single: Column of which each value of ``column`` has one; None else.
    """

    rule: str
    column: str
    holds: str | None
    when: str
    single: str | None = None


def load(shared):
    """Return the rules that can be decided, and how many there are in all."""
    model = json.loads(gzip.decompress((shared / MODEL).read_bytes()))["ModelRules"]
    inherited = {}
    for body in model.values():
        criteria = body["ValidationCriteria"]
        if body["Function"] == "Composite" and criteria.get("Condition"):
            when = condition(criteria["Condition"])
            for child in children(criteria.get("Requirement", {})):
                inherited.setdefault(child, []).append(when)
    decided = [
        found
        for rule, body in model.items()
        if (found := decidable(rule, body, inherited.get(rule, [])))
    ]
    return decided, len(model)


def children(tree):
    if tree.get("CheckFunction") == "CheckModelRule":
        return [tree["ModelRuleId"]]
    return [child for item in tree.get("Items", []) for child in children(item)]


def decidable(rule, body, inherited):
    criteria = body["ValidationCriteria"]
    tree = criteria.get("Requirement") or {}
    may = criteria["Keyword"] == "MAY"
    if body["Function"] == "Composite" or may or not tree:
        return None
    own = criteria.get("Condition")
    when = " AND ".join([*inherited, *([condition(own)] if own else [])]) or "TRUE"
    column = body["Reference"]
    if tree.get("CheckFunction") == "ColumnPresent":
        return ModelRule(rule, tree["ColumnName"], None, when)
    if tree.get("CheckFunction") == "CheckDistinctCount":
        return ModelRule(
            rule, tree["ColumnAName"], None, when, single=tree["ColumnBName"]
        )
    holds = required(tree)
    return ModelRule(rule, column, holds, when) if holds else None


def condition(tree):
    """Return when a rule applies: what is null is no value, and not another either."""
    function, column = tree.get("CheckFunction"), tree.get("ColumnName", "")
    if function is None:
        return "TRUE"
    # Twice the model says CheckCondition where it means a column.
    column = column or tree.get("CheckCondition", "")
    if function in ("AND", "OR"):
        parts = [condition(item) for item in tree["Items"]]
        return "(" + f" {function} ".join(parts) + ")"
    if function == "CheckValue":
        return f"{column} IS NOT DISTINCT FROM {literal(tree['Value'])}"
    if function == "CheckNotValue":
        return f"{column} IS DISTINCT FROM {literal(tree['Value'])}"
    return expression(tree)


def required(tree):
    """Return what a rule requires; null where a column is null and may be."""
    function = tree.get("CheckFunction")
    if function in ("AND", "OR"):
        parts = [required(item) for item in tree["Items"]]
        if None in parts:
            return None
        return "(" + f" {function} ".join(parts) + ")"
    if function == "CheckValue" and tree["Value"] is not None:
        return f"{tree['ColumnName']} = {literal(tree['Value'])}"
    if function in ("CheckValue", "CheckNotValue"):
        return condition(tree)
    return expression(tree)


def expression(tree):
    template = HOLDS.get(tree.get("CheckFunction"))
    return template and template.format(
        a=tree.get("ColumnName", tree.get("ColumnAName")),
        b=tree.get("ColumnBName"),
        c=tree.get("ResultColumnName"),
        v=literal(tree.get("Value")),
    )


def literal(value):
    if value is None:
        return "NULL"
    return (
        str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
    )
