"""Analysis of a run: passes taken apart, maps, scores, notices. May import words to training."""
