"""The page Digits, a file a section: a run on images, drawings by hand, the gradient followed back to the pixels."""
