"""Bring the rows of an export into the shape of the lake: Parquet, named and typed.

Parquet that already has it is copied byte by byte. Everything else is converted once:
numbers become DECIMAL(38, 18), all other columns of a CSV stay text. Digits after the
eighteenth are rounded half to even.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from tasks.core.errors import BadValue, BillError, UnreadableFile
from tasks.core.intake.formats.recognition import BILLS
from tasks.edge.costs import sums
from tasks.edge.database import queries, warehouse
from tasks.edge.intake.parsing import defects, gaps, local, reading
from tasks.edge.intake.parsing.exports import Export
from tasks.edge.mapping import macros

Connection = duckdb.DuckDBPyConnection

# Money as spreadsheets show it: a sign of currency, commas between thousands, brackets
# for less than nothing. 1,234 alone may mean two numbers, and is none of these.
GROUPED = r"[0-9]{1,3}(,[0-9]{3})+(,[0-9]{3}|\.[0-9]{0,18})"
AMOUNT = rf"({GROUPED}|[0-9]{{1,17}}(\.[0-9]{{0,18}})?)"
DRESSED = (
    rf"\s*(\(\s*\p{{Sc}}?\s*{AMOUNT}\s*\)"
    rf"|([-+]?\s*\p{{Sc}}?|\p{{Sc}}\s*[-+])\s*{AMOUNT}\s*\p{{Sc}}?)\s*"
)

# What is installed in the connection that reads exports. AWS and others write money
# as DOUBLE into Parquet: ten decimals are what such a number can be trusted for.
# DuckDB casts text to so wide a decimal at 7 µs a value, so plain numbers are put
# together from two integers, nine times as fast. And it rounds half away from zero,
# which matters for values that have more than eighteen decimals.
# None is what a Python program writes for no value; as a number it means nothing else.
MACROS = r"""
CREATE MACRO amount(x) AS CASE
    WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN money(x::DOUBLE)
    ELSE x::DECIMAL(38, 18)
END;
CREATE MACRO bare(x) AS nullif(
    nullif(nullif(trim(x::VARCHAR, ' "'), ''), 'NULL'), 'null'
);
CREATE MACRO net(net, gross) AS coalesce(amount(net), amount(gross), 0);
CREATE MACRO discounted(cost, line_type, discount, is_elsewhere) AS CASE
    WHEN is_elsewhere THEN if(line_type LIKE '%Discount', 0, cost)
    WHEN regexp_matches(line_type, '^(Discounted|SavingsPlan(Covered|Neg))') THEN cost
    ELSE cost - if(cost < 0, -1, 1) * abs(net(discount, NULL))
END;
CREATE MACRO left_of_plan(gross, fixed, net_fixed, upfront, net_upfront, fee, net_fee)
AS (gross * CASE
    WHEN coalesce(net_fixed, net_upfront) IS NOT NULL
        AND net(fixed, NULL) + net(upfront, NULL) > 0
        THEN (net(net_fixed, fixed) + net(net_upfront, upfront))
            / (net(fixed, NULL) + net(upfront, NULL))
    WHEN net(fee, NULL) > 0 THEN net(net_fee, fee) / net(fee, NULL)
    ELSE 1
END)::DECIMAL(38, 12);
CREATE MACRO whole_part(x) AS split_part(x, '.', 1)::BIGINT;
CREATE MACRO decimal_part(x) AS if(starts_with(x, '-'), -1, 1)::DECIMAL(1, 0)
    * (
        rpad(split_part(x, '.', 2), 18, '0')::BIGINT::DECIMAL(19, 0)
        * 0.000000000000000001::DECIMAL(18, 18)
    );
CREATE MACRO undressed(x) AS if(regexp_matches(x, '[-(]'), -1, 1)::DECIMAL(1, 0)
    * regexp_replace(x, '[^0-9.]', '', 'g')::DECIMAL(37, 18);
