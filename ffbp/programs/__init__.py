"""Programs: a run as a script for NumPy, PyTorch, JAX or scikit-learn, and as a notebook. May import words to analysis."""
