"""Why an anomaly happened: drivers that add up to it, and who carries it."""
