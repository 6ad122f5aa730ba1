"""Text in which Python shows a value: what pandas writes of lists and structs."""

from tasks.edge.database import queries

# NumPy puts its arrays into a call where they lie within a struct, and blanks or line
# ends between their elements where a list has commas. Numbers that Python keeps exact
# are shown with their class.
MENDED = (
    (r"array\(\[(.*?)\], dtype=[a-z0-9]+\)", r"[\1]"),
    (r"\}\s+\{", "}, {"),
    (r"Decimal\('([^']*)'\)", r"\1"),
)


def mended(value: str) -> str:
    """Return the SQL that makes such text one that DuckDB casts to a list or struct.

    Args:
        value: SQL of the text.

    Examples:
        >>> mended("x").count("regexp_replace(")
        3
    """
    for shown, plain in MENDED:
        value = (
            f"regexp_replace({value}, {queries.literal(shown)},"
            f" {queries.literal(plain)}, 'gs')"
        )
    return value
