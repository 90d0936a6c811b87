"""What each record would have been, at every moment, under each policy: exact replay."""
