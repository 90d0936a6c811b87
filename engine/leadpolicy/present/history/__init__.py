"""How a replay looks."""
