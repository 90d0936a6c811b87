"""How results look: terminal, HTML, plots, definition sheets."""
