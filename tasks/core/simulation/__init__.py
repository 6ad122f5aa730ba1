"""A made-up company and everything that three clouds charge it.

Integers all the way: a price has ``price_decimals`` decimals, a quantity the rest of
eight, so that their product is exact in units of 1e-8, and still exact in units of
1e-10 after a negotiated discount of whole percents.
"""
