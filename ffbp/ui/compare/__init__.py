"""The page Compare: two runs with one difference. Each of its views is a file, listed in `ffbp.ui.compare.views`."""
