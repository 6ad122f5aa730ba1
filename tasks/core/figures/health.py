"""How the pipeline itself stands: gauges of the moment."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

PREFIX = "costwarden_"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a gauge says.

    Attributes:
        head: Its title where people read it as a column.
        unit: Of its value; empty for plain counts.
        labels: What there is one for each of.
        text: One sentence.
    """

    head: str
    unit: str
    labels: tuple[str, ...]
    text: str


FLOW, STAGE, SOURCE, SINK = ("flow",), ("flow", "stage"), ("source",), ("sink",)
TIME, SECONDS, DAYS = "seconds since 1970", "seconds", "days"

GAUGES = {
    "last_success_timestamp_seconds": Meaning(
        "last success", TIME, FLOW, "End of the newest run none of whose stages failed."
    ),
    "last_duration_seconds": Meaning("took", SECONDS, FLOW, "How long that run took."),
    "turn_wait_seconds": Meaning(
        "waited",
        SECONDS,
        FLOW,
        "How long its newest run waited for the warehouse's turn.",
    ),
    "stage_last_success_timestamp_seconds": Meaning(
        "last success", TIME, STAGE, "When the stage last went well."
    ),
    "stage_last_duration_seconds": Meaning(
        "took", SECONDS, STAGE, "How long it took when it last ended."
    ),
    "stage_last_rows_in": Meaning("rows in", "", STAGE, "What it last looked at."),
    "stage_last_rows_out": Meaning("rows out", "", STAGE, "What it last wrote."),
    "stage_failed": Meaning(
        "failed", "", STAGE, "1 where it failed the last time, else 0."
    ),
    "source_lag_days": Meaning(
        "newest day",
        DAYS,
        SOURCE,
        "Age of the newest day whose usage its bills tell of.",
    ),
    "source_bill_age_seconds": Meaning(
        "newest export", SECONDS, SOURCE, "Age of the newest export that was taken."
    ),
    "quarantined_versions": Meaning(
        "quarantined", "", SOURCE, "Exports put aside, with no later one of their bill."
    ),
    "undelivered_events": Meaning(
        "waiting", "", SINK, "Events that the sink should have by now."
    ),
    "undelivered_oldest_seconds": Meaning(
        "for", SECONDS, SINK, "Age of the oldest of them; 0 without any."
    ),
    "dead_letters": Meaning("refused", "", SINK, "Events that it will not take."),
    "sink_failures": Meaning(
        "failures", "", SINK, "Tries that failed since it last worked."
    ),
    "sink_last_success_timestamp_seconds": Meaning(
        "last success", TIME, SINK, "When it last took something."
    ),
    "disk_free_bytes": Meaning(
        "disk free", "bytes", (), "Free where the warehouse lies."
    ),
    "warehouse_bytes": Meaning("warehouse", "bytes", (), "Size of the warehouse."),
    "saving_predicted_monthly": Meaning(
        "saving a month",
        "billing currency",
        ("provider", "action", "billing_currency"),
        "What open recommendations would save a month.",
    ),
}


@dataclass(frozen=True, slots=True)
class Gauge:
    """One value of the moment.

    Attributes:
        name: One of ``GAUGES``.
        labels: As ``GAUGES`` names them.
        value: Finite.
    """

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float

    @property
    def metric(self) -> str:
        """Its name in a store."""
        return f"{PREFIX}{self.name}"


def gauges(rows: Iterable[Mapping[str, object]]) -> Iterator[Gauge]:
    """Yield the gauges of rows, whose columns are labels and names of gauges.

    Examples:
        >>> list(gauges([{"sink": "kafka", "dead_letters": 2, "sink_failures": None}]))
        [Gauge(name='dead_letters', labels=(('sink', 'kafka'),), value=2.0)]
    """
    for row in rows:
        for name, meaning in GAUGES.items():
            value = row.get(name)
            if isinstance(value, int | float) and math.isfinite(value):
                told = tuple((label, str(row[label])) for label in meaning.labels)
                yield Gauge(name, told, float(value))


def line(gauge: Gauge, now: datetime, marks: Mapping[str, str]) -> str:
    """Return a gauge as the import API takes it.

    Args:
        gauge: Which.
        now: When it was so.
        marks: Further labels, the same for all.
    """
    return json.dumps(
        {
            "metric": {"__name__": gauge.metric, **dict(gauge.labels), **marks},
            "values": [gauge.value],
            "timestamps": [int(now.timestamp() * 1000)],
        },
        ensure_ascii=False,
    )


def exposition(told: Iterable[Gauge]) -> str:
    r"""Return gauges in Prometheus' text format.

    Examples:
        >>> dead = Gauge("dead_letters", (("sink", 'a "b"'),), 2.0)
        >>> print(exposition([dead]), end="")
        # HELP costwarden_dead_letters Events that it will not take.
        # TYPE costwarden_dead_letters gauge
        costwarden_dead_letters{sink="a \"b\""} 2.0
    """
    lines = []
    for name, group in groupby(sorted(told, key=_order), lambda gauge: gauge.name):
        lines.append(f"# HELP {PREFIX}{name} {GAUGES[name].text}")
        lines.append(f"# TYPE {PREFIX}{name} gauge")
        for gauge in group:
            labels = ",".join(f'{key}="{_escaped(text)}"' for key, text in gauge.labels)
            told_labels = f"{{{labels}}}" if labels else ""
            lines.append(f"{gauge.metric}{told_labels} {gauge.value!r}")
    return "".join(f"{line}\n" for line in lines)


def _order(gauge: Gauge) -> tuple[str, tuple[tuple[str, str], ...]]:
    return gauge.name, gauge.labels


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
