"""Policies over tables: SQL, run by an embedded engine, with exactly the interpreter's meaning."""
