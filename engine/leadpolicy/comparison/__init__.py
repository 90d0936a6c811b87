"""Several policies on the same records: volumes, agreement, disagreements and outcomes.

`compare` is the whole of it; the modules beside it work on plain arrays of verdicts.
"""
