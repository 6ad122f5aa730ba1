"""How good detection is on somebody's own history: pure parts of the back-test."""
