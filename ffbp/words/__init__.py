"""Words: what a key and its numbers say in English, and how numbers are written. Imports nothing of ffbp."""
