"""The explorer and the board: what-if and workshop for people who do not code."""
