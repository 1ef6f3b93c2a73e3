"""Pictures of a run: arrays in, Plotly's JSON out, and the packed run that the player draws. May import words to analysis."""
