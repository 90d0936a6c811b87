"""Tables of a business as records: what was known about each of them at a moment.

`open_dataset` opens a folder with a `dataset.yaml`, `from_frame` takes a data frame; both give a
`RecordSet`: the records as of a moment, `cut` out of a `Chronicle` of everything with its dates.
"""
