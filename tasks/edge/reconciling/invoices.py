"""Invoices beside the bills: loaded from a file, kept, and compared by their number."""

from pathlib import Path

import duckdb

from tasks.core.errors import NothingThere, UnreadableFile
from tasks.core.intake import invoices as core
from tasks.core.intake.invoices import InvoiceLine
from tasks.edge.database import queries, warehouse

# How each kind of file becomes a table of text; a CSV's digits stay as printed.
READERS = {
    ".parquet": "SELECT COLUMNS(*)::VARCHAR FROM read_parquet($path)",
    ".csv": "FROM read_csv($path, all_varchar = true, header = true)",
}


def load(con: warehouse.Connection, path: Path) -> int:
    """Keep the lines of an invoice file, instead of earlier ones of these invoices.

    Returns:
        How many lines were kept.

    Raises:
        NothingThere: There is no such file.
        UnreadableFile: It is no CSV or Parquet file.
        BillError: A column is missing, or a value cannot be read.
    """
    lines = _lines(con, path)
    with warehouse.transaction(con):
        con.execute(
            "DELETE FROM bills.invoices WHERE list_contains($ids, invoice_id)",
            {"ids": [line.invoice_id for line in lines]},
        )
        if lines:
            con.executemany(
                "INSERT INTO bills.invoices (invoice_id, billing_period,"
                " charge_category, billing_currency, amount, decimals, origin,"
                " loaded_at) VALUES (?, ?, ?, ?, ?, ?, ?, now())",
                [
                    (
                        line.invoice_id,
                        line.billing_period,
                        line.charge_category,
                        line.billing_currency,
                        line.amount,
                        line.decimals,
                        path.name,
                    )
                    for line in lines
                ],
            )
    return len(lines)


def _lines(con: warehouse.Connection, path: Path) -> list[InvoiceLine]:
    if not path.exists():
        raise NothingThere(f"There is no invoice file {path}.")
    reader = READERS.get(path.suffix.lower(), READERS[".csv"])
    try:
        table = con.execute(reader, {"path": str(path)})
    except duckdb.Error as error:
        raise UnreadableFile(
            f"{path.name} is no CSV or Parquet file: {str(error).splitlines()[0]}"
        ) from error
    header = [column[0] for column in table.description or ()]
    places = {
        field: header.index(name)
        for field, name in core.columns(header, path.name).items()
    }
    lines = (
        core.line({f: row[place] for f, place in places.items()}, number, path.name)
        for number, row in enumerate(table.fetchall(), start=2)
    )
    return [line for line in lines if line is not None]


def compared(con: warehouse.Connection) -> warehouse.Connection:
    """Return each loaded invoice beside what the bills ask for under its number."""
    return queries.run(con, "ops/invoices")
