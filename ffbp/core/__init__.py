"""The core: activations, losses, a network and its gradients, in NumPy. It has no notion of a configuration. May import words."""
