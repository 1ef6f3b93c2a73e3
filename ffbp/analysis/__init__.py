"""Analysis: what is computed by looking at a run: passes taken apart, maps, scores, notices. May import words to training."""
