"""The Backpropagation page, one file per section; `choosing` makes the moment that all of them show."""
