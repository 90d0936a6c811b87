"""The pages of the board, in the order in which a workshop goes through them."""
