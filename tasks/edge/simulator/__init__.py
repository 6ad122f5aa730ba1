"""Writes the bills of a made-up company in each provider's format."""
