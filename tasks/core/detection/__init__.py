"""From scores to alerts: what stands out, what is allowed, and how much is told."""
