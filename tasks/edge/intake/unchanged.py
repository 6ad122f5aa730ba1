"""Leave out files of a folder that are known, and that nothing new can belong to.

A folder without manifests is one delivery, so one new file makes all of it look new.
Files that are known are needed again only where they hold an account's month of which
something new holds lines, too: both may then be one bill.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tasks.edge.intake.arriving.sources import Arrived
from tasks.edge.intake.landing import Staged
from tasks.edge.intake.versions.chain import Holding, Holdings

Group = Sequence[Arrived]


@dataclass(slots=True)
class Needed:
    """What has to be read of a delivery.

    Attributes:
        staged: The files that were read, in their order.
        left_out: Digests of files that were not.
        held: Versions that hold these.
        empty: Bills that were read and have no rows; their digests are left out, too.
    """

    staged: list[Staged] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    empty: list[Staged] = field(default_factory=list)

    @property
    def evidence(self) -> list[Staged]:
        """Those that are no bills."""
        return [part for part in self.staged if not part.export.format.is_bill]

    @property
    def grown(self) -> list[Staged]:
        """Those of tables that grow."""
        return [part for part in self.staged if part.export.format.is_appended]

    @property
    def whole(self) -> list[Staged]:
        """Bills that are exported as a whole."""
        return [
            part
            for part in self.staged
            if part.export.format.is_bill and not part.export.format.is_appended
        ]


def stage(
    groups: Sequence[Group],
    digests: Mapping[str, str],
    known: Holdings,
    read: Callable[[Group], list[Staged]],
) -> Needed:
    """Read what is new, and what it may belong to.

    Args:
        groups: Files that are loaded or refused together.
        digests: Of the files, by name, in the order of names.
        known: Who holds what is known.
        read: Reads a group; empty where it is refused.
    """
    rest = [
        group for group in groups if all(digests[file.name] in known for file in group)
    ]
    wanted = [group for group in groups if group not in rest]
    needed = Needed()
    if not wanted:
        # What is known file by file may now have come as parts of one export.
        wanted = [group for group in rest if not _is_together(group, digests, known)]
        rest = [group for group in rest if group not in wanted]
    while wanted:
        for group in wanted:
            needed.staged += read(group)
        months = {
            (total.billing_account_id, total.billing_period)
            for part in needed.staged
            for total in part.totals
        }
        wanted = [
            group
            for group in rest
            if any(held.month in months for held in _held(group, digests, known))
        ]
        rest = [group for group in rest if group not in wanted]
    needed.empty = [
        part for part in needed.staged if part.export.format.is_bill and not part.totals
    ]
    needed.staged = [part for part in needed.staged if part not in needed.empty]
    order = {name: position for position, name in enumerate(digests)}
    needed.staged.sort(key=lambda part: order[part.export.file.name])
    needed.left_out = {digests[file.name] for group in rest for file in group}
    needed.left_out |= {part.digest for part in needed.empty}
    needed.held = {
        held.bill_id for group in rest for held in _held(group, digests, known)
    }
    return needed


def _is_together(group: Group, digests: Mapping[str, str], known: Holdings) -> bool:
    """Whether one version holds all files of a group that are of one month."""
    by_month: dict[tuple[str | None, str], list[set[str]]] = {}
    for digest in {digests[file.name] for file in group}:
        own: dict[tuple[str | None, str], set[str]] = {}
        for held in known[digest]:
            own.setdefault(held.month, set()).add(held.bill_id)
        for month, bills in own.items():
            by_month.setdefault(month, []).append(bills)
    return all(set.intersection(*bills) for bills in by_month.values())


def _held(group: Group, digests: Mapping[str, str], known: Holdings) -> list[Holding]:
    return [held for file in group for held in known[digests[file.name]]]
