"""What can go wrong, grouped by who has to act.

CostwardenError
├── BillError       the export breaks a promise: ask the provider or the exporter
│   ├── UnreadableFile
│   ├── NoBills
│   ├── UnknownFormat
│   ├── MissingColumn
│   ├── RepeatedColumn
│   ├── BadValue
│   ├── IncompleteDelivery
│   └── TotalMismatch
├── ConfigError     a setting or an argument is wrong: fix the file or the command
│   ├── UnknownSetting
│   ├── NothingThere
│   ├── NotPermitted
│   ├── BadPeriod
│   ├── WrongArgument
│   ├── WrongVersion
│   └── OtherBills
├── PromiseError    our own tables break a promise: report it to the developers
│   ├── CheckFailed
│   └── LakeDamaged
└── ServiceError    something outside is down or busy: wait, then run it again
    ├── WarehouseBusy
    ├── SourceUnavailable
    ├── SourcesLeftOut
    ├── SinkUnavailable
    ├── PrefectUnavailable
    └── ClusterUnavailable
"""


class CostwardenError(Exception):
    """Anything that this project raises on purpose."""


class BillError(CostwardenError):
    """An export breaks a promise; the message names file, row and column."""


class UnreadableFile(BillError):
    """The file cannot be read as what its content claims to be."""


class NoBills(BillError):
    """A folder or bucket is there, but holds no export."""


class UnknownFormat(BillError):
    """No known bill, inventory or utilisation format has these columns."""


class OtherTable(BillError):
    """A table that lies beside bills and is none."""


class MissingColumn(BillError):
    """A column that the format cannot do without is absent."""


class MissingCurrency(MissingColumn):
    """Nothing is absent but the currency, which a setting can name."""


class RepeatedColumn(BillError):
    """A column is there twice, and nobody can say which of them counts."""


class BadValue(BillError):
    """A value cannot be read as the type of its column."""


class IncompleteDelivery(BillError):
    """The manifest names files that are not there."""


class TotalMismatch(BillError):
    """Rows or totals differ from what the manifest states."""


class ConfigError(CostwardenError):
    """A setting or an argument is wrong."""


class UnknownSetting(ConfigError):
    """The settings file has a key that nobody reads, or a value of a wrong type."""


class NothingThere(ConfigError):
    """A path, period or id that was asked for does not exist."""


class NotPermitted(ConfigError):
    """Our credentials are wrong, or may not do what is asked of them."""


class BadPeriod(ConfigError):
    """A month is not written YYYY-MM, or the first lies after the last."""


class WrongArgument(ConfigError):
    """Arguments exclude each other, or leave open which column of a table is meant."""


class WrongVersion(ConfigError):
    """What was asked for cannot be done with this bill version."""


class OtherBills(ConfigError):
    """The demo was asked to run in a warehouse that holds somebody's real bills."""


class PromiseError(CostwardenError):
    """Our own tables break a promise."""


class CheckFailed(PromiseError):
    """A reconciliation check returned rows."""


class LakeDamaged(PromiseError):
    """A file of a bill version is not in the lake any more."""


class ServiceError(CostwardenError):
    """Something outside is down or busy; the same call may succeed later."""


class WarehouseBusy(ServiceError):
    """Another process holds the warehouse for longer than we were told to wait."""


class SourceUnavailable(ServiceError):
    """A bucket or an API does not answer."""


class SourcesLeftOut(ServiceError):
    """A run is through, but had to do without some of its sources."""


class SinkUnavailable(ServiceError):
    """A sink does not answer, or takes nothing at the moment."""


class PrefectUnavailable(ServiceError):
    """Prefect's API does not answer."""


class ClusterUnavailable(ServiceError):
    """The Dask cluster does not answer, or has lost its workers."""
