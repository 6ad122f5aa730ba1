"""Forecasts: what series and their sums will cost, and what that means for budgets."""
