"""The record: a run as a file, written, read, and verified by training again. May import words to analysis."""
