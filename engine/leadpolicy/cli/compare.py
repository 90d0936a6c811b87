def compare() -> None:
    """In preparation."""
