"""Random policies on random records, through every backend, for as long as wanted."""
