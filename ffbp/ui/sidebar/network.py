"""Special controls for network and training, each a function with the name of its field."""

import streamlit as st

from ffbp.core.activations import ACTIVATIONS
from ffbp.core.initializers import INITIALIZERS
from ffbp.core.losses import LOSSES
from ffbp.experiment.fields import DEFAULTS, FIELDS, MAX_LAYERS, MAX_UNITS
from ffbp.experiment.resolve import loss_choices, output_choices
from ffbp.faults.registry import FAULTS

UNITS_A_ROW = 4


def hidden(controls, each):
    layers(controls, each)
    units(controls)


def layers(controls, each) -> None:
    """The number of hidden layers."""
    own = {"name": "layers", "value": len(controls.config.hidden), "on_change": _layers_chosen, "args": (controls,)}
    controls.show("slider", "Hidden layers", 0, MAX_LAYERS, **own)


def units(controls, first: int = 0) -> None:
    """The units of the hidden layers from ``first`` on, counted from 0, in rows."""
    for start in range(first, len(controls.config.hidden), UNITS_A_ROW):
        units_of(controls, start, st.columns(UNITS_A_ROW))


def units_of(controls, start, columns) -> None:
    """The units of the hidden layers from ``start`` on, a column each."""
    for l, column in zip(range(start, len(controls.config.hidden)), columns, strict=False):
        own = {
            "name": f"units{l}",
            "value": controls.config.hidden[l],
            "on_change": _units_chosen,
            "args": (controls, l),
        }
        controls.show("number_input", f"Layer {l + 1}", 1, MAX_UNITS, place=column, **own)


def _layers_chosen(n, controls):
    config = controls.now
    hidden, activation = config.hidden, config.activation
    changes = {"hidden": (hidden + (hidden or DEFAULTS["hidden"])[-1:] * n)[:n]}
    if isinstance(activation, tuple):
        changes["activation"] = (activation + activation[-1:] * n)[:n]
    controls.change(**changes)


def _units_chosen(units, controls, layer):
    hidden = controls.now.hidden
    if layer < len(hidden):
        controls.change(hidden=_with(hidden, layer, units))


def _with(values, index, value):
    return (*values[:index], value, *values[index + 1 :])


def activation(controls, each):
    if not isinstance(controls.config.activation, tuple):
        controls.select_field(each, _activations(each.kind.choices))


def activation_per_layer(controls) -> None:
    """One select box for each hidden layer."""
    texts = _activations(FIELDS["activation"].kind.choices)
    for l, key in enumerate(_per_layer(controls.config)):
        own = {"name": f"activation{l}", "value": key, "on_change": _activation_of_layer_chosen, "args": (controls, l)}
        controls.select(f"Activation of layer {l + 1}", texts, **own)


def _activation_of_layer_chosen(key, controls, layer):
    keys = _per_layer(controls.now)
    if layer < len(keys):
        controls.change(activation=_with(keys, layer, key))


def _per_layer(config):
    activation = config.activation
    return activation if isinstance(activation, tuple) else (activation,) * len(config.hidden)


def _activations(keys):
    return {key: ACTIVATIONS[key].label for key in keys}


def loss(controls, each):
    resolved = controls.resolved
    losses = {key: LOSSES[key].label for key in loss_choices(resolved.task, resolved.n_classes)}
    controls.select_field(each, {None: f"automatic: {LOSSES[resolved.loss].label}", **losses})


def output_activation(controls, each):
    resolved = controls.resolved
    usual = ACTIVATIONS[resolved.activations[-1]].label
    outputs = _activations(output_choices(resolved.loss, resolved.task))
    controls.select_field(each, {None: f"automatic: {usual}", **outputs})


def initializer(controls, each):
    controls.select_field(each, {key: f"{entry.label}: {entry.formula}" for key, entry in INITIALIZERS.items()})


def initial_theta(controls, each):
    st.caption(f"{each.title}: {len(controls.config.initial_theta)} explicit numbers, which the link lists.")
    words = "Replaces them by random ones, made by a rule and the seed."
    controls.button("Use random initial weights", "drawn", help=words, initial_theta=None)


def shuffle(controls, each):
    controls.field("checkbox", each)


def patience(controls, each):
    controls.draw(each)
    if controls.config.patience is not None:
        st.caption("Early stopping uses the test set, so test results look better than they are.")


def fault(controls, each):
    controls.select_field(each, {None: "none: healthy", **{key: entry.label for key, entry in FAULTS.items()}})


FUNCTIONS = (hidden, activation, loss, output_activation, initializer, initial_theta, shuffle, patience, fault)
SPECIAL = {function.__name__: function for function in FUNCTIONS}
