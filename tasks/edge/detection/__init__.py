"""Anomalies and forecasts out of series, and how good they are."""
