"""The rules of the mappings as macros, one per rule and format.

They need no bill: they are made when a warehouse is, and again when one has changed.
"""

from itertools import chain

from tasks.core.intake.formats.recognition import BILLS
from tasks.edge.database import definitions, queries, warehouse
from tasks.edge.mapping import names

# What every format may use, in order of use: each reads the ones before it.
SCALARS = (
    "money",
    "total",
    "direction",
    "off_price",
    "outside_period",
    "instant",
    "written_time",
    "month_first",
    "iso_time",
    "iso_period",
    "after_end",
    "known",
    "spelled",
    "document",
    "object_of",
    "tag_document",
    "last_pairs",
    "pairs",
    "unit",
    "provider_name",
    "third_party",
    "charge_kind",
    "service_category",
    "share",
    "arrival_hours",
    "credible_date",
    "tag_map",
    "json_value",
    "json_extract_array",
    "json_unquote",
    "json_contains_path",
)

# Names of types in FOCUS's published queries that DuckDB has under another name.
TYPES = {"unsigned": "UBIGINT", "float64": "DOUBLE"}


def install(con: warehouse.Connection) -> None:
    """Create the rules and formats that need no bill, unless they are there."""
    by = definitions.digest(*statements())
    if definitions.is_made(con, "macros", by):
        return
    for name, type_ in TYPES.items():
        con.execute(f"CREATE TYPE IF NOT EXISTS main.{name} AS {type_}")
    names.install(con)
    for statement in statements():
        con.execute(statement)
    definitions.note(con, "macros", by)


def statements() -> tuple[str, ...]:
    """Return the statements that create macros, each after those that it uses."""
    kinds = BILLS.values()
    scalars = chain(SCALARS, *(kind.scalars for kind in kinds))
    tables = chain(
        ("bills/versions_as_of", "series/dated_groups"),
        *(kind.tables for kind in kinds),
        ("series/daily_tag_cost_as_of",),
    )
    return (
        *map(scalar, dict.fromkeys(scalars)),
        *map(queries.as_macro, dict.fromkeys(tables)),
    )


def scalar(name: str) -> str:
    """Return the statement that installs ``sql/macros/<name>.sql``.

    Such a file is a SELECT of one expression; its arguments have the order in which
    the head names them.
    """
    head, _, body = queries.as_macro(f"macros/{name}").partition("\nSELECT")
    _, _, line = head.partition("-- params: ")
    arguments = line.partition("\n")[0]
    return f"CREATE OR REPLACE MACRO main.{name}({arguments}) AS ({body})"
