"""How policies and their vocabulary look."""
