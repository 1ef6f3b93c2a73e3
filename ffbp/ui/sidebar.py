"""The sidebar: every choice of the configuration that applies, in three groups, the important ones open.

The configuration is the truth, and each control shows it (`ffbp.ui.session.control`). A change calls back with one field, which is
set in the configuration of that moment; whatever no longer fits the data is left out by the rules of `Config.fitting`.
"""

from dataclasses import replace

import streamlit as st

from ffbp.analysis import plane
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.initializers import INITIALIZERS
from ffbp.core.losses import LOSSES
from ffbp.core.network import count_params
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.data.dataset import DERIVED
from ffbp.data.generators import DATASETS
from ffbp.data.source import REGRESSION
from ffbp.experiment.config import Config
from ffbp.experiment.fields import (
    DATA,
    DEFAULTS,
    FIELDS,
    GROUPS,
    MAX_LAYERS,
    MAX_UNITS,
    NETWORK,
    TRAINING,
    Elsewhere,
    Field,
    Ladder,
    Menu,
    Number,
    Slider,
)
from ffbp.experiment.kinds import Whole
from ffbp.experiment.resolve import loss_choices, output_choices
from ffbp.lessons.presets import PRESETS
from ffbp.ui import files
from ffbp.ui.session import control
from ffbp.ui.session.state import session

REFERENCE = Config()
OWN_FILE, OWN = "file", "own"  # the dataset choices that stand for the session's file, and for drawn points
AUTOMATIC = "automatic"  # the option for None, because a select box reads None as no choice
# What is always in sight; the rest of a group is behind "More", in the order of the fields.
IN_SIGHT = {
    DATA: ("dataset", "noise", "classes", "columns"),
    NETWORK: ("hidden", "activation"),
    TRAINING: ("learning_rate", "epochs", "batch_size", "optimizer"),
}
MORE = {DATA: "More about the data", NETWORK: "More about the network", TRAINING: "More about training"}


def usual_axes(config: Config) -> tuple[int, int]:
    """The columns of a slice unless chosen otherwise."""
    experiment = files.experiment(config)
    return plane.default_axes(experiment.columns, experiment.source.default_columns, experiment.source.groups)


