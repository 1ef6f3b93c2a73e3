"""The Digits page, one file per section: a run on images, drawings by hand, and the gradient at the pixels."""
