"""The command `leadpolicy`: one module per command."""
