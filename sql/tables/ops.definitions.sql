-- What was made by which text.
CREATE TABLE IF NOT EXISTS ops.definitions (
    name VARCHAR PRIMARY KEY,
    digest VARCHAR NOT NULL
);
COMMENT ON TABLE ops.definitions IS 'What made tables, macros, views and comments last; grain: name.';
COMMENT ON COLUMN ops.definitions.name IS 'tables, macros, comments, or the name of a view or macro over bills.';
COMMENT ON COLUMN ops.definitions.digest IS 'Of the text that made it and the version of DuckDB.';
