"""One record at a time: how long a decision and its explanation take, here and elsewhere."""
