"""Programs: a run as a NumPy, PyTorch, JAX or scikit-learn script, and as a notebook. May import words to analysis."""
