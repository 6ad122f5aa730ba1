"""Read what people meant by their tags.

Tags are typed by hand: ``Env``, ``env `` and ``enviroment`` are one key, ``PRD`` and
``Production`` one value. Where two tags contradict each other, the more protected
reading wins; where nothing can be read, nothing is assumed.
"""

import difflib
import re
from collections.abc import Iterator, Mapping

# Most protected first.
ENVIRONMENTS = {
    "production": ("production", "prod", "prd", "live", "produktion"),
    "staging": ("staging", "stage", "stg", "preproduction", "preprod", "uat", "qa"),
    "test": ("test", "tst", "testing", "integration", "ci"),
    "development": ("development", "develop", "dev"),
    "sandbox": ("sandbox", "sbx", "playground", "lab", "experiment", "demo"),
}
ENVIRONMENT_KEYS = ("environment", "env", "stage", "environmenttype")

PROTECTION_KEYS = ("protected", "donotdelete", "donotstop", "costwardenprotected")
REFUSALS = ("", "false", "no", "0", "off", "none")

# What exports put before a person's own key.
PREFIX = re.compile(r"^(user|aws|resource_?tags)[:/_]+(user[:_])?", re.IGNORECASE)

# A machine that something else starts again: a change to it would be undone.
OWNER_KEYS = {
    "aws:autoscaling:groupname": "an auto scaling group",
    "aws:elasticmapreduce:jobflowid": "a cluster of Elastic MapReduce",
    "eks:nodegroupname": "a Kubernetes node group",
    "aks-managed-poolname": "a Kubernetes node pool",
    "goog-k8s-cluster-name": "a Kubernetes cluster",
}

# Similarity from which a longer word counts as a misspelling of another: lets one
# or two wrong letters of "environment" pass, but not "department".
ALIKE_RATIO = 0.8
MISSPELT_FROM_LETTERS = 6


def environment(tags: Mapping[str, str]) -> str | None:
    """Return the environment that the tags name.

    Returns:
        A key of ``ENVIRONMENTS``; ``"unknown"`` when a tag is there but says
        something else; None when there is no such tag.

    Examples:
        >>> environment({"Enviroment ": " PRD"})
        'production'
        >>> environment({"env": "dev", "Environment": "prod"})
        'production'
        >>> environment({"env": "blue"})
        'unknown'
        >>> environment({"team": "web"}) is None
        True
    """
    said = {_environment_of(value) for value in _values(tags, ENVIRONMENT_KEYS)}
    # "unknown" beside a clear word stays unknown unless that word is production.
    for name in ("production", "unknown", *ENVIRONMENTS):
        if name in said:
            return name
    return None


def protection(tags: Mapping[str, str]) -> str | None:
    """Return the tag that forbids automatic changes, as ``key=value``, or None.

    Examples:
        >>> protection({"Do-Not-Delete": "yes"})
        'Do-Not-Delete=yes'
        >>> protection({"protected": "false"}) is None
        True
    """
    for key, value in tags.items():
        forbids = value.strip().casefold() not in REFUSALS
        if forbids and _word(_own_part(key)) in PROTECTION_KEYS:
            return f"{key}={value}"
    return None


def owner(tags: Mapping[str, str]) -> str | None:
    """Return what manages the resource and would undo a change, or None."""
    for key in tags:
        plain = key.strip().casefold()
        if plain in OWNER_KEYS:
            return OWNER_KEYS[plain]
    return None


def _values(tags: Mapping[str, str], names: tuple[str, ...]) -> Iterator[str]:
    for key, value in tags.items():
        word = _word(_own_part(key))
        if word in names or _is_misspelt(word, names):
            yield value


def _environment_of(value: str) -> str:
    word = _word(value)
    for name, words in ENVIRONMENTS.items():
        if word in words:
            return name
    for name, words in ENVIRONMENTS.items():
        if _is_misspelt(word, words):
            return name
    return "unknown"


def _own_part(key: str) -> str:
    """Drop the prefixes that exports put before a person's own key."""
    return PREFIX.sub("", key.strip())


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def _is_misspelt(word: str, names: tuple[str, ...]) -> bool:
    long = [name for name in names if len(name) >= MISSPELT_FROM_LETTERS]
    return bool(difflib.get_close_matches(word, long, n=1, cutoff=ALIKE_RATIO))
