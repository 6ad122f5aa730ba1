"""What an export is, and which files make up one bill."""
