"""The experiment: every choice that decides a run, its limits, its address, and what is built from it. May import words to data."""
