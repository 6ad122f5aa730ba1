"""Hears events and starts what they call for, once for each revision."""
