"""Faults: deliberate mistakes to watch and to find; they stand beside the healthy code, which knows nothing of them."""
