"""What could be done: resources, recommendations, verdicts and planned workflows."""
