"""Charts of a back-test, as plain values for plotly.js."""

from collections.abc import Sequence
from typing import Any

from tasks.core.backtest import shapes
from tasks.core.backtest.figures import Cell, Figures
from tasks.core.backtest.trials import Backtest
from tasks.core.reporting.charts import Figure, label

COLOURS = dict(zip(shapes.SIZES, ("@c3", "@c1", "@c4"), strict=True))


def figures(found: Backtest) -> dict[str, Figure]:
    """Return the figures of a page, by the id of their places."""
    return {"recall": recall(found.cells), "choice": choice(found)}


def recall(cells: Sequence[Cell]) -> Figure:
    """Show which share of each kind and size is found."""
    traces = [
        {
            "type": "bar",
            "name": size,
            "x": [label(cell.kind.replace("_", " ")) for cell in own],
            "y": [round(100 * cell.recall, 1) for cell in own],
            "marker": {"color": COLOURS[size]},
            "customdata": [f"{cell.caught} of {cell.hidden}" for cell in own],
            "hovertemplate": "%{x}: %{customdata}<extra>%{fullData.name}</extra>",
        }
        for size in shapes.SIZES
        if (own := [cell for cell in cells if cell.size == size])
    ]
    layout = {
        "barmode": "group",
        "xaxis": {"type": "category", "showgrid": False},
        "yaxis": {"title": {"text": "found, %"}, "range": [0, 103]},
        "showlegend": True,
    }
    return {"data": traces, "layout": layout}


def choice(found: Backtest) -> Figure:
    """Show what more alerts a week would buy, and what simple methods get for them."""
    present, *simple = found.methods
    tried = [one.figures for one in found.proposal.tried]
    names = [", ".join(_setting(one.settings)) for one in found.proposal.tried]
    traces = [
        _dots("other settings", tried, "@other", names),
        _dots("simple methods", simple, "@warn", [one.method for one in simple]),
        _dots("as set now", [present], "@c1", ["as set now"], size=12),
    ]
    if found.proposal.is_better:
        best = [found.proposal.proposed]
        traces.append(_dots("proposed", best, "@good", ["proposed"], size=12))
    layout = {
        "xaxis": {"title": {"text": "alerts a week on the plain history"}},
        "yaxis": {"title": {"text": "found, %"}, "range": [0, 103]},
        "showlegend": True,
    }
    return {"data": traces, "layout": layout}


def _setting(settings: dict[str, float]) -> list[str]:
    return [f"{key} {value:g}" for key, value in settings.items()]


def _dots(
    name: str,
    members: Sequence[Figures],
    colour: str,
    texts: Sequence[str],
    size: int = 7,
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [one.alerts_per_week for one in members],
        "y": [round(100 * one.recall, 1) for one in members],
        "marker": {"color": colour, "size": size},
        "customdata": [label(text, 120) for text in texts],
        "hovertemplate": "%{customdata}: %{y}% at %{x:.2f} a week<extra></extra>",
    }
