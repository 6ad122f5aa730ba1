"""Which exports there are, and who writes them."""

from collections.abc import Callable
from dataclasses import dataclass

from tasks.core.simulation.catalogue import AWS, AZURE, GCP
from tasks.edge.simulator import aws, azure, gcp
from tasks.edge.simulator.files import Bill


@dataclass(frozen=True)
class Format:
    """A kind of export.

    Attributes:
        name: Its name in the truth files.
        provider: Whose export it is.
        write: Writes one export and returns the number of files.
        has_versions: Every version of a closed month is written, not the newest only.
    """

    name: str
    provider: str
    write: Callable[[Bill], int]
    has_versions: bool = True


FORMATS = {
    item.name: item
    for item in (
        Format("aws_cur2", AWS, aws.write_cur2),
        Format("aws_focus", AWS, aws.write_focus),
        Format("azure_focus", AZURE, azure.write_focus),
        Format("azure_actual", AZURE, azure.write_actual, False),
        Format("azure_amortised", AZURE, azure.write_amortised, False),
        Format("gcp_focus", GCP, gcp.write_focus),
        Format("gcp_detailed", GCP, gcp.write_detailed, False),
    )
}
