def simulate() -> None:
    """In preparation."""
