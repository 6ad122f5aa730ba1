"""Where everything is kept: one DuckDB file, its tables, its copies, its journal."""
