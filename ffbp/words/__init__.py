"""Words: English sentences made from keys and numbers, and the format of numbers. Imports nothing of ffbp."""
