-- The function of that name in the SQL standard, which FOCUS's published queries use:
-- plain text, where DuckDB's own gives JSON in quotes.
--
-- params: document, path
SELECT $document ->> $path
