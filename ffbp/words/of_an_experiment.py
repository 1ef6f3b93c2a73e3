"""Sentences about an experiment: its data, its network and its training."""

from ffbp.words.text import shortened

MAX_NAMES = 10


def data(n, number, percent):
    counts = f"{n['train']} in the training set, {n['test']} in the test set"
    text = f"{n['label']}, {n['train'] + n['test']} samples: {counts}"
    if n["noise"] is not None:
        text += f"; noise {n['noise']:g}"
    text += f"; inputs {shortened(n['inputs'], MAX_NAMES)}"
    if n["standardized"]:
        text += ", standardised with the training set's mean and standard deviation"
    elif n["scale"] != 1:
        text += f", all divided by {n['scale']:g}"
    kind = ", a number" if n["classes"] is None else f": {shortened(n['classes'], MAX_NAMES)}"
    return f"{text}; target {n['target']}{kind}."


def network(n, number, percent):
    sizes = " → ".join(map(str, n["sizes"]))
    *hidden, output = n["activations"]
    inside = f"{', '.join(dict.fromkeys(hidden))} in the hidden layers" if hidden else "no hidden layer"
    start = f"initial weights by {n['initializer']}" if n["initializer"] else "weights set by hand"
    return f"{sizes}, {n['n_params']} parameters; {inside}, {output} at the output; {start}."


def training(n, number, percent):
    hyper = "".join(f", {name} {value:g}" for name, value in n["hyper"].items())
    text = f"{n['loss']}; {n['optimizer']}, learning rate {n['learning_rate']:g}{hyper}"
    if n["schedule"]:
        text += f", schedule {n['schedule']}"
    batches = f"batches of {n['batch_size']}" if n["batch_size"] else "full batch"
    text += f"; {n['epochs']} epochs, {batches}"
    text += "".join(f"; {label} {value:g}" for label, value in n["more"].items())
    return f"{text}; {seeds(**n['seeds'])}."


def seeds(data, weights, shuffling) -> str:
    """The one seed of all that is drawn, or each by its name."""
    if data == weights == shuffling:
        return f"seed {shuffling}"
    return f"seed {shuffling} of the shuffling, {data} of the data, {weights} of the initial weights"


SENTENCES = {each.__name__: each for each in (data, network, training)}
