"""From scored days to anomalies that live, and why they happened."""
