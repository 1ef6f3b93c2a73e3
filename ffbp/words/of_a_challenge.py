"""What a challenge asks, in words: its quantities, its rules and how far a run is."""

LABELS = {  # of the quantities that a challenge may name, each at the end of training
    "train_loss": "training loss",
    "test_loss": "test loss",
    "train_accuracy": "training accuracy",
    "test_accuracy": "test accuracy",
    "train_r_squared": "training R²",
    "test_r_squared": "test R²",
    "n_params": "weights and biases",
    "n_hidden": "hidden units",
    "epoch": "epochs",
    "n_steps": "update steps",
    "n_train": "training samples",
    "dead": "dead units",
}
COUNTED = ("n_params", "n_hidden", "epoch", "n_steps", "n_train", "dead")  # fewest, most; the others: lowest, highest
IN_PERCENT = ("train_accuracy", "test_accuracy")
SIGNS = {"at_most": "at most", "at_least": "at least"}
SAME_DATA = "on the challenge’s data"
WHY_NOT = {
    "fault": "the run has a deliberate fault",
    "start": "its weights at the start are typed, not drawn",
    "diverged": "training diverged",
    "data": "the data are not the challenge’s",
}


def condition(quantity: str, sign: str, number: float) -> str:
    """One rule: "test loss at most 0.177"."""
    unit = " %" if quantity in IN_PERCENT else ""
    return f"{LABELS[quantity]} {SIGNS[sign]} {number:.15g}{unit}"


def goal(end: str, quantity: str) -> str:
    """What is best: "fewest weights and biases", "lowest test loss"."""
    word = {"least": ("lowest", "fewest"), "most": ("highest", "most")}[end][quantity in COUNTED]
    return f"{word} {LABELS[quantity]}"


def number(quantity: str, value: float) -> str:
    """A quantity's value, with as many digits as a rule may need."""
    if value != value:
        return "none"
    if quantity in COUNTED:
        return f"{value:.0f}"
    return f"{value:.1f} %" if quantity in IN_PERCENT else f"{value:.4g}"
