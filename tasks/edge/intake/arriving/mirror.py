"""A lake in object storage, of which this machine keeps a copy to read.

Objects have the names that files have in the copy. A version is there as a whole before
its row is committed; a file that the copy lacks is fetched when a bill needs it.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.core.errors import NothingThere, UnknownSetting
from tasks.edge.intake.arriving.objects import Objects

# Says in the copy what it is a copy of.
NOTE = ".copy-of"


def of(root: Path) -> Objects | None:
    """Return the lake in object storage that a folder is a copy of, if it is one."""
    note = root / NOTE
    if not note.exists():
        return None
    told = json.loads(note.read_text("utf-8"))
    return Objects(told["url"], told["options"])


def agree(root: Path, url: str | None, options: Mapping[str, Any]) -> None:
    """Make a folder the copy of a lake; bills that lie there already are sent to it.

    Args:
        root: The folder, which this process alone writes to.
        url: Where the lake is; None for the folder itself.
        options: What the URL's driver is told.

    Raises:
        UnknownSetting: It is a copy of another lake.
    """
    known = of(root)
    if known is not None and known.url != (url or "").rstrip("/"):
        raise UnknownSetting(
            f"{root} is a copy of the lake {known.url}, and the settings name"
            f" {url or 'none in object storage'}: set lake to it, or fetch all of it"
            f" into the folder and remove {root / NOTE}."
        )
    if url is None:
        return
    if known is None:
        lake = Objects(url, options)
        for folder in sorted(root.glob("source=*/*/version=*")):
            send(lake, root, folder.relative_to(root))
    fresh = root / f"{NOTE}.new"
    fresh.write_text(json.dumps({"url": url, "options": dict(options)}), "utf-8")
    fresh.rename(root / NOTE)


def send(lake: Objects, root: Path, folder: Path) -> None:
    """Write a version's files to the lake, in place of what a killed run left."""
    lake.remove(folder.as_posix())
    for file in sorted(path for path in (root / folder).iterdir() if path.is_file()):
        lake.put(file, (folder / file.name).as_posix())


def fetched(root: Path, file: str) -> bool:
    """Bring a file of the lake into its copy; False if there is no such file.

    Raises:
        ServiceError: The lake does not answer.
    """
    lake = of(root)
    if lake is None:
        return False
    target = root / file
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        lake.get(file, fresh)
        fresh.rename(target)
    except NothingThere:
        return False
    finally:
        fresh.unlink(missing_ok=True)
    return True
