"""A simulated history of B2B sales with a known ground truth. Import from `simulate.write`."""
