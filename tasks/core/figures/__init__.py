"""Figures by day for a time-series store: what it is to hold, and what it lacks."""
