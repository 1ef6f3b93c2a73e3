"""Lessons: experiments worth looking at, each with a claim that a test holds. May import words to analysis."""
