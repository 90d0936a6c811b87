"""leadpolicy: definitions of lead, qualified lead and opportunity as versioned, comparable policies."""

__version__ = "0.1.0"
