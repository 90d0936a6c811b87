"""Studies: what definitions would have done on a history, and how sure one may be of it."""
