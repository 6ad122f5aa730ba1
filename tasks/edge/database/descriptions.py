"""What tables, views and their columns say about themselves."""

from collections import defaultdict
from collections.abc import Iterable

from tasks.edge.database import definitions, queries, schema, warehouse

# What the comments of tables are remembered as.
TABLES = "comments"

COLUMNS = (
    "SELECT schema_name || '.' || table_name, column_name, comment"
    " FROM duckdb_columns()"
    " WHERE database_name = current_database() AND NOT internal"
    " ORDER BY schema_name, table_name, column_index"
)

# What a view shows is described where the rows are declared.
DESCRIBED = {
    "focus.cost_and_usage": "focus.charges",
    "focus.cost_and_usage_1_2": "focus.charges",
    "main.focus_data_table": "focus.charges",
    "main.CostAndUsage": "focus.charges",
    "series.daily_cost": "series.daily_cost_versions",
}
VIEW_COMMENTS = {
    "focus.cost_and_usage": "FOCUS 1.4 rows of the bills that count now.",
    "focus.cost_and_usage_1_2": "The same rows under the column names of FOCUS 1.2.",
    "main.focus_data_table": "The same under all names that published queries use.",
    "main.CostAndUsage": "The same, by the name in examples of the specification.",
    "series.daily_cost": "Daily cost of the bills that count now.",
}
RENAMED_COMMENTS = {
    "ProviderName": "FOCUS 1.2: who offers the service.",
    "PublisherName": "FOCUS 1.2: who made what was sold.",
    "InvoiceIssuer": "InvoiceIssuerName, as some published queries call it.",
    "Application": 'The key itself, for queries that say Tags["Application"].',
    "ApplicationId": 'The key itself, for queries that say Tags["ApplicationId"].',
}


def install(con: warehouse.Connection, views: Iterable[str]) -> None:
    """Describe every table, unless that was done, and some views with their columns.

    Belongs into the transaction that makes the views.
    """
    by = definitions.digest(*schema.declared().values())
    if not definitions.is_made(con, TABLES, by):
        schema.describe(con)
        definitions.note(con, TABLES, by)
    if described := list(views):
        _describe(con, described)


def _describe(con: warehouse.Connection, views: Iterable[str]) -> None:
    """Give views and their columns the comments of what they show."""
    known = _comments(con)
    for view in views:
        comments = RENAMED_COMMENTS | known[DESCRIBED[view]]
        con.execute(f"COMMENT ON VIEW {view} IS {queries.literal(VIEW_COMMENTS[view])}")
        for column in known[view]:
            con.execute(
                f"COMMENT ON COLUMN {view}.{column}"
                f" IS {queries.literal(comments[column])}"
            )


def _comments(con: warehouse.Connection) -> dict[str, dict[str, str]]:
    """Return the comment of each column, by table or view, in their order."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, comment in con.execute(COLUMNS).fetchall():
        found[table][column] = comment
    return found
