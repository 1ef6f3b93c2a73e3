"""The Forward pass page, one file per section: the pass of one sample at one frame, number by number."""
