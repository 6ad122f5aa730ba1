"""The commands of ``costwarden`` that only look: explain, doctor."""

from typing import Any

import click

from flows.answers import DONE, FAILED, Answer, Table, answering


@click.command()
@click.argument("anomaly_id", metavar="ID")
@answering
def explain(settings: Any, *, anomaly_id: str) -> Answer:
    """Say what an anomaly is and what drove it. ID may be shortened."""
    from tasks.core.reporting import wording
    from tasks.edge import lookups

    found = lookups.anomaly(settings, anomaly_id)
    row, currency = found.anomaly, found.anomaly["billing_currency"]
    drivers = Table(
        ("effect", "where", "which", "impact", "share"),
        [
            (
                driver["effect"],
                driver["dimension"],
                driver["member"],
                wording.money(driver["impact"], currency, signed=True),
                f"{100 * driver['share']:.0f}%" if driver["share"] is not None else "",
            )
            for driver in found.drivers
        ],
        right=("impact", "share"),
    )
    facts = Table(
        ("what", "value"),
        [
            (name, value)
            for name, value in row.items()
            if value is not None and name != "explanation"
        ],
    )
    said = row["explanation"] or "Nobody has explained it yet: run costwarden detect."
    return Answer(found, (said, facts, drivers) if found.drivers else (said, facts))


@click.command()
@answering
def doctor(settings: Any) -> Answer:
    """Say which parts are there, reachable, and of a supported version."""
    from tasks.edge import doctor

    parts = doctor.examine(settings)
    table = Table(
        ("part", "state", "detail"),
        [(part.name, part.state, part.detail) for part in parts],
    )
    ill = any(part.state == "failed" for part in parts)
    return Answer(parts, (table,), status=FAILED if ill else DONE)


ALL = (explain, doctor)
