"""Policies over coded columns in memory: circuits of bit planes, with the interpreter's meaning."""
