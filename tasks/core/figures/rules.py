"""Rules for vmalert that mean what the settings' thresholds mean in detection.

The expression of a rule is about one day: evaluated at any time of a day (UTC) it
returns the series of ``cost_daily`` that exceed the threshold on that day, and by how
much. The alert looks back over the days that bills may still be missing.

Known weakness: what is expected of a day is not asked for, so ``unless_expected`` has
no effect here.
"""

from typing import Any

import yaml

from tasks.core.detection.declaration import Detection, Threshold
from tasks.core.figures.series import matching

# Bills come a day or two after the days they tell of; see ``settle_days``.
LATE_DAYS = 2
# No deviation at all never exceeds a bound, even if the bound is zero.
SMALLEST = 1e-9

SEVERITIES = ("medium", "high", "critical")

SUMMARY = (
    "{{ $labels.provider }} {{ $labels.service_name }} cost"
    ' {{ $labels.billing_currency }} {{ printf "%.2f" $value }} more than the mean of'
    " its weekday"
)

HEAD = """\
# Alerts when a series costs more than its threshold allows.
#
# Written by `costwarden rules` from [[detect.thresholds]] of the settings; change those
# and write it again. It reads the series cost_daily: docs/metrics.md.
"""


def expression(rule: Threshold) -> str | None:
    """Return what a rule means in MetricsQL; None for one without a bound.

    The mean is that of the same weekday in earlier weeks, of those that are known; at
    least two must be, or all where the rule spans one.
    """
    if rule.absolute is None and rule.percent is None:
        return None
    wanted = {"charge_kind": rule.charge_kind}
    if rule.provider is not None:
        wanted["provider"] = rule.provider
    series = matching("cost_daily", wanted)
    weeks = ", ".join(
        f'label_set(last_over_time({series}[1d] offset {7 * week}d), "week", "{week}")'
        for week in range(1, rule.weeks + 1)
    )
    absolute = max(rule.absolute or 0.0, SMALLEST)
    bounds = [f"excess >= {absolute!r}"]
    if rule.percent is not None:
        bounds.append(f"excess >= abs(mean) * {rule.percent / 100!r}")
    return (
        "WITH (\n"
        f"  weeks = union({weeks}),\n"
        "  known = count(weeks) without (__name__, week),\n"
        f"  mean = avg(weeks) without (__name__, week)"
        f" if (known >= {min(2, rule.weeks)}),\n"
        f"  excess = sum(last_over_time({series}[1d])) without (__name__) - mean\n"
        f")\n{' and '.join(f'({bound})' for bound in bounds)}"
    )


def thresholds(detect: Detection) -> str:
    """Return the file of rules for all thresholds of the settings."""
    found = [_rule(rule, detect) for rule in detect.thresholds]
    group = {
        "name": "cost thresholds",
        "interval": "5m",
        "rules": [rule for rule in found if rule],
    }
    return HEAD + yaml.dump(
        {"groups": [group]},
        Dumper=_Readable,
        sort_keys=False,
        allow_unicode=True,
        width=1_000,
    )


class _Readable(yaml.SafeDumper):
    """Writes texts of several lines as they are."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Readable.add_representer(str, _text)


def _rule(rule: Threshold, detect: Detection) -> dict[str, Any] | None:
    told = expression(rule)
    if told is None:
        return None
    days = detect.settle_days + LATE_DAYS
    return {
        "alert": "CostThreshold",
        "expr": f"last_over_time((\n{told}\n)[{days}d:1d])",
        "labels": {
            "kind": "threshold",
            "direction": "up",
            "severity": _severity(detect),
            "generator": "vmalert",
            "threshold": _in_words(rule),
        },
        "annotations": {
            "summary": SUMMARY,
            "description": f"Threshold: {_in_words(rule)}. The newest day of the last"
            f" {days} that exceeds it counts.",
        },
    }


def _in_words(rule: Threshold) -> str:
    bounds = []
    if rule.absolute is not None:
        bounds.append(f"{rule.absolute:g} a day")
    if rule.percent is not None:
        bounds.append(f"{rule.percent:g} percent")
    return (
        f"{' and '.join(bounds)} over {rule.weeks} weeks, {rule.charge_kind} of"
        f" {_plain(rule.provider) if rule.provider else 'every provider'}"
    )


def _plain(text: str) -> str:
    """Return a text that vmalert does not take for a template."""
    return text.replace("{{", "{ {")


def _severity(detect: Detection) -> str:
    """Return the template that names the severity of an amount."""
    steps = zip(reversed(SEVERITIES), reversed(detect.severities), strict=True)
    chosen = "{{ else ".join(
        f"if ge $value {bound!r} }}}}{name}" for name, bound in steps
    )
    return f"{{{{ {chosen}{{{{ else }}}}low{{{{ end }}}}"
