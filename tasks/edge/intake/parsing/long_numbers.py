"""Keep all digits of numbers in JSON, of which DuckDB makes binary floats.

Exporters write amounts as text or as floats, which have up to 17 digits. A file with
longer ones is copied with these as text.
"""

import mmap
import re
from pathlib import Path

# The value of a key. Within a string its quotation marks would be escaped, and what
# stands between two strings is no word.
VALUE = re.compile(
    rb'("\w+"\s*:\s*)(-?[0-9][0-9.]{17,}(?:[eE][-+]?[0-9]+)?)(?=\s*[,}\]])'
)
EXACT_DIGITS = 17


def as_text(path: Path, scratch: Path) -> Path:
    """Return a file of JSON in which no number has more digits than a float."""
    with path.open("rb") as stream:
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if not any(_is_long(found[2]) for found in VALUE.finditer(content)):
                return path
        target = scratch / "long numbers"
        with target.open("wb") as plain:
            for line in stream:
                plain.write(VALUE.sub(rb'\1"\2"', line))
    return target


def _is_long(number: bytes) -> bool:
    mantissa = re.split(rb"[eE]", number)[0]
    return len(mantissa.replace(b".", b"").lstrip(b"-0")) > EXACT_DIGITS
