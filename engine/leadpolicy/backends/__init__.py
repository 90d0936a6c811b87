"""Ways to run a policy. The interpreter defines the meaning; every other way must agree with it."""
