"""Everything that can fail for outside reasons."""
