"""Bills as FOCUS: views over the lake, the rules behind them, and which lines count."""
