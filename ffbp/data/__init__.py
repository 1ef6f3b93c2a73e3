"""Data: the built-in datasets, your file, handwriting; and how samples become a network's inputs. May import words and core."""
