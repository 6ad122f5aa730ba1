"""Events that call for something: what they say, and whether it was done already."""
