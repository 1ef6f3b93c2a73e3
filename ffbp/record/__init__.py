"""The record: a run as a file that is written, read and verified by retraining. May import words to analysis."""
