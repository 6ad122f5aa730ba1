"""The commands about figures: how the pipeline stands, and rules for vmalert."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.answers import Answer, Table, Verbatim, answering, answering_anywhere

if TYPE_CHECKING:
    from tasks.core.figures.health import Gauge

MINUTE = 60.0
# Of what is not written otherwise; what the row itself says needs no unit.
UNITS = {"seconds": "s", "days": "days old"}


@click.command()
@click.option(
    "--prometheus", "as_text", is_flag=True, help="Answer in Prometheus' text format."
)
@answering
def health(settings: Any, *, as_text: bool) -> Answer:
    """Say how the pipeline stands: last success, lags, backlogs, free disk.

    docs/metrics.md says what each figure means, and what --prometheus calls it.
    """
    from tasks.core.figures.health import GAUGES, exposition
    from tasks.edge.reporting.health import read

    found = read(settings)
    facts = [
        {
            "metric": gauge.metric,
            "labels": dict(gauge.labels),
            "value": gauge.value,
            "unit": GAUGES[gauge.name].unit,
        }
        for gauge in found
    ]
    if as_text:
        lines = exposition(found).splitlines()
        return Answer(facts, tuple(Verbatim(line) for line in lines))
    return Answer(facts, tuple(_tables(found)))


def _tables(found: Sequence["Gauge"]) -> Iterator[Table]:
    """Yield a table for each kind of thing that is measured, a row for each thing."""
    from tasks.core.figures.health import GAUGES

    kinds: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, str]]] = {}
    for gauge in found:
        meaning = GAUGES[gauge.name]
        things = kinds.setdefault(meaning.labels, {})
        cells = things.setdefault(tuple(text for _, text in gauge.labels), {})
        cells[meaning.head] = _shown(gauge.value, meaning.unit)
    for labels, things in kinds.items():
        heads = [
            meaning.head
            for meaning in GAUGES.values()
            if meaning.labels == labels
            and any(meaning.head in cells for cells in things.values())
        ]
        yield Table(
            (*(label.replace("_", " ") for label in labels), *heads),
            [
                (*thing, *(cells.get(head) for head in heads))
                for thing, cells in things.items()
            ],
            right=tuple(heads),
        )


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write; default: show them."
)
@answering_anywhere
def rules(settings: Any, *, out: Path | None) -> Answer:
    """Write the rules for vmalert that mean what [[detect.thresholds]] means."""
    from tasks.core.figures.rules import thresholds

    text = thresholds(settings.detect)
    if out is None:
        return Answer({"rules": text}, tuple(map(Verbatim, text.splitlines())))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    return Answer({"path": str(out)}, (f"Rules: {out}",))


def _shown(value: float, unit: str) -> str:
    """Write a value so that it is short, and its unit is plain."""
    if unit == "seconds since 1970":
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M}"
    if unit == "seconds" and value >= MINUTE:
        return str(timedelta(seconds=round(value)))
    if unit == "bytes":
        return f"{value / 1e9:,.2f} GB"
    if unit == "billing currency":
        return f"{value:,.2f}"
    short = f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{short} {UNITS.get(unit, '')}".rstrip()


ALL = (health, rules)
