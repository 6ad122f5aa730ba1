"""The stages of the road, one verb per file."""
