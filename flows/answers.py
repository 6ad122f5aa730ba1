"""What a command answers: for people, for machines, and as an exit status."""

import json
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from functools import wraps
from typing import Any

import click

from flows import plain
from flows.options import File

# What DuckDB raises where Ctrl-C met a query.
CUT_SHORT = "Query interrupted"

DONE, FAILED, WRONG_USAGE, QUARANTINED = 0, 1, 2, 3


class Verbatim(str):
    """A line that people copy, such as a command: it is never broken."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for people.

    Attributes:
        heads: Titles of the columns.
        rows: Cells, any type; None is shown as nothing.
        right: Titles of the columns that are set to the right.
    """

    heads: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    right: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command has to say.

    Attributes:
        facts: For ``--json``: dataclasses, mappings, sequences and plain values.
        said: For people, from top to bottom: lines and tables.
        problems: Sentences about input that was set aside; exit status 3.
        status: Exit status where there are no problems.
    """

    facts: Any
    said: tuple[str | Table, ...] = ()
    problems: tuple[str, ...] = field(default=())
    status: int = DONE


def answering(command: Callable[..., Answer]) -> Callable[..., None]:
    """Turn a function of settings into a click command about an existing warehouse.

    Adds ``--database``, ``--config``, ``--json`` and ``--debug``; what the function
    raises on purpose becomes one sentence and an exit status. Where there is no
    warehouse the function is not called: a misspelt name must not make one.
    """

    @wraps(command)
    def on_existing(settings: Any, **options: object) -> Answer:
        from tasks.edge.database import warehouse

        warehouse.require(settings.database)
        return command(settings, **options)

    return answering_anywhere(on_existing)


def answering_anywhere(command: Callable[..., Answer]) -> Callable[..., None]:
    """Do what ``answering`` does for commands that make a warehouse or need none."""

    @click.option("--database", type=File(), help="Warehouse to use.")
    @click.option("--config", type=File(), help="Settings file to use.")
    @click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
    @click.option("--debug", is_flag=True, help="Show where an error came from.")
    @wraps(command)
    def invoke(
        *,
        database: str | None,
        config: str | None,
        as_json: bool,
        debug: bool,
        **options: object,
    ) -> None:
        from tasks.edge.settings import load

        context = click.get_current_context()
        if context.invoked_subcommand:
            return
        above = context.parent.params if context.parent else {}
        database = database or above.get("database")
        config = config or above.get("config")
        as_json = as_json or above.get("as_json", False)
        debug = debug or above.get("debug", False)
        try:
            settings = load(
                config, database=database, engine=options.pop("engine", None)
            )
            answer = command(settings, **options)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # nobody after us can explain it
            if isinstance(error, RuntimeError) and str(error) == CUT_SHORT:
                raise KeyboardInterrupt from error
            _explain(error, as_json=as_json, debug=debug)
        else:
            _answer(answer, as_json=as_json)

    return invoke


def _answer(answer: Answer, *, as_json: bool) -> None:
    status = QUARANTINED if answer.problems else answer.status
    if as_json:
        _print_json({"status": status, "answer": answer.facts})
    else:
        from flows.screen import show

        show(answer.said)
    for problem in answer.problems:
        click.echo(problem, err=True)
    raise click.exceptions.Exit(status)


def _explain(error: Exception, *, as_json: bool, debug: bool) -> None:
    from tasks.core.errors import ConfigError, CostwardenError

    if debug:
        traceback.print_exception(error)
    meant = isinstance(error, CostwardenError)
    kind = type(error).__name__
    sentence = " ".join(str(error).split())
    if isinstance(error, OSError) and error.filename and error.strerror:
        sentence = (
            f"{error.filename}: {error.strerror}. Is the path right, and may this user"
            " read and write there?"
        )
    elif not meant:
        sentence = f"{kind}: {sentence} (unexpected; --debug shows where)"
    status = WRONG_USAGE if isinstance(error, ConfigError) else FAILED
    if as_json:
        _print_json({"status": status, "error": kind, "sentence": sentence})
    click.echo(sentence, err=True)
    raise click.exceptions.Exit(status)


def _print_json(facts: dict[str, Any]) -> None:
    is_escaped = not plain.is_complete()
    json.dump(facts, sys.stdout, default=_plain, ensure_ascii=is_escaped, indent=2)
    sys.stdout.write("\n")


def _plain(value: object) -> object:
    """Amounts and times become text: JSON's numbers would round the one."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)
