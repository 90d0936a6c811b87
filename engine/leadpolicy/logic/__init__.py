"""The logic that every backend shares: core terms, made once each."""
