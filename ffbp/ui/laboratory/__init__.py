"""The page Laboratory: what decides whether a network learns, measured. Its views are listed in `ffbp.ui.laboratory.views`."""
