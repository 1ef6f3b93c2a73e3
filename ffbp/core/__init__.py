"""The core: activations, losses, a network and its gradients, in NumPy, without a configuration. May import words."""
