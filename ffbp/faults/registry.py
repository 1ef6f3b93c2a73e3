"""The registry of faults: twelve mistakes that people make in a training program, and what gives each of them away.

No check finds all of them, and no fault escapes all checks. What a fault changes stands in `ffbp.faults.parts`; those of the
loop, which need more than one batch or the optimizer, in `ffbp.training.faulty`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ffbp.faults import parts
from ffbp.faults.parts import HEALTHY, Parts
from ffbp.words.text import inside

BANNER = "This run has a deliberate fault: {noun}."


@dataclass(frozen=True, eq=False)
class Fault:
    """A mistake, in words and in parts.

    ``does``: one sentence. ``healthy``: what still looks right. ``pattern``: backward / difference quotient in the gradient
    check. ``panel``: where it shows first. ``fix``: the line that corrects it. ``found_by``, ``missed_by``: keys of
    `ffbp.analysis.fault_checks.CHECKS`, one that finds it in its example and one that does not. ``needs``: what an
    experiment must have, which ``applies`` decides of an `Experiment`. ``example``: fields of an experiment that shows it.
    """

    key: str
    label: str
    does: str
    healthy: str
    pattern: str
    panel: str
    fix: str
    found_by: str
    missed_by: str
    needs: str
    applies: Callable[[Any], bool]
    example: Mapping[str, Any]
    parts: Parts = HEALTHY

    @property
    def noun(self) -> str:
        """The label inside a sentence."""
        return inside(self.label)

    @property
    def banner(self) -> str:
        """The words that stand over everything that is made of such a run."""
        return BANNER.format(noun=self.noun)


def _always(e):
    return True


def _bends(e):
    """Whether a hidden layer has another slope than 1."""
    return any(key != "identity" for key in e.resolved.activations[:-1])


def _batches(e):
    return e.resolved.n_batches > 1


def _plain_steps(e):
    config = e.config
    return bool(config.hidden) and (config.optimizer, config.schedule, config.clip) == ("sgd", "constant", None)


def _random_rows(e):
    drawn = e.config.initial_theta is None and e.config.initializer not in ("zeros", "constant")
    return drawn and max(e.resolved.sizes[:-1]) > 1


_SMALL = {"dataset": "moons", "n_samples": 300, "hidden": (6,), "activation": "tanh", "epochs": 300}
_BATCHES = {**_SMALL, "batch_size": 32, "epochs": 100}

FAULTS = {
    entry.key: entry
    for entry in (
        Fault(
            "no_slope", "Slope g' forgotten",
            "On the way back, delta is multiplied by the weights, but not by the slope g' of the activation.",
            "The output layer's gradient is exact, and the loss often falls.",
            "The output layer 1; every layer below something else for each weight.",
            "Gradients per layer: the layers below the output have other norms from epoch 0 on.",
            "delta = (W.T @ delta) * g_slope(Z)",
            "gradient", "start", "a hidden layer has another activation than the identity", _bends,
            {**_SMALL, "hidden": (6, 6), "learning_rate": 0.3}, Parts(network=parts.WithoutSlope),
        ),
        Fault(
            "old_activations", "Old activations",
            "The gradient multiplies this batch's delta by the activations that the batch before left behind.",
            "Every single pass is exact, so the usual gradient check passes; the first batch of an epoch is right.",
            "1 for a single pass; in the second of two batches something else for each weight, and 1 for the biases.",
            "Loss: it falls slowly or hardly at all, while the gradient of the whole training set is right.",
            "trace = network.forward(X_batch)  # in every step, before backward",
            "in_a_row", "gradient", "there are at least two batches in an epoch", _batches, {**_BATCHES, "learning_rate": 0.3},
        ),
        Fault(
            "sum_for_mean", "Sum for mean",
            "The loss is a mean over samples, but its gradient is the sum: n times too long.",
            "The direction is right; with a learning rate n times smaller, the run is the healthy one.",
            "n everywhere, the number of samples (less exactly with a penalty, which is not multiplied).",
            "Loss: it jumps in the first steps, because the learning rate acts like n times the rate.",
            "delta = (A - Y) / n",
            "doubled", "start", "there are at least two samples in a batch",
            lambda e: e.resolved.batch_size > 1, {**_SMALL, "learning_rate": 0.1}, Parts(network=parts.SumForMean),
        ),
        Fault(
            "half", "Factor 2 missing",
            "The loss is the mean of (a − y)², but its gradient is written without the 2 of the derivative.",
            "The loss falls, only at half the rate; no curve looks wrong.",
            "1/2 everywhere.",
            "The gradient check; without it, only a comparison with the healthy run shows the slower loss.",
            "delta = 2 * (A - Y) / n",
            "gradient", "curve", "the loss is the mean squared error",
            lambda e: e.resolved.loss == "mse", {"dataset": "noisy_sine", "n_samples": 200, "hidden": (8,),
            "activation": "tanh", "initializer": "normal", "epochs": 300}, Parts(network=parts.WithoutTwo),
        ),
        Fault(
            "wrong_sign", "Wrong sign",
            "The delta of the output is y − a instead of a − y, so every step goes uphill.",
            "The gradient of every layer has the right norm at epoch 0.",
            "−1 everywhere.",
            "Loss: it rises from the first step.",
            "delta = (A - Y) / n",
            "curve", "start", "", _always, {**_SMALL, "learning_rate": 0.03}, Parts(network=parts.WrongSign),
        ),
        Fault(
            "updated_weights", "Updated weights on the way back",
            "Each layer is updated as soon as its gradient is known; delta is then sent down through the new weights.",
            "The output layer is exact, and the loss falls almost as it should.",
            "The output layer 1; the layers below a little off, the more the larger the learning rate.",
            "The gradient check; the curves of both runs part only slowly.",
            "compute all gradients first, then update all layers",
            "slow", "curve", "there is a hidden layer and plain gradient descent, without schedule and clipping",
            _plain_steps, {**_SMALL, "learning_rate": 1.0},
            Parts(network=parts.UpdatedWeights, start=parts.note_rate),
        ),
        Fault(
            "not_cleared", "Gradients not cleared",
            "Each batch adds its gradient to those of the earlier batches of the epoch.",
            "Every single pass is exact, so the usual gradient check passes; with one batch an epoch nothing is wrong.",
            "1 for a single pass; in the second of two batches something else everywhere, for it is the sum of two gradients.",
            "Loss: it falls faster at first, as with a higher learning rate.",
            "grad[:] = 0  # before every batch",
            "in_a_row", "gradient", "there are at least two batches in an epoch", _batches, {**_BATCHES, "learning_rate": 0.1},
        ),
        Fault(
            "no_bias", "No gradient of the biases",
            "The weights learn, the biases keep their initial values.",
            "All weights have exact gradients; on centred data the loss falls almost as it should.",
            "1 for all weights, 0 for all biases.",
            "Network: the dots of the biases keep their colour from the first epoch to the last.",
            "db = delta.sum(axis=1, keepdims=True)",
            "gradient", "start", "", _always, {**_SMALL, "learning_rate": 0.3, "activation": "tanh"},
            Parts(network=parts.WithoutBiases),
        ),
        Fault(
            "softmax_twice", "Softmax applied twice",
            "The network ends with a softmax, and the loss applies another one to its probabilities.",
            "The gradient is that of the loss: the check passes, the loss falls, and the accuracy rises.",
            "1 everywhere: the gradient is right, the function is wrong.",
            "Loss: it stays above a floor, because no probability can exceed e / (e + K − 1) for K classes.",
            "A = Z  # the loss applies the softmax",
            "overfit", "gradient", "the output is a softmax",
            lambda e: e.resolved.activations[-1] == "softmax",
            {"dataset": "blobs", "classes": 3, "n_samples": 300, "hidden": (6,), "activation": "tanh", "learning_rate": 0.3,
            "epochs": 300}, Parts(output=parts.TWICE),
        ),
        Fault(
            "same_in_a_row", "Same number in a row",
            "One number is drawn for each unit and used for all its weights, so each unit begins with the sum of its inputs.",
            "The units differ from each other, every gradient is exact, and training repairs it in time.",
            "1 everywhere.",
            "Network at epoch 0: all boundaries of the first layer are parallel.",
            "W = rng.normal(size=(n_out, n_in)) * std",
            "weights", "gradient", "the initial weights are drawn at random, and a unit has at least two inputs", _random_rows,
            {**_SMALL, "learning_rate": 0.1}, Parts(start=parts.same_in_a_row),
        ),
        Fault(
            "no_correction", "Adam not corrected",
            "The running means of Adam start at 0, and their bias towards 0 is not removed.",
            "Every gradient is exact; the loss falls, and after some thousand steps its steps are right.",
            "1 everywhere.",
            "Loss at the first steps: with the usual β₁ and β₂ they are three to seven times too long.",
            "m_hat = m / (1 - beta1**t); v_hat = v / (1 - beta2**t)",
            "step", "gradient", "the optimizer is Adam or AdamW", lambda e: e.config.optimizer in ("adam", "adamw"),
            {**_SMALL, "optimizer": "adam", "learning_rate": 0.03},
        ),
        Fault(
            "test_in_training", "Test rows in the training set",
            "The test set is cut out of the training rows, so it measures samples that were trained on.",
            "Every gradient is exact, and both curves look excellent.",
            "1 everywhere.",
            "Loss: the test curve follows the training curve and shows no overfitting, whatever the network.",
            "test = rows[n_train:]",
            "split", "gradient", "there is a test set and no file", lambda e: e.resolved.test_size > 0 and not e.config.file_name,
            {"dataset": "moons", "n_samples": 60, "noise": 0.4, "hidden": (24,), "learning_rate": 0.3, "epochs": 1000,
            "test_size": 0.4}, Parts(data=parts.tested_on_training),
        ),
    )
}  # fmt: skip


def parts_of(key: str | None) -> Parts:
    """What an experiment with this fault is built from; without one, all of it healthy."""
    return HEALTHY if key is None else FAULTS[key].parts


def banner(fault: str | None) -> str:
    """The words over everything that is made of a run with a fault, by the fault's key; "" if that is None."""
    return "" if fault is None else FAULTS[fault].banner