CREATE MACRO number(x) AS CASE
    WHEN regexp_full_match(x, '-?[0-9]{1,17}(\.[0-9]{0,18})?')
    THEN whole_part(x)::DECIMAL(20, 0)::DECIMAL(38, 18) + decimal_part(x)
    WHEN x = 'None' THEN NULL
    WHEN regexp_full_match(x, '\s*[-+]?[0-9]*\.[0-9]{17}[02468]50*\s*')
    THEN substr(x, 1, strpos(x, '.') + 18)::DECIMAL(38, 18)
    WHEN regexp_full_match(x, '$dressed') THEN undressed(x)
    ELSE x::DECIMAL(38, 18)
END
""".replace("$dressed", DRESSED)

PERIOD = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Total:
    """What one account's month in some files sums to, in one currency.

    Attributes:
        first_date: First charge day, ISO 8601; None when no row has one.
        last_date: Last charge day; None as above.
    """

    billing_account_id: str | None
    billing_period: str
    billing_currency: str | None
    providers: tuple[str, ...]
    row_count: int
    billed_cost: Decimal
    effective_cost: Decimal
    first_date: str | None
    last_date: str | None


def connect(scratch: Path) -> Connection:
    """Open a connection for reading exports; it spills to ``scratch``."""
    con = duckdb.connect(config={"temp_directory": str(scratch / "spill")})
    con.execute("SET TimeZone = 'UTC'")
    warehouse.install(con)
    macros.install(con)
    con.execute(MACROS)
    for macro in {name for kind in BILLS.values() for name in kind.readings.values()}:
        con.execute(macros.scalar(macro))
    for name in queries.names("raw"):
        if name.endswith("_optional"):
            macro = name.removeprefix("raw/")
            con.execute(f"CREATE MACRO {macro}() AS TABLE {queries.text(name)}")
    for name in ("raw/azure_shaped", "raw/azure_paired"):
        con.execute(queries.as_macro(name))
    return con


def stage(con: Connection, export: Export, target: Path) -> None:
    """Write the rows of an export as a Parquet file of the lake.

    Raises:
        UnreadableFile: A line has more or fewer values than the header has columns.
        BadValue: A value in a number's column is no number.
    """
    before = export.file.path.stat()
    if _fits(export):
        shutil.copyfile(export.readable, target)
    else:
        _convert(con, export, target)
    after = export.file.path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UnreadableFile(
            f"{export.file.name} changed while it was read: ingest it again."
        )


def measure(con: Connection, export: Export, staged: Path) -> tuple[Total, ...]:
    """Sum a staged file by its own columns, for each account, month and currency.

    An export without rows, as of an open month's first hour, has no totals.

    Raises:
        UnreadableFile: A part of the file is damaged.
        BadValue: A row has no month, or amounts without a currency; or a charge lacks
            what every charge must have.
    """
    try:
        summed = {staged: sums.ensure(con, export.format, staged)}
        totals = totals_of(con, export.format.totals or "", summed)
    except duckdb.Error as error:
        raise defects.no_number(con, export, staged, error) from error
    _check(con, export, staged, totals[staged])
    gaps.refuse(con, export, staged, summed[staged])
    return tuple(sorted(totals[staged], key=_order))


def measure_all(
    con: Connection, staged: Sequence[tuple[Export, Path]]
) -> list[tuple[Total, ...]]:
    """Sum staged files of one format, each by itself.

    Raises:
        BillError: As ``measure``; the first file with something wrong tells.
    """
    kind = staged[0][0].format
    files = [path for _, path in staged]
    sums.prepare(con, kind, files)
    # Files of other formats may have columns of one name and different types.
    if kind.is_quick:
        with suppress(duckdb.Error, BillError):
            summed = {path: sums.ensure(con, kind, path) for path in files}
            totals = totals_of(con, kind.totals or "", summed)
            for export, path in staged:
                _check(con, export, path, totals[path])
            if not gaps.exist(con, kind, files, list(summed.values())):
                return [tuple(sorted(totals[path], key=_order)) for path in files]
    return [measure(con, export, path) for export, path in staged]


def totals_of(
    con: Connection, name: str, summed: Mapping[Path, Path]
) -> dict[Path, list[Total]]:
    """Sum files of the lake with one of the queries that do, from lines or sums.

    Args:
        con: A connection with the macros of such queries.
        name: The query.
        summed: Where the sums of each file lie.
    """
    paths = {
        "files": {str(file): file for file in summed},
        "sums": {str(place): file for file, place in summed.items()},
    }
    (param,) = queries.params(name)
    found: dict[Path, list[Total]] = {file: [] for file in summed}
    values = {param: list(paths[param])}
    for *row, place in con.execute(queries.text(name), values).fetchall():
        account, period, currency, providers, *rest = row
        named = tuple(sorted(provider for provider in providers if provider))
        total = Total(account, period or "", currency, named, *rest)
        found[paths[param][place]].append(total)
    return found


def cost_views(con: Connection, export: Export, staged: Path) -> frozenset[str]:
    """Return which of two costs the rows tell of; none of a format that states both."""
    if not export.format.cost_views:
        return frozenset()
    query = queries.text(export.format.cost_views)
    return frozenset(
        row[0] for row in con.execute(query, {"files": [str(staged)]}).fetchall()
    )


def split(
    con: Connection, export: Export, staged: Path, total: Total, to: Path
) -> None:
    """Write one account's month of a staged file to a file of its own."""
    account, period = _keys(export)
    con.execute(
        f"COPY (FROM read_parquet($staged) WHERE left({period}::VARCHAR, 7) = $period"
        f" AND {account} IS NOT DISTINCT FROM $account)"
        f" TO $target (FORMAT parquet, COMPRESSION zstd)",
        {
            "staged": str(staged),
            "period": total.billing_period,
            "account": total.billing_account_id,
            "target": str(to),
        },
    )


