"""Detection on any dated values: no bills, no accounts, any step of time."""
