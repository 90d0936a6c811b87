"""Many records at one moment: where they come from, as columns, and their verdicts."""
