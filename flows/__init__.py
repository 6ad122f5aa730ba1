"""Occasions, one file each."""
