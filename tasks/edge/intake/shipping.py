"""Sort the files that arrived into deliveries, oldest first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tasks.core.errors import BillError, IncompleteDelivery
from tasks.core.intake.deliveries import Manifest, locate
from tasks.core.intake.naming import stem
from tasks.edge.intake.arriving.remote import Remote
from tasks.edge.intake.arriving.sources import Arrivals, Arrived, read_manifest


@dataclass(frozen=True, slots=True)
class Delivery:
    """Files that arrived together: those of a manifest, or those of a folder.

    Attributes:
        files: The files; the manifest itself when none of its files are there.
        manifest: What the exporter says of them, if anything.
        problem: Why they cannot be loaded, if that is plain already.
    """

    files: tuple[Arrived, ...]
    manifest: Manifest | None = None
    problem: BillError | None = None

    @property
    def made_at(self) -> datetime:
        """When the export was made, as far as anybody says."""
        stated = self.manifest.known_at if self.manifest else None
        return stated or max(file.made_at for file in self.files)

    @property
    def month(self) -> str | None:
        """The month that it is about, if its manifest says so."""
        return self.manifest.billing_period if self.manifest else None

    @property
    def remotes(self) -> list[Remote]:
        """Those of its files that are not on this machine."""
        return [file.remote for file in self.files if file.remote]

    @property
    def unseen(self) -> list[Remote]:
        """Those that have to be fetched to know what they hold."""
        if self.problem:
            return []
        return [file.remote for file in self.files if file.remote and not file.known]

    def groups(self, files: Sequence[Arrived]) -> list[list[Arrived]]:
        """Return the files that are loaded or refused together."""
        if self.manifest:
            return [list(files)]
        by_stem: dict[str, list[Arrived]] = {}
        for file in files:
            by_stem.setdefault(stem(file.name), []).append(file)
        return list(by_stem.values())


def deliveries(arrivals: Arrivals, say: Callable[[str], None]) -> list[Delivery]:
    """Return the deliveries among the files, in the order in which they were made.

    Args:
        arrivals: What was found.
        say: Told of each file that lies beside a manifest which does not list it, and
            of each manifest that lists none.
    """
    taken: set[str] = set()
    governed: set[str] = set()
    found = list(_with_manifest(arrivals, taken, governed, say))
    by_folder: dict[str, list[Arrived]] = {}
    for name, file in arrivals.files.items():
        if name in taken:
            continue
        if _folder(name) in governed:
            say(f"{name} is left out: the manifest of its folder does not list it.")
        else:
            by_folder.setdefault(_folder(name), []).append(file)
    found += [Delivery(tuple(files)) for files in by_folder.values()]
    return sorted(found, key=lambda one: (one.made_at, one.files[0].name))


def _with_manifest(
    arrivals: Arrivals,
    taken: set[str],
    governed: set[str],
    say: Callable[[str], None],
) -> Iterator[Delivery]:
    seen: set[frozenset[str]] = set()
    for file in arrivals.manifests:
        try:
            manifest = read_manifest(file)
        except BillError as error:
            governed.add(_folder(file.name))
            yield Delivery((file,), problem=error)
            continue
        if manifest is None:
            continue
        if not manifest.files:
            say(f"{file.name} lists no files and states 0 rows: nothing to load.")
            continue
        located = locate(manifest, arrivals.files)
        names = [name for name in located.values() if name]
        # The newest execution's manifest lies a second time one folder above its own;
        # copies of one export at several times list the same keys, but hold others.
        is_repeated = frozenset(located) in seen and taken.issuperset(names)
        taken.update(names)
        governed.update(_folder(name) for name in [file.name, *names])
        if is_repeated:
            continue
        seen.add(frozenset(located))
        yield _delivery(file, manifest, located, arrivals)


def _delivery(
    file: Arrived,
    manifest: Manifest,
    located: dict[str, str | None],
    arrivals: Arrivals,
) -> Delivery:
    files = tuple(arrivals.files[name] for name in located.values() if name)
    missing = [key for key, name in located.items() if name is None]
    if not missing:
        return Delivery(files, manifest)
    verb = "is" if len(missing) == 1 else "are"
    problem = IncompleteDelivery(
        f"{file.name} lists {len(located)} files, of which {missing[0]}"
        f"{f' and {len(missing) - 1} more' if missing[1:] else ''} {verb} not there:"
        " fetch the whole export."
    )
    return Delivery((file, *files), manifest, problem)


def _folder(name: str) -> str:
    return name.rpartition("/")[0]
