"""What people are told: alerts, and the digest of a day."""
