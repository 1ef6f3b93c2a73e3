"""Which lesson explains what a run has shown: by the notice, or for the effect of a change by the field that was changed."""

from collections.abc import Iterable

NOTICES = {
    "diverged": "rate",
    "worse": "rate",
    "oscillating": "rate",
    "stuck": "start",
    "plateau": "start",
    "clones": "start",
    "dead": "vanishing",
    "shrinking": "vanishing",
    "overfitting": "overfitting",
    "stopped": "overfitting",
    "undivided": "overfitting",
    "straight": "bend",
}
FIELDS = {
    "learning_rate": "rate",
    "hidden": "bend",
    "activation": "vanishing",
    "initializer": "start",
    "init_scale": "start",
    "bias_init": "start",
    "weight_seed": "start",
    "optimizer": "optimizers",
    "momentum": "optimizers",
    "batch_size": "batches",
    "shuffle": "batches",
    "l1": "overfitting",
    "l2": "overfitting",
    "noise": "overfitting",
    "n_samples": "overfitting",
    "patience": "overfitting",
    "loss": "loss",
}


def lesson_for(notice: str, changed: Iterable[str] = ()) -> str | None:
    """The key of the lesson that explains a notice, by its key; None if there is none."""
    if notice == "effect":
        return next((FIELDS[name] for name in changed if name in FIELDS), None)
    return NOTICES.get(notice)
