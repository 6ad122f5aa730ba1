"""Which files make up one bill, decided from names, manifests and what the files hold.

With a manifest, a bill is what the manifest lists. Without one, the files of a folder
that hold the same account and month belong together when their names differ only in a
part number and they do not tell the same, or when no two of them hold the same days.
Otherwise each is a version, and so is each file of a series, such as a file a day: any
of them may be exported again.
"""

import re
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain, groupby, pairwise

from tasks.core.intake.naming import numbers, runs, series, stated_time, stem
from tasks.core.intake.numbered import Likeness, divide

DAY = re.compile(r"(20\d\d)-?([01]\d)-?([0-3]\d)")
PERIOD_FOLDER = re.compile(r"BILLING_PERIOD=(20\d\d-[01]\d)", re.IGNORECASE)

FILE_KEYS = ("dataFiles", "reportKeys", "blobs")
TIME_KEYS = ("createdAt", "executionTime", "exportTime", "submittedTime", "createdTime")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an exporter says of one export.

    Attributes:
        path: Where the manifest lies, with ``/``.
        files: The files of the export, as the exporter wrote them: keys or URLs.
        billing_period: The month it is about; None when it does not say.
        known_at: When the export was made; None when it does not say.
        row_count: Rows of all files together; None when it does not say.
        kind: What it calls the kind of export, as Azure's does; None when not.
        days: First and last day that it is about, ISO 8601, where that is a part of a
            month, as in weekly exports; None where it is all of the bill.
    """

    path: str
    files: tuple[str, ...]
    billing_period: str | None = None
    known_at: datetime | None = None
    row_count: int | None = None
    kind: str | None = None
    days: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one file that belong to one account and month.

    Attributes:
        file: Position of the file among those looked at.
        name: Path of the file as it came, with ``/``.
        first_date: First charge day, ISO 8601.
        last_date: Last charge day, ISO 8601.
        cost_view: Which of two costs the export states; None where it states both.
        digest: SHA-256 of the file.
        is_left: Whether the file is left of a longer export that another one was
            written over, and must not count.
    """

    file: int
    name: str
    source_format: str
    billing_account_id: str | None
    billing_period: str
    first_date: str
    last_date: str
    cost_view: str | None = None
    digest: str = ""
    is_left: bool = False


def is_manifest(name: str) -> bool:
    """Whether a file is called as exporters call their manifests."""
    base = name.rpartition("/")[2].lower()
    return base.endswith(".json") and "manifest" in base


def parse_manifest(path: str, content: object) -> Manifest | None:
    """Read a manifest of AWS (legacy CUR, Data Exports) or Azure (cost exports).

    Args:
        path: Where it lies; Data Exports names the month in it.
        content: The parsed JSON.

    Returns:
        None when it lists no files, unless it says that there are no rows: Athena,
        Redshift and others have manifests too.
    """
    if not isinstance(content, Mapping):
        return None
    listed = next((content[key] for key in FILE_KEYS if key in content), None)
    rows = content.get("dataRowCount")
    if not isinstance(listed, list) or (not listed and rows != 0):
        return None
    files = tuple(
        str(item.get("blobName", "")) if isinstance(item, Mapping) else str(item)
        for item in listed
    )
    return Manifest(
        path,
        files,
        _stated_period(content, [path, *files]),
        _stated_time(content, [path, *files]),
        rows if isinstance(rows, int) else None,
        _stated_kind(content),
        _stated_days(content),
    )


def locate(manifest: Manifest, present: Container[str]) -> dict[str, str | None]:
    """Find the files that a manifest lists among those that arrived.

    An export may have been copied from its bucket with or without the folders above
    it, so the longest ending of the listed key counts that exists below the manifest's
    folder or one above it. A bare file name counts in the manifest's own folder only,
    for every execution of an export uses the same names. A key never leads upwards.

    Returns:
        The path of each listed file; None for one that is not there.
    """
    folders = manifest.path.split("/")[:-1]
    above = ["/".join(folders[:end]) for end in range(len(folders), -1, -1)]

    def find(key: str) -> str | None:
        steps = re.sub(r"^\w+://", "", key).split("/")
        if ".." in steps:
            return None
        for start in range(len(steps)):
            ending = "/".join(steps[start:])
            places = above if start < len(steps) - 1 else above[:1]
            for folder in places:
                candidate = f"{folder}/{ending}" if folder else ending
                if candidate in present:
                    return candidate
        return None

    return {key: find(key) for key in manifest.files}


