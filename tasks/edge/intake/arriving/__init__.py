"""Where exports lie, here or behind URLs and APIs, and how they are fetched."""
