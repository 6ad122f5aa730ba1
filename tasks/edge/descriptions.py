"""What views and their columns say about themselves."""

from tasks.edge import queries, warehouse

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


def describe(con: warehouse.Connection) -> None:
    """Give the views and their columns the comments of what they show."""
    for view, declared in DESCRIBED.items():
        comments = RENAMED_COMMENTS | _comments(con, declared)
        con.execute(f"COMMENT ON VIEW {view} IS {queries.literal(VIEW_COMMENTS[view])}")
        for column in _comments(con, view):
            con.execute(
                f"COMMENT ON COLUMN {view}.{column}"
                f" IS {queries.literal(comments[column])}"
            )


def _comments(con: warehouse.Connection, table: str) -> dict[str, str]:
    rows = con.execute(
        "SELECT column_name, comment FROM duckdb_columns()"
        " WHERE database_name = current_database()"
        " AND schema_name || '.' || table_name = $table",
        {"table": table},
    ).fetchall()
    return dict(rows)
