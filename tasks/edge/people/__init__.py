"""What people tell: planned events, deploys, feedback, and what nobody need hear."""
