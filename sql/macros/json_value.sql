-- The function of that name in the SQL standard, which FOCUS's published queries use:
-- plain text, where DuckDB's own gives JSON in quotes.
--
-- params: document, path
--
-- Those queries say UNNEST(...) AS x and mean the element by x. In DuckDB x is the row,
-- which has the element in a column.
SELECT
    if(
        typeof($document) = 'STRUCT(unnest JSON)',
        $document ->> ('$.unnest' || $path[2:]),
        $document ->> $path
    )
