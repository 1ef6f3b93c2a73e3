"""The page Backpropagation, a file a section; `choosing` is what all of them look at."""
