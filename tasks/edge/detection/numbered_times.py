"""Times that are written as one number: days, since 1970, or as spreadsheets count."""

from typing import Final, Literal

import pandas as pd

from tasks.edge.detection.cells import Read

# Days, months and hours that are written as one number.
MONTH, MONTH_DAY = "(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
NUMBERS = {
    r"(?:19|20)\d\d": "%Y",
    rf"(?:19|20)\d\d{MONTH}": "%Y%m",
    r"(?:19|20)\d{6}": "%Y%m%d",
    rf"(?:19|20)\d\d{MONTH}{MONTH_DAY}(?:[01]\d|2[0-3])": "%Y%m%d%H",
    r"(?:19|20)\d{10}": "%Y%m%d%H%M",
    r"(?:19|20)\d{12}": "%Y%m%d%H%M%S",
}

# Numbers since 1970: the unit, and the smallest and largest that is read so: what would
# lie before 1973 or after 5138 is something else.
UNITS: Final[dict[Literal["s", "ms", "us", "ns"], tuple[float, float]]] = {
    "s": (1e8, 1e11),
    "ms": (1e11, 1e14),
    "us": (1e14, 1e17),
    "ns": (1e17, 9.2e18),
}

# Spreadsheets count days from here on; the numbers are those of 2000 to 2100.
SPREADSHEET_ZERO = pd.Timestamp("1899-12-30", tz="UTC")
AS_SPREADSHEET = "read as a spreadsheet's numbers of days"
SPREADSHEET_DAYS = (36_526, 73_051)


def are_such(column: pd.Series) -> bool:
    """Return whether a column without empty cells holds nothing but numbers."""
    if pd.api.types.is_numeric_dtype(column):
        return True
    texts = column.astype("str").str.strip()
    return bool(len(texts)) and bool(texts.str.fullmatch(r"-?\d+(?:\.\d+)?").all())


def read(column: pd.Series) -> Read:
    """Read numbers as times in UTC; what is no time of our days is none."""
    # A whole number stays what it is: a double has no room for nanoseconds.
    numbers = pd.to_numeric(column)
    if not pd.api.types.is_integer_dtype(numbers) and (numbers % 1 == 0).all():
        numbers = numbers.astype("int64")
    texts = numbers.astype("str")
    for pattern, form in NUMBERS.items():
        if texts.str.fullmatch(pattern).all():
            days = pd.to_datetime(texts, format=form, utc=True, errors="coerce")
            return Read(days, ())
    low, high = numbers.min(), numbers.max()
    if SPREADSHEET_DAYS[0] <= low and high < SPREADSHEET_DAYS[1]:
        days = SPREADSHEET_ZERO + pd.to_timedelta(numbers, unit="D")
        return Read(days.dt.round("s"), (AS_SPREADSHEET,))
    for unit, (least, most) in UNITS.items():
        if least <= low and high < most:
            return Read(pd.to_datetime(numbers, unit=unit, utc=True), ())
    nothing = pd.Series(pd.NaT, index=column.index, dtype="datetime64[ns, UTC]")
    return Read(nothing, ())
