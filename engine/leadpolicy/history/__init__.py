"""History: what each record would have been under each policy, at every moment.

`replay` gives exact timelines out of the embedded engine; `replay_record` is what they mean, one
record at a time.
"""
