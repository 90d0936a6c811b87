"""The data contract: what the tables of a data set promise, checked before anybody counts.

`contract` draws it up out of the vocabulary and the mapping, `judge` decides it here and now, and
`run_suite` has Great Expectations decide the same promises and write its Data Docs. Only that last
step imports Great Expectations, which takes seconds; `leadpolicy compare` and `backtest` use the
first two.
"""
