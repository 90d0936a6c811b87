"""How a backtest looks."""
