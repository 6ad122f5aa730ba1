"""HTML files that open without a network.

A content security policy lets no script run but those that the page was written with,
and nothing be fetched at all.
"""

import base64
import hashlib
import json
import os
from decimal import Decimal
from pathlib import Path

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from tasks.core.reporting import wording
from tasks.core.reporting.charts import Figure

TEMPLATES = Path(__file__).parent / "templates"


def environment() -> jinja2.Environment:
    """Return what renders the templates; it escapes all that is put into them."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["money"] = _money
    return templates


def _money(value: Decimal, currency: str, *, signed: bool = False) -> str:
    """Write an amount whose currency stays on its line."""
    said = wording.money(value, currency, signed=signed)
    return said.replace(" ", "\N{NO-BREAK SPACE}")


def render(
    templates: jinja2.Environment,
    name: str,
    figures: dict[str, Figure],
    **values: object,
) -> str:
    """Return a page with its figures, its scripts and its style in it.

    Args:
        templates: As of ``environment``.
        name: The page's template.
        figures: By the id of their place in the page.
        **values: For the template.
    """
    script = _source("report.js")
    plotly = get_plotlyjs()
    return templates.get_template(name).render(
        figures=_embedded(figures),
        style=Markup(_source("report.css")),  # noqa: S704 (our own file)
        plotly=Markup(plotly),  # noqa: S704 (the library's own file)
        script=Markup(script),  # noqa: S704 (our own file)
        hashes=[_hash(plotly), _hash(script)],
        **values,
    )


def save(path: Path, text: str) -> None:
    """Write a page, replacing the one before it as a whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def _embedded(figures: dict[str, Figure]) -> Markup:
    """Write values as JSON that cannot close the script element it stands in."""
    text = json.dumps(figures, allow_nan=False, separators=(",", ":"), sort_keys=True)
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 (nothing of HTML is left in it)


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
