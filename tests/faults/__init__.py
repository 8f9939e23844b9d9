"""Real faults on real processes, and what has to hold after them."""
