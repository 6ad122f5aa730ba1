"""What could be smaller or gone, one rule a file."""
