"""Pictures of a run: Plotly's JSON from arrays, and the packed run for the player. May import words to analysis."""
