"""What ingesting reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of the exports.

    Attributes:
        loaded: New bill versions and evidence files.
        known: Those that had been loaded before.
        quarantined: Deliveries that were refused.
        problems: One sentence for each refusal and for each path without bills.
        notes: Which files of a series are missing, and which have no rows; which new
            bills meet another report of their month, or count without their net costs
            or their credits, or end earlier or hold less than what they replace;
            which files were left behind by a longer export, and which are kept under
            another source; when nothing was new, which older versions were given again.
    """

    loaded: int
    known: int
    quarantined: int
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
