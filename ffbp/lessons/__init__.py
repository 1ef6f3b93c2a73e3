"""Lessons: instructive experiments, each with a hint that a test checks. May import words to analysis."""
