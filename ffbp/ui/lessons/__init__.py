"""Lessons on the page: the panel beside every page while one runs, and the parts of the page Lessons."""
