"""Options that several commands share, and how times are written."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from tasks.core.months import in_utc

Command = TypeVar("Command", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A day, written so that no two countries read it differently."""

    name = "YYYY-MM-DD"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> date:
        """Read ``2026-03-05``."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day; write it as YYYY-MM-DD.", param, ctx)


class File(click.ParamType[str]):
    """A file, which need not be there; never the default because nothing was said."""

    name = "FILE"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Refuse an empty name, as of a variable that is not set, and a folder."""
        path = str(value)
        if not path.strip():
            self.fail("it is empty; name a file.", param, ctx)
        if Path(path).is_dir():
            self.fail(f"{path} is a folder; name a file.", param, ctx)
        return path


class Moment(click.ParamType[datetime]):
    """A time in UTC, or in the zone that it names."""

    name = "TIME"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """Read ``2026-03-05``, ``2026-03-05T12:00`` or ``2026-03-05T12:00+01:00``."""
        try:
            return in_utc(
                value
                if isinstance(value, datetime)
                else datetime.fromisoformat(str(value))
            )
        except ValueError:
            self.fail(
                f"{value!r} is not a time; write it as YYYY-MM-DDThh:mm.", param, ctx
            )


as_of = click.option(
    "--as-of",
    type=Moment(),
    help="Judge with what was known then, UTC unless it names a zone; default: now.",
)
known_at = click.option(
    "--known-at",
    type=Moment(),
    help="When the export was made; default: what the export itself says.",
)
source = click.option(
    "--source", metavar="NAME", help="Keep the bills under this name."
)
is_muted = click.option(
    "--muted", "is_muted", is_flag=True, help="Tell no sink what is found."
)
is_verbose = click.option(
    "--verbose", "is_verbose", is_flag=True, help="Show Prefect's own log lines."
)
engine = click.option(
    "--engine",
    metavar="ENGINE",
    help="Where bills are summed: local, dask, or dask://HOST:PORT."
    "  [default: as the settings say]",
)
rows = click.option(
    "--rows",
    type=click.IntRange(10_000, 100_000_000),
    default=200_000,
    show_default=True,
    help="Charge rows to generate.",
)
formats = click.option(
    "--formats",
    callback=lambda _context, _option, text: text.split(",") if text else None,
    help="Only these exports, e.g. aws_cur2,azure_focus.",
)
resources = click.option(
    "--resources",
    type=click.IntRange(0),
    help="Resources at AWS in a large bill.  [default: one for 50 rows]",
)
is_final = click.option(
    "--final-only",
    "is_final",
    is_flag=True,
    help="One bill of each month, as it is in the end, and no earlier ones.",
)


def most(which: str) -> Callable[[Command], Command]:
    """Return the option that says how many rows a listing shows."""
    return click.option(
        "--most",
        type=click.IntRange(1),
        default=40,
        show_default=True,
        help=f"So many, {which}.",
    )
