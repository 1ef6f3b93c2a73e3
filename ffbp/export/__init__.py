"""Exports: every file that a run can be saved as, in one list. May import all rooms before it."""
