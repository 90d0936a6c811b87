"""What-if without a second look at the records: one scan, then answers from groups of records.

`cube` is the whole of it: `moves` says where parameters may go, `reduce` makes formulas over
columns out of policies, `scan` counts records that are alike in all columns, and `view` answers.
"""
