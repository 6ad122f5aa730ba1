"""The commands about figures: how the pipeline stands, and rules for vmalert."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from flows.answers import Answer, Table, Verbatim, answering, answering_anywhere


@click.command()
@click.option(
    "--prometheus", "as_text", is_flag=True, help="Answer in Prometheus' text format."
)
@answering
def health(settings: Any, *, as_text: bool) -> Answer:
    """Say how the pipeline stands: last success, lags, backlogs, free disk.

    docs/metrics.md says what each line means.
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
    rows = [
        (
            gauge.name,
            ", ".join(text for _, text in gauge.labels),
            _shown(gauge.value, GAUGES[gauge.name].unit),
        )
        for gauge in found
    ]
    return Answer(facts, (Table(("what", "of", "value"), rows, right=("value",)),))


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
    if unit == "seconds since 1970":
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S}"
    return f"{value:,.2f}".rstrip("0").rstrip(".") + (f" {unit}" if unit else "")


ALL = (health, rules)
