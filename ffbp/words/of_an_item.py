"""The kinds of items of practice, from the easiest: the name of each rung of the ladder, by its key."""

RUNGS = {
    "sum": "The sum z",
    "activation": "The activation a",
    "output_delta": "Delta of the output",
    "output_gradient": "A gradient of the output layer",
    "hidden_delta": "Delta of a hidden unit",
    "hidden_gradient": "A gradient of the hidden layer",
    "new_weight": "A weight after one step",
    "clipped": "A weight after a clipped step",
    "adam": "A weight after Adam's first step",
}
