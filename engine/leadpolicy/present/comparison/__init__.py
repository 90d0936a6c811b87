"""How a comparison of policies looks."""
