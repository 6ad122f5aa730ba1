"""Generated AWS bills for the benchmarks, and a later version of one month."""

import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from tasks.edge.simulator import company

# A whole month, closed, so that all days are there.
UNTIL = date(2026, 10, 31)

# How the execution of a restated month is called: later than the first one.
LATER = "2026-12-20T05:12:00.000Z-00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Bills:
    """CUR 2.0 exports in a folder.

    Attributes:
        root: The folder.
        rows: Lines in all of them.
        bytes: Their size on disk.
    """

    root: Path
    rows: int
    bytes: int

    @property
    def aws(self) -> Path:
        """The folder that is loaded."""
        return self.root / "aws"

    @property
    def executions(self) -> list[Path]:
        """The folders of the data files, one for each bill, oldest month first."""
        return sorted({Path(file).parent for file in self.files})

    @property
    def files(self) -> list[str]:
        """The data files."""
        return sorted(str(path) for path in self.aws.glob("cur2/**/*.parquet"))


def simulated(folder: Path, rows: int, months: int = 1) -> Bills:
    """Return the bills of so many rows, made up unless they lie there already.

    One bill of each month; hourly, with a resource for each 50 rows, when large.
    """
    root = folder / f"{rows}-rows-{months}-months"
    truth = root / "truth" / "totals.csv"
    if not truth.exists():
        shutil.rmtree(root, ignore_errors=True)
        company.simulate(
            root,
            rows=rows,
            months=months,
            until=UNTIL,
            formats=("aws_cur2",),
            is_final=True,
        )
    found = Bills(root, 0, 0)
    sizes = [Path(file).stat().st_size for file in found.files]
    counts = [pq.read_metadata(file).num_rows for file in found.files]
    return Bills(root, sum(counts), sum(sizes))


def restate(execution: Path, into: Path) -> Path:
    """Export a month again, without its last line; return the folder to load.

    Manifest and files are the old ones under a later execution's name.
    """
    period = execution.parent.name
    data = execution.parents[2]
    source = data.parent / "metadata" / period / execution.name
    name = data.parent.name
    new_data = into / name / "data" / period / LATER
    new_data.mkdir(parents=True)
    files = sorted(execution.glob("*.parquet"))
    for file in files[:-1]:
        shutil.copy(file, new_data)
    last = pq.read_table(files[-1])
    pq.write_table(last.slice(0, last.num_rows - 1), new_data / files[-1].name)
    for manifest in source.glob("*.json"):
        text = manifest.read_text(encoding="utf-8").replace(execution.name, LATER)
        content = json.loads(text) | {"createdAt": LATER[:24]}
        target = into / name / "metadata" / period / LATER / manifest.name
        target.parent.mkdir(parents=True)
        target.write_text(json.dumps(content), encoding="utf-8")
    return into
