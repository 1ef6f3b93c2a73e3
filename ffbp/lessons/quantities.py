"""Quantities: the numbers that a lesson may show or ask for, each computed from a run when it is needed.

A lesson names a quantity as the formulas do, with indices from 1: ``z[1][2]`` is the sum of unit 2 of layer 1, and ``W[1][2,1]``
the weight to it from input 1. A quantity belongs to a `Place`: one frame of a run and one sample.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ffbp.analysis import passes, slips
from ffbp.analysis.diverging import diverging
from ffbp.analysis.passes import Pass
from ffbp.analysis.scores import chance_level
from ffbp.analysis.step import preview_update
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.network import Network
from ffbp.data.source import REGRESSION
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.link import View
from ffbp.training.run import Run
from ffbp.words.numbers import fixed, format_number, format_percent

ROUNDING = 1e-15  # smaller numbers are what rounding leaves of 0
STEP = 1e-5  # of a difference quotient
FRESH, FRESH_SEED = 4000, 1
NUMBER, PERCENT, WHOLE = "number", "percent", "whole"


@dataclass(frozen=True)
class Place:
    """A frame of a run, and the sample that the view has chosen: by default the first training sample.

    other: the run B of a comparison, where there is one.
    """

    run: Run
    frame: int
    view: View
    other: "Place | None" = None

    @cached_property
    def network(self) -> Network:
        """The frame's network, with the gradient on the whole training set."""
        return self.run.network(self.frame)

    @cached_property
    def p(self) -> Pass:
        """Forward and backward of the sample alone, in a network of its own. Typed inputs have the target 0."""
        network = self.network.with_theta(self.network.theta.copy())
        return passes.pass_over(network, *self.sample)

    @cached_property
    def sample(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (1, n_inputs) and target (1,), as the network sees them."""
        data, view = self.run.dataset, self.view
        if view.inputs is not None and len(view.inputs) == len(data.columns):
            return data.encode_columns(np.array(view.inputs)[None]), np.zeros(1, data.y_train.dtype)
        for part in data.parts:
            at = np.flatnonzero(part.rows == view.sample)
            if len(at):
                return part.X[at[:1]], part.y[at[:1]]
        return data.X_train[:1], data.y_train[:1]

    @cached_property
    def next_theta(self) -> np.ndarray:
        """The parameters after the training's next step (n_params,)."""
        training = passes.next_training(self.run, self.frame)
        with diverging():
            training.gradient()
        return preview_update(training)

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(passes.next_training(self.run, self.frame).learning_rate)

    def at(self, frame: int) -> "Place":
        """Another frame of the same run."""
        return replace(self, frame=frame % self.run.n_frames)

    def on_row(self, row: int) -> "Place":
        """The same frame with another sample; both share the network."""
        place = replace(self, view=self.view.with_row(row))
        vars(place)["network"] = self.network
        return place

    def noted(self, name: str) -> float:
        """What the recorder has measured at this frame."""
        return float(getattr(self.run.history, name)[self.frame])


def _z_slips(place, l, unit):
    return slips.sum_slips(place.p, l, unit)


def _a_slips(place, l, unit):
    return slips.activation_slips(place.p, l, unit)


def _delta_slips(place, l, unit):
    return slips.delta_slips(place.p, l, unit)


def _dW_slips(place, l, unit, source):
    return slips.slips(place.p, l, unit, source) | slips.factor_slips(place.p, l, unit, source)


def _new_slips(place, l, unit, source):
    return slips.update_slips(place.p.weight(l, unit, source), _new(place, l, unit, source), place.rate)


def _entry(arrays, l, unit):
    return float(arrays[l][unit - 1, 0])


def _loss(place):
    X, y = place.sample
    return float(place.network.data_loss(place.network.targets(y), place.network.forward(X)))


def _new(place, l, unit, source):
    return float(place.network.blocks(place.next_theta)[l - 1][unit - 1, source - 1])


def _wrong(place):
    X, y = place.sample
    if place.network.task == REGRESSION:  # a number is not right or wrong
        return math.nan
    return float(place.network.predict(X)[0] != y[0])


def _sure(place):
    if not place.network.gives_probabilities:
        return math.nan
    outputs = place.p.trace.A[-1][:, 0]
    return 100 * float(max(outputs.max(), 1 - outputs[0]) if len(outputs) == 1 else outputs.max())


def _changed_by_use(place):
    """The largest change of a parameter by the outputs of all samples: there is none."""
    network = place.run.network(place.frame)
    before = network.theta.copy()
    for part in place.run.dataset.parts:
        network.predict(part.X)
    return float(np.abs(network.theta - before).max())


def _check_ratio(place, l, unit, source):
    """The difference quotient of the training loss over the gradient that backpropagation gives."""
    network, data, losses = place.network, place.run.dataset, []
    for step in (STEP, -STEP):
        moved = network.with_theta(network.theta.copy())
        moved.layers[l - 1].block[unit - 1, source - 1] += step
        losses.append(float(moved.loss(data.X_train, data.y_train)))
    return (losses[0] - losses[1]) / (2 * STEP) / float(network.layers[l - 1].dblock[unit - 1, source - 1])


def _off(place, l, unit):
    """On how many percent of the training samples a unit has slope 0."""
    network = place.network.with_theta(place.network.theta.copy())
    data = place.run.dataset
    whole = passes.pass_over(network, data.X_train, data.y_train)
    return 100 * float(np.mean(whole.slope(l)[unit - 1] == 0))


def _rises(place):
    """In how many percent of the steps the loss of a step is above that of the step before."""
    losses = place.run.history.step_loss
    return 100 * float(np.mean(np.diff(losses) > 0))


def _not_linear(place):
    """How far z of the output departs from a straight line between two samples, halfway; the largest over the samples."""
    X = place.run.dataset.X_train
    half = len(X) // 2
    one, other = X[:half], X[half : 2 * half]
    z = [place.network.forward(points).Z[-1] for points in (one, (one + other) / 2, other)]
    return float(np.abs(z[1] - (z[0] + z[2]) / 2).max())


def _changed_by_gradient(place):
    """The largest change of a parameter by the backward pass alone: there is none."""
    network = place.network.with_theta(place.network.theta.copy())
    network.backward(place.run.dataset.y_train, network.forward(place.run.dataset.X_train))
    return float(np.abs(network.theta - place.run.history.theta[place.frame]).max())


def _best_by_test(run):
    """The frame with the highest test accuracy."""
    return int(np.argmax(run.history.test_accuracy))


def _fresh_accuracy(place):
    """The accuracy in percent at the epoch with the highest test accuracy, on FRESH new samples of generated data."""
    run = place.run
    if run.dataset.task == REGRESSION or not len(run.dataset.X_test):
        return math.nan
    config = replace(run.config, n_samples=FRESH, test_size=0.0, patience=None, epochs=1, data_seed=FRESH_SEED)
    fresh = Experiment(config).dataset
    network = run.network(_best_by_test(run))
    return 100 * float(np.mean(network.predict(run.dataset.encode(fresh.raw_train)) == fresh.y_train))


def _agreement(place):
    """On how many percent of A's training samples A and B decide alike."""
    if place.other is None or place.network.task == REGRESSION:
        return math.nan
    X = place.run.dataset.X_train
    return 100 * float(np.mean(place.network.predict(X) == place.other.network.predict(X)))


def _bias(place, l):
    return place.network.layers[l - 1].n_in + 1


def _shrink(place):
    norms = place.run.history.grad_norm[place.frame]
    return float(norms[-1] / norms[0]) if norms[0] else np.inf


def _longest_step(place):
    """The largest ratio of the last update of a weight to its gradient, over all weights of the network."""
    first = place.at(0)
    moved = first.run.history.theta[1] - first.run.history.theta[0]
    return float(np.abs(moved).max() / np.abs(first.network.grad).max())


CLASSES, NUMBERS, PROBABILITIES, TEST, DRAWN, PAIR = "classes", "numbers", "probabilities", "test", "drawn", "pair"
NEEDS = {  # what an experiment must have for a quantity -> what is said if it has not
    CLASSES: "its target is a number, not a class",
    NUMBERS: "its target is a class, not a number",
    PROBABILITIES: "its outputs are not probabilities",
    TEST: "it has no test set",
    DRAWN: "its samples are not drawn from a formula",
    PAIR: "there is no run B beside it",
}


@dataclass(frozen=True)
class Quantity:
    """``of(place, *indices)``: the number. ``shape``: how many indices stand in each pair of brackets.

    slips: the values that known mistakes give, by the mistake's key in `ffbp.words.of_a_slip`. says: what it is.
    needs: what an experiment must have for it, keys of `NEEDS`.
    """

    says: str
    of: Callable[..., float]
    shape: tuple[int, ...] = ()
    kind: str = NUMBER
    slips: Callable[..., dict[str, float]] = lambda place, *indices: {}
    needs: tuple[str, ...] = ()


UNIT, WEIGHT, LAYER = (1, 1), (1, 2), (1,)
QUANTITIES = {
    "x": Quantity("an input of the sample", lambda p, i: float(p.sample[0][0, i - 1]), LAYER),
    "target": Quantity("the sample's target", lambda p: float(p.sample[1][0])),
    "W": Quantity("a weight", lambda p, *weight: p.p.weight(*weight), WEIGHT),
    "b": Quantity("a bias", lambda p, l, unit: p.p.weight(l, unit, _bias(p, l)), UNIT),
    "z": Quantity("the sum of a unit", lambda p, *unit: _entry(p.p.trace.Z, *unit), UNIT, slips=_z_slips),
    "a": Quantity("the activation of a unit", lambda p, *unit: _entry(p.p.trace.A, *unit), UNIT, slips=_a_slips),
    "slope": Quantity("the slope g′(z) of a unit", lambda p, l, unit: float(p.p.slope(l)[unit - 1, 0]), UNIT),
    "loss": Quantity("the loss of the sample", _loss, slips=lambda p: slips.loss_slips(p.p)),
    "delta": Quantity(
        "dLoss/dz of a unit, for the sample", lambda p, *unit: _entry(p.p.trace.delta, *unit), UNIT, slips=_delta_slips
    ),
    "dW": Quantity(
        "the gradient of a weight, for the sample", lambda p, *weight: p.p.gradient(*weight), WEIGHT, slips=_dW_slips
    ),
    "db": Quantity(
        "the gradient of a bias, for the sample", lambda p, l, unit: p.p.gradient(l, unit, _bias(p, l)), UNIT
    ),
    "mean_dW": Quantity(
        "the gradient of a weight, over the training set",
        lambda p, l, unit, source: float(p.network.layers[l - 1].dblock[unit - 1, source - 1]),
        WEIGHT,
    ),
    "new_W": Quantity("a weight after the next step", _new, WEIGHT, slips=_new_slips),
    "wrong": Quantity("1 if the sample is classified wrongly, else 0", _wrong, kind=WHOLE, needs=(CLASSES,)),
    "sure": Quantity("the largest probability", _sure, kind=PERCENT, needs=(PROBABILITIES,)),
    "train_loss": Quantity("the mean loss of the training set", lambda p: p.noted("train_loss")),
    "test_loss": Quantity("the mean loss of the test set", lambda p: p.noted("test_loss"), needs=(TEST,)),
    "train_accuracy": Quantity(
        "training accuracy", lambda p: 100 * p.noted("train_accuracy"), kind=PERCENT, needs=(CLASSES,)
    ),
    "test_accuracy": Quantity(
        "test accuracy", lambda p: 100 * p.noted("test_accuracy"), kind=PERCENT, needs=(CLASSES, TEST)
    ),
    "train_r_squared": Quantity("training R²", lambda p: p.noted("train_r2"), needs=(NUMBERS,)),
    "test_r_squared": Quantity("test R²", lambda p: p.noted("test_r2"), needs=(NUMBERS, TEST)),
    "grad_norm": Quantity(
        "the size ‖dW‖ of a layer's gradient", lambda p, l: float(p.run.history.grad_norm[p.frame, l - 1]), LAYER
    ),
    "shrink": Quantity("‖dW‖ of the last layer over that of the first", _shrink),
    "longest_step": Quantity("the largest change in the first step over the largest gradient", _longest_step),
    "dead": Quantity(
        "hidden units with slope 0 on every sample",
        lambda p: float(p.run.history.inactive[p.frame, :-1].sum()),
        kind=WHOLE,
    ),
    "best_epoch": Quantity(
        "the epoch with the lowest test loss",
        lambda p: float(p.run.history.epoch[p.run.history.best_frame]) if len(p.run.dataset.X_test) else math.nan,
        kind=WHOLE,
        needs=(TEST,),
    ),
    "best_test_loss": Quantity(
        "the lowest test loss", lambda p: float(np.fmin.reduce(p.run.history.test_loss)), needs=(TEST,)
    ),
    "diverged": Quantity("1 if training diverged, else 0", lambda p: float(p.run.diverged_at is not None), kind=WHOLE),
    "epoch": Quantity("the epoch", lambda p: p.noted("epoch"), kind=WHOLE),
    "steps_per_epoch": Quantity("update steps in an epoch", lambda p: float(p.run.resolved.n_batches), kind=WHOLE),
    "n_steps": Quantity("update steps of the whole run", lambda p: float(len(p.run.history.step_loss)), kind=WHOLE),
    "n_params": Quantity("weights and biases", lambda p: float(p.network.n_params), kind=WHOLE),
    "n_hidden": Quantity("hidden units", lambda p: float(sum(p.network.sizes[1:-1])), kind=WHOLE),
    "n_train": Quantity("training samples", lambda p: float(len(p.run.dataset.X_train)), kind=WHOLE),
    "n_numbers": Quantity("numbers in the training inputs", lambda p: float(p.run.dataset.X_train.size), kind=WHOLE),
    "guessing": Quantity("the loss of guessing", lambda p: float(chance_level(p.run))),
    "changed_by_use": Quantity(
        "the largest change of a weight when the network only computes outputs", _changed_by_use
    ),
    "end_loss": Quantity("the training loss at the end", lambda p: p.at(-1).noted("train_loss")),
    "end_test_loss": Quantity("the test loss at the end", lambda p: p.at(-1).noted("test_loss"), needs=(TEST,)),
    "end_train_accuracy": Quantity(
        "training accuracy at the end", lambda p: 100 * p.at(-1).noted("train_accuracy"), kind=PERCENT, needs=(CLASSES,)
    ),
    "end_test_accuracy": Quantity(
        "test accuracy at the end", lambda p: 100 * p.at(-1).noted("test_accuracy"), kind=PERCENT, needs=(CLASSES, TEST)
    ),
    "not_linear": Quantity("how far the output's z is from a straight line", _not_linear),
    "check_ratio": Quantity("the difference quotient over the gradient of a weight", _check_ratio, WEIGHT),
    "off": Quantity("samples on which a unit has slope 0", _off, UNIT, kind=PERCENT),
    "rises": Quantity("steps in which the loss rose", _rises, kind=PERCENT),
    "changed_by_gradient": Quantity("the largest change of a weight by the backward pass alone", _changed_by_gradient),
    "best_test_accuracy": Quantity(
        "the highest test accuracy of any epoch",
        lambda p: 100 * float(p.run.history.test_accuracy[_best_by_test(p.run)]),
        kind=PERCENT,
        needs=(CLASSES, TEST),
    ),
    "fresh_accuracy": Quantity(
        "accuracy on new samples, at the epoch with the highest test accuracy",
        _fresh_accuracy,
        kind=PERCENT,
        needs=(CLASSES, TEST, DRAWN),
    ),
    "agreement": Quantity("samples on which A and B decide alike", _agreement, kind=PERCENT, needs=(PAIR, CLASSES)),
    "learning_rate": Quantity("the learning rate", lambda p: float(p.run.config.learning_rate)),
}


def lacking(quantity: Quantity, experiment: Experiment, *, compared: bool = False) -> str:
    """Why an experiment has no such number, as the end of a sentence; "" if it has one. compared: beside a run B."""
    resolved, source = experiment.resolved, experiment.source
    coupled = ACTIVATIONS[resolved.activations[-1]].coupled
    has = {
        CLASSES: resolved.task != REGRESSION,
        NUMBERS: resolved.task == REGRESSION,
        PROBABILITIES: resolved.task != REGRESSION and (resolved.sizes[-1] == 1 or coupled),
        TEST: resolved.test_size > 0,
        DRAWN: source.generated and source.sized,
        PAIR: compared,
    }
    return next((NEEDS[each] for each in quantity.needs if not has[each]), "")


def number_text(value: float, kind: str) -> str:
    """A quantity's value as pages write it; small round values without trailing zeros."""
    if kind == PERCENT:
        return format_percent(value / 100)
    if kind == WHOLE:
        return fixed(value, 0)
    value = 0.0 if abs(value) < ROUNDING else value
    short = float(f"{value:.3g}") if np.isfinite(value) else value
    is_round = abs(short - value) <= 1e-12 and (short == 0 or 1e-3 <= abs(short) < 1e5)
    return f"{short:g}" if is_round else format_number(value)
