"""Export files become bill versions in the lake."""
