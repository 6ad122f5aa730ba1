"""From lines of bills to daily series: summed, here or on a cluster, and kept."""
