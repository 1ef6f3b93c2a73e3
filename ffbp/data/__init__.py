"""Data: built-in datasets, your file, handwriting, and the inputs made from them. May import words and core."""