def _order(total: Total) -> tuple[str, str, str]:
    account = total.billing_account_id or ""
    return total.billing_period, account, total.billing_currency or ""


def _fits(export: Export) -> bool:
    """Whether a Parquet file can lie in the lake as it is."""
    is_changed = export.format.is_retyped or reading.missing(export)
    if export.types is None or is_changed:
        return False
    columns = zip(export.header, export.names, export.types, strict=True)
    converted = export.format.numbers | set(export.format.times)
    spelling = str if export.format.is_spelt else str.lower
    return all(
        spelling(header) == spelling(name)
        and not (kind == "VARCHAR" and name in converted)
        and not (reading.is_printed(export, kind) and name in export.format.numbers)
        for header, name, kind in columns
    )


def _convert(con: Connection, export: Export, target: Path) -> None:
    query, values = reading.select(export)
    try:
        local.refuse(con, export)
        con.execute(
            f"COPY ({query}) TO $target (FORMAT parquet, COMPRESSION zstd)",
            values | {"target": str(target)},
        )
    except duckdb.ConversionException as error:
        raise defects.bad_number(con, export, error) from None
    except duckdb.Error as error:
        raise defects.explain(export, error) from error


def _keys(export: Export) -> tuple[str, str]:
    account = f"{export.format.account}::VARCHAR"
    if export.format.has_quotes:
        account = f"trim({account}, ' \"')"
    for word in export.format.nulls:
        account = f"nullif({account}, {queries.literal(word)})"
    return account, export.format.period


def _check(
    con: Connection, export: Export, staged: Path, totals: Sequence[Total]
) -> None:
    for total in totals:
        if not PERIOD.fullmatch(total.billing_period):
            raise defects.no_month(con, export, staged, total.billing_period)
        _check_one(export, total)


def _check_one(export: Export, total: Total) -> None:
    if total.billing_currency is None and (total.billed_cost or total.effective_cost):
        raise BadValue(
            f"{export.file.name} has amounts without a currency in"
            f" {total.billing_period}; correct the export."
        )
