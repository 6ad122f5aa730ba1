"""The commands that list what was found: anomalies and recommendations."""

from typing import Any

import click

from flows import options
from flows.answers import Answer, Table, answering

# Bills that are loaded are not looked at before a run.
NOT_LOOKED = "Nobody has looked yet: costwarden run does."


@click.command()
@click.option("--all", "is_all", is_flag=True, help="Show those that are over, too.")
@options.most("the weightiest")
@answering
def anomalies(settings: Any, *, is_all: bool, most: int) -> Answer:
    """List open anomalies, the weightiest of each currency first.

    `costwarden explain ID` says what drove one, and `costwarden report` shows it.
    """
    from tasks.core.reporting import wording
    from tasks.core.reporting.rows import OPEN
    from tasks.edge.reporting import lookups

    found = lookups.anomalies(settings)
    listed = [row for row in found if is_all or row["status"] in OPEN]
    table = Table(
        ("anomaly", "impact", "severity", "status", "kind", "first day", "last", "of"),
        [
            (
                row["anomaly_id"],
                wording.money(row["impact"], row["billing_currency"], signed=True),
                row["severity"],
                row["status"],
                row["kind"].replace("_", " "),
                row["first_date"],
                row["last_date"],
                row["scope"],
            )
            for row in listed[:most]
        ],
        right=("impact",),
    )
    said: list[str | Table] = [table] if listed else ["No anomaly is open."]
    if not found and not lookups.has_done(settings, "detect_anomalies"):
        said = [NOT_LOOKED]
    if len(listed) > most:
        said.append(f"{len(listed) - most} more: --most shows them.")
    if len(found) > len(listed):
        said.append(f"{len(found) - len(listed)} are over: --all shows them.")
    return Answer(listed[:most], tuple(said))


@click.command()
@options.most("the largest")
@answering
def recommendations(settings: Any, *, most: int) -> Answer:
    """List open recommendations, the largest saving first, with the policy's verdict.

    Savings are for 30 days. `costwarden report` says what each rests on.
    """
    from tasks.core.reporting import wording
    from tasks.edge.reporting import lookups

    found = lookups.recommendations(settings)
    table = Table(
        ("saves", "costs", "action", "now → then", "risk", "verdict", "resource"),
        [
            (
                wording.money(row["monthly_saving"], row["billing_currency"]),
                wording.money(row["monthly_cost"], row["billing_currency"]),
                row["action"].replace("_", " "),
                " → ".join(filter(None, (row["current"], row["proposed"]))),
                row["risk"],
                wording.verdict(row["decision"]),
                row["resource_id"],
            )
            for row in found[:most]
        ],
        right=("saves", "costs"),
    )
    said: list[str | Table] = [table] if found else ["No recommendation is open."]
    if not found and not lookups.has_done(settings, "recommend_changes"):
        said = [NOT_LOOKED]
    if len(found) > most:
        said.append(f"{len(found) - most} more: --most shows them.")
    return Answer(found[:most], tuple(said))


ALL = (anomalies, recommendations)
