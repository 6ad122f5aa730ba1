"""Writes to terminals and pipes that do not know every character.

A locale such as C, or PYTHONIOENCODING, may leave only ASCII or Latin-1. What cannot be
written there is written as what comes near it: a minus must not become a question mark.
"""

import codecs
import io
import os
import sys

NAME = "costwarden.plain"
NEAR = {
    "\N{MINUS SIGN}": "-",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{RIGHTWARDS ARROW}": "->",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{MIDDLE DOT}": "-",
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{BOX DRAWINGS LIGHT HORIZONTAL}": "-",
}


def near(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for characters that cannot be written, and where to go on.

    Raises:
        UnicodeError: It is about reading.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(NEAR.get(character, "?") for character in lost), error.end


def prepare() -> None:
    """Let nothing that we print fail for want of a character."""
    codecs.register_error(NAME, near)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=NAME)


def is_written() -> bool:
    """Write what still waits, and tell whether it went out; a reader may be gone."""
    try:
        sys.stdout.flush()
    except OSError:
        # Python would try once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


def is_complete() -> bool:
    """Tell whether the standard output takes every character."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return codecs.lookup(encoding).name.startswith("utf")
