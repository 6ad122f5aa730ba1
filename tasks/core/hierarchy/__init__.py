"""What only sums show: services, accounts, providers, tags; and costs that moved."""
