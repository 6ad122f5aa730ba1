"""What each export format is called, has to have, and is read by."""