class Sidebar:
    """The controls of one page: widget keys carry the page's name, so that pages do not share widgets.

    A field is drawn by the method ``_draw_`` and its name if there is one, else by the kind of its control.
    """

    def __init__(self, page: str):
        self.page = page
        self.config: Config = session.config
        self.there = files.is_there(self.config)
        if self.there:
            self.experiment = files.experiment(self.config)
            self.source, self.resolved = self.experiment.source, self.experiment.resolved

    def draw(self) -> None:
        """Draw everything; of data that are not there only the way to others."""
        self._presets()
        for group in GROUPS if self.there else (DATA,):
            st.markdown(f"**{group}**")  # no heading, because the page's title comes after it in the document
            for name in IN_SIGHT[group] if self.there else ("dataset",):
                self._field(FIELDS[name])
            if self.there:
                self._after(group)

    def _after(self, group):
        """What follows a group's choices in sight: the network in numbers, and the other choices."""
        if group == NETWORK:
            sizes = self.resolved.sizes
            st.caption(f"{' → '.join(str(n) for n in sizes)} · {count_params(sizes)} parameters")
        # Drawn, and sent, only when somebody opens it: half of a change's messages are saved.
        box = control.opened(MORE[group], key=self._key(f"more:{group.lower()}"))
        if box:
            with box:
                if group == NETWORK and len(self.config.hidden) > 1:
                    self._activation_per_layer()
                if group == TRAINING:
                    st.caption(OPTIMIZERS[self.config.optimizer].formula)
                for each in FIELDS.values():
                    if each.group == group and each.name not in IN_SIGHT[group]:
                        self._field(each)

    def _field(self, each: Field):
        if isinstance(each.control, Elsewhere) or (self.there and not each.applies(self.experiment)):
            return
        if draw := getattr(self, f"_draw_{each.name}", None):
            draw(each)
        else:
            KINDS[type(each.control)](self, each)

    def _presets(self):
        current = next((key for key, preset in PRESETS.items() if preset.config == self.config), None)
        self._show(
            "selectbox", "Preset", list(PRESETS), name="preset", value=current,
            placeholder="Choose an experiment", format_func=lambda key: PRESETS[key].label, on_change=self._preset_chosen,
        )  # fmt: skip
        st.button(
            "Back to the defaults",
            key=self._key("reset"),
            on_click=session.change,
            args=(REFERENCE,),
            width="stretch",
        )

    def _preset_chosen(self, key):
        if key is not None:
            session.change(PRESETS[key].config, frame=PRESETS[key].frame)

    # Data

    def _draw_dataset(self, each):
        """The built-in datasets, the session's file and the drawn points."""
        config, table = self.config, files.current()
        labels = {key: source.label for key, source in DATASETS.items()}
        chosen = config.dataset
        if config.file_name or table is not None:
            labels[OWN_FILE] = f"File: {config.file_name or table.name}"
            chosen = OWN_FILE if config.file_name else chosen
        if config.points is not None and not config.file_name:
            labels[OWN] = f"Points drawn from: {DATASETS[config.dataset].label}"
            chosen = OWN
        self._show(
            "selectbox", each.title, list(labels), name="dataset", value=chosen, labels=labels.values(),
            format_func=labels.__getitem__, on_change=self._dataset_chosen,
        )  # fmt: skip

    def _dataset_chosen(self, key):
        config = session.config
        if key == OWN_FILE and files.current() is not None:
            files.use(files.current(), Config.fitting(files.without_data(config))[0])
        elif config.file_name:
            files.set_data(*Config.fitting(files.without_data(config) | {"dataset": key}))
        elif config.points is not None:
            files.set_data(*Config.fitting(config.to_dict() | {"points": None, "dataset": key}))
        elif key in DATASETS:
            apply({"dataset": key})

    def _draw_classes(self, each):
        low, high = self.source.classes
        labels = {n: str(n) for n in range(low, high + 1)}
        self._choice(each, labels, value=self.resolved.n_classes, on_default=self.source.default_classes)

    def _draw_standardize(self, each):
        resolved = self.resolved
        usual = "on" if resolved.standardize else "off" if resolved.scale == 1 else f"off, pixels ÷ {resolved.scale:g}"
        self._choice(each, {None: f"automatic: {usual}", True: "on", False: "off"})
        if resolved.standardize:
            target = " and target" if resolved.task == REGRESSION else ""
            st.caption(f"Inputs{target} are standardised with the training part's mean and standard deviation.")

    def _draw_derived(self, each):
        self._show(
            "pills", each.title, list(DERIVED), name="derived", value=list(self.config.derived),
            selection_mode="multi", format_func=lambda key: DERIVED[key][0], on_change=self._changed,
            args=("derived", tuple),
        )  # fmt: skip

    def _images_note(self):
        """What the automatic choice does with images, and that it once did something else."""
        if self.source.ink is None or self.config.standardize is not None or self.resolved.standardize:
            return
        divided = f": all are divided by full ink, {self.source.ink:g}" if self.resolved.scale != 1 else ""
        st.caption(
            f"The pixels of an image are not standardised one by one{divided}. In older links they were: for that, "
            "open More about the data and set Standardise to on."
        )

    def _draw_columns(self, each):
        names = self.source.feature_names

        def to_columns(chosen):
            if not chosen or tuple(chosen) == self.source.default_columns:
                return None
            return () if len(chosen) == len(names) else tuple(chosen)

        if len(self.resolved.columns) > 6 and self.config.file_name:
            st.caption(
                f"{len(self.resolved.columns)} of {len(names)} columns are inputs; *Your data* chooses among them."
            )
        elif len(self.resolved.columns) > 6:
            st.caption(f"{len(self.resolved.columns)} columns are inputs.")
            st.button("Back to two columns", key=self._key("two"), on_click=apply, args=({"columns": None},))
        else:
            self._show(
                "multiselect", each.title, range(len(names)), name="columns", value=list(self.resolved.columns),
                labels=names, format_func=lambda c: names[c], on_change=self._changed, args=("columns", to_columns),
            )  # fmt: skip
            if len(self.resolved.columns) < len(names):
                st.button(f"All {len(names)} columns", key=self._key("all"), on_click=apply, args=({"columns": ()},))
        if len(self.resolved.columns) > 2:
            self._slice_axes(names)
        self._images_note()

    def _slice_axes(self, names):
        view = session.view
        chosen = self.resolved.columns
        self._show(
            "toggle", "Plane: first two principal components", name="pca", value=bool(view.pca),
            on_change=self._pca_changed, help="Else the plane is a slice through the mean along two columns.",
        )  # fmt: skip
        if view.pca:
            return
        across, up = usual_axes(self.config)
        for key, default, label in (("across", across, "Slice: across"), ("up", up, "Slice: up")):
            position = getattr(view, key)
            position = min(default if position is None else position, len(chosen) - 1)
            self._show(
                "selectbox", label, range(len(chosen)), name=key, value=position,
                labels=[names[column] for column in chosen], format_func=lambda i: names[chosen[i]],
                on_change=self._axis_chosen, args=(key, default),
            )  # fmt: skip

    def _pca_changed(self, principal):
        session.view = replace(session.view, pca=1 if principal else None)

    def _axis_chosen(self, position, key, default):
        session.view = replace(session.view, **{key: None if position == default else position})

    # The network

    def _draw_hidden(self, each):
        hidden = self.config.hidden
        self._show(
            "slider", each.title, 0, MAX_LAYERS, name="layers", value=len(hidden), on_change=self._layers_changed
        )
        for first in range(0, len(hidden), 4):
            for l, column in enumerate(st.columns(4), start=first):
                if l < len(hidden):
                    self._show(
                        "number_input", f"Layer {l + 1}", 1, MAX_UNITS, place=column, name=f"units{l}", value=hidden[l],
                        on_change=self._units_changed, args=(l,),
                    )  # fmt: skip

    def _layers_changed(self, n):
        config = session.config
        hidden, activation = config.hidden, config.activation
        changes = {"hidden": (hidden + (hidden[-1] if hidden else DEFAULTS["hidden"][0],) * n)[:n]}
        if isinstance(activation, tuple):
            changes["activation"] = (activation + activation[-1:] * n)[:n]
        apply(changes)

    def _units_changed(self, units, layer):
        hidden = list(session.config.hidden)
        if layer < len(hidden):
            hidden[layer] = units
            apply({"hidden": tuple(hidden)})

    def _draw_activation(self, each):
        if not isinstance(self.config.activation, tuple):
            self._choice(each, {key: ACTIVATIONS[key].label for key in each.kind.choices})

    def _draw_loss(self, each):
        losses = {key: LOSSES[key].label for key in loss_choices(self.resolved.task, self.resolved.n_classes)}
        self._choice(each, {None: f"automatic: {LOSSES[self.resolved.loss].label}", **losses})

    def _draw_output_activation(self, each):
        outputs = {key: ACTIVATIONS[key].label for key in output_choices(self.resolved.loss, self.resolved.task)}
        self._choice(each, {None: f"automatic: {ACTIVATIONS[self.resolved.activations[-1]].label}", **outputs})

    def _draw_initializer(self, each):
        self._choice(each, {key: f"{entry.label}: {entry.formula}" for key, entry in INITIALIZERS.items()})

    def _draw_initial_theta(self, each):
        st.caption(f"{each.title}: given by the link, {len(self.config.initial_theta)} numbers.")
        st.button(
            "Draw the initial weights instead", key=self._key("drawn"), on_click=apply,
            args=({"initial_theta": None},), help="Drops the link's numbers; the seed and a rule set them again.",
        )  # fmt: skip

    def _activation_per_layer(self):
        per_layer = isinstance(self.config.activation, tuple)
        choices = FIELDS["activation"].kind.choices
        keys = self.config.activation if per_layer else (self.config.activation,) * len(self.config.hidden)
        for l, key in enumerate(keys):
            self._show(
                "selectbox", f"Activation of layer {l + 1}", choices, name=f"activation{l}", value=key,
                format_func=lambda k: ACTIVATIONS[k].label, on_change=self._layer_activation_changed, args=(l,),
            )  # fmt: skip

    def _layer_activation_changed(self, key, layer):
        config = session.config
        keys = config.activation if isinstance(config.activation, tuple) else (config.activation,) * len(config.hidden)
        if layer < len(keys):
            apply({"activation": (*keys[:layer], key, *keys[layer + 1 :])})

    # Training

    def _draw_shuffle(self, each):
        self._of_field("checkbox", each)

    def _draw_patience(self, each):
        self._ladder(each)
        if self.config.patience is not None:
            st.caption("The test part chooses the moment to stop, so its figures are optimistic.")

    # Kinds of control

    def _key(self, name):
        return f"{self.page}:{name}"

    def _show(self, kind, label, *arguments, name, place=st, **options):
        control.show(place, kind, label, *arguments, name=self._key(name), **options)

    def _choice(self, each, labels, *, value=..., on_default=AUTOMATIC):
        """A selectbox; ``on_default`` is the option for the automatic choice, which the configuration stores as None."""
        value = getattr(self.config, each.name) if value is ... else value
        labels = {AUTOMATIC if option is None else option: label for option, label in labels.items()}
        self._show(
            "selectbox", each.title, list(labels), name=each.name, value=AUTOMATIC if value is None else value,
            labels=labels.values(), format_func=labels.__getitem__, on_change=self._changed,
            args=(each.name, lambda chosen: None if chosen == on_default else chosen),
        )  # fmt: skip

    def _menu(self, each):
        self._choice(each, {key: entry.label for key, entry in each.kind.registry.items()})

    def _slider(self, each):
        self._of_field("slider", each, *_bounds(each), step=each.control.step)

    def _number(self, each):
        text = None if isinstance(each.kind, Whole) else "%.6g"
        self._of_field("number_input", each, *_bounds(each), step=each.control.step, format=text)

    def _ladder(self, each):
        """A slider over round values; a value from a link takes its place among them."""
        none = each.control.none
        numbers = {option for option in (*each.control.rungs, getattr(self.config, each.name)) if option is not None}
        rungs = sorted(numbers, reverse=each.control.falling)
        rungs = [None, *rungs] if none else rungs
        self._of_field("select_slider", each, rungs, format_func=lambda v: none if v is None else f"{v:g}")

    def _of_field(self, kind, each, *arguments, **options):
        value = getattr(self.config, each.name)
        self._show(
            kind,
            each.title,
            *arguments,
            name=each.name,
            value=value,
            on_change=self._changed,
            args=(each.name,),
            **options,
        )

    def _changed(self, chosen, name, read=lambda chosen: chosen):
        apply({name: read(chosen)})


KINDS = {Slider: Sidebar._slider, Number: Sidebar._number, Ladder: Sidebar._ladder, Menu: Sidebar._menu}


def _bounds(each):
    number = int if isinstance(each.kind, Whole) else float
    return number(each.kind.low), number(each.kind.high)


def apply(changes: dict) -> None:
    """Change fields of the present configuration; whatever no longer fits is left out, and each of those is told."""
    values = session.config.to_dict() | changes
    config, warnings = files.fitting({name: value for name, value in values.items() if value != DEFAULTS[name]})
    session.change(config, warnings=warnings)
