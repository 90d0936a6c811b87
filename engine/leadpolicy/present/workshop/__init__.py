"""How the cards and the votes of a workshop look."""
