"""The macro that knows what products are called.

The names stand in it as literals. DuckDB then looks a name up once for each word in the
dictionary of a Parquet column, where a join would do it once for each line.
"""

from tasks.edge.database import queries, warehouse


def install(con: warehouse.Connection) -> None:
    """Create the macro, or refresh it after a name was learned."""
    codes, names = queries.run(con, "focus/aws_named").fetchall()[0]
    named = f"map({_texts(codes)}, {_texts(names)})[code]"
    con.execute(f"CREATE OR REPLACE MACRO main.aws_product_name(code) AS {named}")


def _texts(values: list[str]) -> str:
    return f"{queries.literal(values)}::VARCHAR[]"
