"""Training: the loop, the recorder, and the run that results. May import words to experiment."""
