"""How the check of a data set looks."""
