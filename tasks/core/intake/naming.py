"""What the names of export files say: which files are parts of one, and when it ran."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

# The part number at the end of a name: -00001, _part3, .2, -1-of-4; but not a date.
PART = re.compile(
    r"(?:[-_. ]|^)(?:part|chunk)?[-_. ]?\d+(?:[-_. ]?of[-_. ]?\d+)?$", re.IGNORECASE
)
# A short number after such a word counts states of a whole bill, not its parts.
STATE = re.compile(
    r"(?:^|[-_. ])(?:snap(?:shot)?|v(?:ersion)?|copy)[-_. ]?\d{1,3}$", re.IGNORECASE
)
# What browsers and desktops add to the name of a file that is there already.
COPY = re.compile(r"\s*(?:\(\d{1,3}\)|[-_ ]copy(?: \(?\d{1,3}\)?)?)$", re.IGNORECASE)
DATE = re.compile(r"(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])(?:[-_.]?[0-3]\d)?$")
SPARK = re.compile(r"^part-(\d+)-(?:tid-\d+-)?([0-9a-f]{8}-[0-9a-f-]{27}).*$")
# Azure and Snowflake number threads and files; Redshift puts the slice in front.
NUMBERED_TWICE = re.compile(
    r"(?:(?:part|data)(?:_\d+){2,3}|\d{4}_part_\d{2,3})$", re.IGNORECASE
)
# Athena names all files of one query alike up to an id of each.
ATHENA = re.compile(r"^(\d{8}_\d{6}_\d{5}_[a-z0-9]{5})_[0-9a-f-]{36}$")
SUFFIXES = re.compile(
    r"(?:\.(?:snappy|gz|zip|csv|txt|json|jsonl|ndjson|parquet))+$", re.IGNORECASE
)

# Of so many parts at least one is there.
SPARSE = 100

NUMBER = re.compile(r"\d+")
# Ids of 8 and more hexadecimal digits with a number among them, and numbers.
CHANGING = re.compile(r"[-_. ]*(?:\b(?=[a-f-]*\d)[0-9a-f-]{8,}\b|\d+)", re.IGNORECASE)
# The folder of a day, with or without the name of a column before it.
DAY_FOLDER = re.compile(r"^(?:\w+=)?20\d\d[-_.]?[01]\d[-_.]?[0-3]\d$")

# 2024-04-02T13:14:43.337Z-6b622448… (Data Exports), 20230803T081120Z (legacy).
STAMP = re.compile(
    r"(20\d\d)-?([01]\d)-?([0-3]\d)T([0-2]\d):?([0-5]\d):?([0-5]\d)(?:\.\d+)?Z"
)
# 202605110814, a folder of an Azure export.
MINUTE = re.compile(r"(?:^|/)(20\d\d)([01]\d)([0-3]\d)([0-2]\d)([0-5]\d)(?=/)")


def stem(name: str) -> str:
    """Return a file's path without its part number.

    The suffixes stay: the same bill as CSV and as Parquet is there twice, not in parts.
    So does the mark of a copy: its parts are those of another export.

    Examples:
        >>> stem("out/cur-00001.snappy.parquet"), stem("out/cur-00002.csv.gz")
        ('out/cur.snappy.parquet', 'out/cur.csv.gz')
        >>> stem("bill-2024-05.csv"), stem("bill-202406.csv"), stem("bill-v2.csv")
        ('bill-2024-05.csv', 'bill-202406.csv', 'bill-v2.csv')
        >>> stem("snapshot_2.parquet"), stem("snapshot_2-00001.parquet")
        ('snapshot_2.parquet', 'snapshot_2.parquet')
        >>> stem("cur-00001 (1).csv"), stem("bill-1-of-2.csv"), stem("0001_part_00")
        ('cur (1).csv', 'bill.csv', 'part')
    """
    folder, slash, whole = name.rpartition("/")
    base = SUFFIXES.sub("", whole)
    suffixes = whole[len(base) :].lower()
    base, mark = _without_mark(base)
    athena = ATHENA.match(base)
    if SPARK.match(base):
        base = "part"
    elif athena:
        base = athena[1]
    elif NUMBERED_TWICE.search(base):
        base = NUMBERED_TWICE.sub("part", base)
    elif not DATE.search(base) and not STATE.search(base):
        base = PART.sub("", base)
    return f"{folder}{slash}{base}{mark}{suffixes}"


def runs(names: Sequence[str]) -> list[str]:
    """Return which run of Spark each part was written by, where several were.

    Spark gives all files of a run one id, but tables on top of it give each its own: an
    id tells of a run only where files share it, and where parts are there twice.

    Examples:
        >>> ids = ["0b6e4a7e-6a5c-4b1e-9d3a-6f1f0c9a7b1" + end for end in "12"]
        >>> runs([f"part-{n}-{key}.csv" for key in ids for n in (0, 1)]) == [
        ...     ids[0], ids[0], ids[1], ids[1]]
        True
        >>> runs([f"part-{n}-{key}.csv" for n, key in enumerate(ids)])
        ['', '']
    """
    found = [SPARK.match(name.rpartition("/")[2]) for name in names]
    numbers = {match[1] for match in found if match}
    keys = {match[2] for match in found if match}
    is_told = len(numbers) < len(names) and 1 < len(keys) < len(names)
    return [match[2] if match and is_told else "" for match in found]


def missing_parts(names: Iterable[str]) -> list[str]:
    """Return the files that seem to be missing among parts that are numbered.

    Only numbers with zeros in front count, as exporters write them; the first part has
    the number 0 or 1. Where far more would be missing than is there, the number is
    an id, such as the end of Google's names for billing accounts.

    Examples:
        >>> missing_parts(["in/cur-00001.csv.gz", "in/cur-00003.csv.gz"])
        ['in/cur-00002.csv.gz']
        >>> missing_parts(["gcp_billing_export_v1_01AB23_45CD67_012345.json"])
        []
        >>> missing_parts(["bill-1.csv", "bill-3.csv", "b-0000.csv", "b-0001.csv"])
        []
    """
    found: dict[tuple[str, int, str], set[int]] = {}
    for name in names:
        numbered = _numbered(name)
        if numbered:
            before, number, after = numbered
            found.setdefault((before, len(number), after), set()).add(int(number))
    return [
        f"{before}{number:0{width}}{suffix}"
        for (before, width, suffix), numbers in found.items()
        if max(numbers) <= SPARSE * len(numbers)
        for number in range(1, max(numbers))
        if number not in numbers
    ]


def numbers(name: str) -> tuple[int, ...]:
    """Return the numbers of a file's name, by which parts are in order.

    Examples:
        >>> numbers("2026/part-2-of-10.csv"), numbers("bill.csv")
        ((2, 10), ())
    """
    return tuple(int(number) for number in NUMBER.findall(name.rpartition("/")[2]))


def is_part(name: str) -> bool:
    """Whether a file is called as exporters call one of several parts.

    Examples:
        >>> is_part("in/cur-00001.csv.gz"), is_part("part_0_0001.csv")
        (True, True)
        >>> is_part("bill-1.csv"), is_part("bill-2026-05.csv")
        (False, False)
    """
    base, _ = _without_mark(SUFFIXES.sub("", name.rpartition("/")[2]))
    is_known = any(form.search(base) for form in (SPARK, NUMBERED_TWICE, ATHENA))
    return is_known or _numbered(name) is not None


def series(names: Collection[str]) -> str | None:
    """Return what the names of files have in common but for dates and numbers.

    Examples:
        >>> series(["in/day-2026-05-01.csv"]), series(["in/bill.csv"])
        ('day-#-#-#.csv', None)
        >>> series(["in/date=2026-05-01/bill.csv"])
        'date=#-#-#/bill.csv'
        >>> series(["in2/bill.csv"]) is None
        True
        >>> series(["a-1.csv", "b-1.csv"]) is None
        True
    """
    shapes = {_shape(name) for name in names}
    return shapes.pop() if len(shapes) == 1 else None


def report_name(names: Collection[str]) -> str:
    """Return what the names of a report's files say of it, without what changes.

    Left out are folders, suffixes, numbers and ids; nothing may be left.

    Examples:
        >>> report_name(["2026-05/daily-cur-00001.csv.gz", "daily-cur-00002.csv.gz"])
        'daily-cur'
        >>> report_name(["bill_2026-05-01.csv", "bill_2026-05-02.csv"])
        'bill'
        >>> report_name(["bill (1).csv", "bill - copy.csv"])
        'bill'
        >>> report_name(["5bd7d8a6-96cd-4a3f-9f41-c5d0c34f6a71.csv"])
        ''
    """
    whole = (SUFFIXES.sub("", name.rpartition("/")[2]) for name in names)
    bases = {_without_mark(base)[0] for base in whole}
    bare = {CHANGING.sub("", base).strip("-_. ").lower() for base in bases}
    return ", ".join(sorted(bare))


def stated_time(name: str) -> datetime | None:
    """Return when an export ran by the folders it was written to; None if none says.

    Examples:
        >>> stated_time("c/20260501-20260601/20260521T081120Z/cur-00001.csv.gz")
        datetime.datetime(2026, 5, 21, 8, 11, 20, tzinfo=datetime.timezone.utc)
        >>> stated_time("daily/20260501-20260531/202605210814/0f1e/part_0_0001.csv")
        datetime.datetime(2026, 5, 21, 8, 14, tzinfo=datetime.timezone.utc)
        >>> stated_time("bill-20260521.csv") is None
        True
    """
    for form in (STAMP, MINUTE):
        for match in reversed([*form.finditer(name)]):
            try:
                return datetime(*map(int, match.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]
            except ValueError:
                continue
    return None


def _without_mark(base: str) -> tuple[str, str]:
    mark = COPY.search(base)
    return (base[: mark.start()], mark[0]) if mark else (base, "")


def _numbered(name: str) -> tuple[str, str, str] | None:
    """Return what stands before a number with zeros in front, it, and what follows."""
    folder, slash, whole = name.rpartition("/")
    base, _mark = _without_mark(SUFFIXES.sub("", whole))
    match = re.fullmatch(r"(.*[-_.])(0\d{3,5})", base)
    if not match or DATE.search(base):
        return None
    return folder + slash + match[1], match[2], whole[len(base) :]


def _shape(name: str) -> str | None:
    folders, _, whole = name.rpartition("/")
    base = SUFFIXES.sub("", whole)
    suffix = whole[len(base) :].lower()
    base, _mark = _without_mark(base)
    if NUMBER.search(base):
        return NUMBER.sub("#", base) + suffix
    folder = folders.rpartition("/")[2]
    if DAY_FOLDER.search(folder):
        return NUMBER.sub("#", folder) + f"/{whole}"
    return None
