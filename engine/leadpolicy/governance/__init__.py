"""Keeping definitions honest: identity, lock, cards."""