def assemble(
    slices: Iterable[Slice], found: Likeness | None = None
) -> list[list[Slice]]:
    """Put together the slices that make up one bill version.

    Args:
        slices: What the files of a folder hold.
        found: What files have in common that only a number tells apart.

    Returns:
        Bills in the order of their first file; slices of a bill in the order of files.
    """

    def bill_of(part: Slice) -> tuple[str, str, str, str]:
        account, view = part.billing_account_id or "", part.cost_view or ""
        return part.source_format, account, part.billing_period, view

    bills: list[list[Slice]] = []
    for _, group in groupby(sorted(slices, key=bill_of), bill_of):
        parts = sorted(group, key=lambda part: part.file)
        bills.extend(_versions(parts, found or Likeness()))
    return sorted(bills, key=lambda bill: bill[0].file)


def _versions(parts: Sequence[Slice], likeness: Likeness) -> list[list[Slice]]:
    by_stem: dict[str, list[Slice]] = {}
    for part in parts:
        by_stem.setdefault(stem(part.name), []).append(part)
    found = [
        bill for group in by_stem.values() for bill in _of_one_name(group, likeness)
    ]
    spans = sorted(
        (min(part.first_date for part in bill), max(part.last_date for part in bill))
        for bill in found
    )
    is_apart = all(before[1] < after[0] for before, after in pairwise(spans))
    is_series = len(found) > 1 and series([part.name for part in parts]) is not None
    if not is_apart or is_series:
        return found
    return [sorted(chain.from_iterable(found), key=lambda part: part.file)]


def _of_one_name(group: Sequence[Slice], likeness: Likeness) -> list[list[Slice]]:
    """Divide files that only a number tells apart, if they are no parts of one."""
    seen = {part.digest or str(part.file): part for part in reversed(group)}
    once = {part.file: part for part in reversed(seen.values())}
    names = [part.name for part in once.values()]
    by_run: dict[str, list[Slice]] = {}
    for run, part in zip(runs(names), once.values(), strict=True):
        by_run.setdefault(run, []).append(part)
    return [
        sorted(
            (replace(once[file], is_left=run.is_left) for file in run.files),
            key=lambda part: part.file,
        )
        for parts in by_run.values()
        for run in divide([part.file for part in sorted(parts, key=_place)], likeness)
    ]


def _place(part: Slice) -> tuple[tuple[int, ...], int]:
    return numbers(part.name), part.file


def slug(value: str | None) -> str:
    """Write a value so that it can stand in a key and in a folder's name.

    Examples:
        >>> slug("/providers/Microsoft.Billing/77"), slug(None)
        ('providers-Microsoft-Billing-77', 'none')
    """
    return re.sub(r"[^a-zA-Z0-9_-]+", "-", value or "").strip("-") or "none"


def digest_of(digests: Collection[str]) -> str:
    """Return one SHA-256 for the content of several files, whatever their names."""
    if len(digests) == 1:
        return next(iter(digests))
    return sha256("\n".join(sorted(digests)).encode()).hexdigest()


def _stated_period(content: Mapping[str, object], names: Sequence[str]) -> str | None:
    period = content.get("billingPeriod")
    if isinstance(period, Mapping):
        return _month(str(period.get("start", "")))
    if isinstance(period, str):
        return _month(period)
    run = content.get("runInfo")
    if isinstance(run, Mapping) and "startDate" in run:
        return _whole_month(str(run["startDate"]), str(run.get("endDate", "")))
    found = (PERIOD_FOLDER.search(name) for name in names)
    return next((match[1] for match in found if match), None)


def _stated_days(content: Mapping[str, object]) -> tuple[str, str] | None:
    """Return the days of a run that does not begin with a month."""
    run = content.get("runInfo")
    stated = run if isinstance(run, Mapping) else {}
    days = [DAY.match(str(stated.get(key, ""))) for key in ("startDate", "endDate")]
    first, last = ("-".join(day.groups()) if day else "" for day in days)
    is_part = bool(first and last) and not first.endswith("-01")
    return (first, last) if is_part else None


def _stated_kind(content: Mapping[str, object]) -> str | None:
    config = content.get("exportConfig")
    kind = config.get("type") if isinstance(config, Mapping) else None
    return kind if isinstance(kind, str) else None


def _stated_time(
    content: Mapping[str, object], names: Sequence[str]
) -> datetime | None:
    run = content.get("runInfo")
    for place in (content, run if isinstance(run, Mapping) else {}):
        for key in TIME_KEYS:
            if isinstance(place.get(key), str):
                return _utc(str(place[key]))
    ids = [str(content.get(key, "")) for key in ("assemblyId", "executionId")]
    found = (stated_time(name) for name in [*ids, *names])
    return next((moment for moment in found if moment), None)


def _whole_month(start: str, end: str) -> str | None:
    """Return the month of a run that stays within one; a run of a week may not."""
    is_next_first = re.match(r"\d{4}-?\d\d-?01", end) is not None
    is_within = _month(end) in {None, _month(start)}
    return _month(start) if is_within or is_next_first else None


def _month(text: str) -> str | None:
    match = re.match(r"(20\d\d)-?([01]\d)", text)
    return f"{match[1]}-{match[2]}" if match else None


def _utc(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
