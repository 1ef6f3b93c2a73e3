"""Training: the loop, the recorder, and the run that comes of it. May import words to experiment."""
