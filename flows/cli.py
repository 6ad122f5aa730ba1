"""The ``costwarden`` command.

Nothing heavy is imported before a command runs, so that help is there at once.
"""

import sys
from collections.abc import Sequence

import click

from flows import (
    ahead,
    backtesting,
    commands,
    delivering,
    figures,
    inprocess,
    listing,
    lookups,
    people,
    plain,
    reconcile,
    responding,
    scoring,
    versions,
)
from flows.answers import FAILED

INTERRUPTED = 130
STOPPED = "Stopped. What was finished stays; the same command goes on from there."


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "Exit status: 0 done, 1 failed, 2 wrong usage or settings, 3 done, but some"
        " input was quarantined or some sink took nothing."
    ),
)
@click.version_option(package_name="costwarden")
def costwarden() -> None:
    """Watch cloud bills, find what is odd in them, and plan what would save money.

    Nothing is changed in any cloud.
    """


for command in (
    *commands.ALL,
    *ahead.ALL,
    *versions.ALL,
    *listing.ALL,
    *lookups.ALL,
    *people.ALL,
    *reconcile.ALL,
    *scoring.ALL,
    *responding.ALL,
    *backtesting.ALL,
    *delivering.ALL,
    *figures.ALL,
):
    costwarden.add_command(command)


def execute(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status."""
    inprocess.prepare(is_verbose="--verbose" in arguments)
    try:
        status = costwarden.main(
            list(arguments), prog_name="costwarden", standalone_mode=False
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(STOPPED, err=True)
        return INTERRUPTED
    except BrokenPipeError:
        return FAILED
    except OSError as error:
        click.echo(f"The answer cannot be written: {error.strerror}.", err=True)
        return FAILED
    return status if isinstance(status, int) else 0


def main(command: str | None = None) -> None:
    """Run the command line of this process.

    Args:
        command: Put in front of the arguments, for ``python -m flows.daily``.
    """
    plain.prepare()
    given = sys.argv[1:]
    status = execute([command, *given] if command else given)
    sys.exit(status if plain.is_written() else status or FAILED)


if __name__ == "__main__":
    main()
