"""The Backpropagation page: its diagram, a file for each card, and the folded parts; `choosing` makes the moment they show."""
