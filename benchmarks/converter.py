"""The FOCUS Foundation's converter, in an environment of its own.

Version 1.0.0 pins pyarrow 14, NumPy 1 and Polars 0.20, so it cannot lie beside ours.
The environment is kept in the user's cache and made only once.
"""

import os
import sys
from pathlib import Path

from benchmarks import measuring

VERSION = "1.0.0"

# Its own classes as its command ``focus-converter convert`` calls them: FOCUS columns
# only, in batches, several writers.
SCRIPT = """
import sys
from focus_converter.converter import FocusConverter
from focus_converter.data_loaders.data_loader import DataFormats, ParquetDataFormat

if __name__ == "__main__":
    converter = FocusConverter()
    converter.load_provider_conversion_configs()
    converter.load_data(
        data_path=sys.argv[1],
        data_format=DataFormats.PARQUET,
        parquet_data_format=ParquetDataFormat.DATASET,
    )
    converter.configure_data_export(
        export_path=sys.argv[2], export_include_source_columns=False
    )
    try:
        converter.prepare_horizontal_conversion_plan(provider="aws")
        converter.convert()
    except BaseException:
        # Or its writers would wait for ever, and this process for them.
        converter.data_exporter.close()
        raise
"""


class NotInstalled(Exception):
    """The converter could not be installed."""


def environment() -> Path:
    """Return the Python of an environment that has the converter.

    Raises:
        NotInstalled: The package index cannot be reached, or a package does not fit.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "costwarden" / f"focus-converter-{VERSION}"
    python, ready = folder / "bin" / "python", folder / "ready"
    if ready.exists():
        return python
    wanted = f"focus-converter=={VERSION}"
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", wanted],
        [str(python), "-I", "-c", "import focus_converter.converter"],
    ):
        try:
            measuring.call(command)
        except measuring.WorkFailed as error:
            raise NotInstalled(f"{wanted} cannot be installed: {error}") from error
    ready.touch()
    return python
