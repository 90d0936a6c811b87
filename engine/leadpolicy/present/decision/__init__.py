"""How the decision of one record looks."""
