"""Lessons: instructive experiments, each with a claim that a test checks. May import words to analysis."""
