"""What an export says: its form, its dates, its numbers, and what is wrong with it."""
