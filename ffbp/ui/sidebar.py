"""The sidebar: every choice of the configuration that applies, in three groups, the important ones open.

The configuration is the truth, and each control shows it (`ffbp.ui.control`). A change calls back with one field, which is
set in the configuration of that moment; whatever no longer fits the data is left out by the rules of `Config.fitting`.
"""

from dataclasses import asdict

import streamlit as st

from ffbp.analysis import plane
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.initializers import INITIALIZERS
from ffbp.core.losses import LOSSES
from ffbp.core.network import count_params
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.core.schedules import SCHEDULES
from ffbp.data.dataset import DERIVED
from ffbp.data.generators import DATASETS
from ffbp.data.source import REGRESSION
from ffbp.experiment.config import BOUNDS, DEFAULTS, MAX_LAYERS, MAX_UNITS, Config, loss_choices, output_choices
from ffbp.lessons.presets import PRESETS
from ffbp.ui import address, catching_up, control, files

REFERENCE = Config()
OWN = "own"  # the dataset choice that stands for drawn points
AS_FITS = "as fits"  # the option that stands for None, which a select box would take for no choice at all
LADDERS = {
    "learning_rate": (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
    "epochs": (50, 100, 200, 300, 500, 1000, 2000, 3000, 5000, 10000, 20000),
    "batch_size": (None, 1, 2, 4, 8, 10, 16, 32, 64, 128, 256, 512),
    "l1": (0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
    "l2": (0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3),
    "clip": (None, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
    "patience": (None, 5, 10, 20, 50, 100, 200),
    "weight_decay": (0.0, 0.0001, 0.001, 0.01, 0.03, 0.1, 0.3),
    "epsilon": (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2),
    "decay_epochs": (1, 10, 20, 50, 100, 200, 500, 1000),
    "warmup": (1, 5, 10, 20, 50, 100, 200),
}
LABELS = {
    "dataset": "Dataset",
    "n_samples": "Samples",
    "noise": "Noise",
    "classes": "Classes",
    "columns": "Columns",
    "standardize": "Standardise",
    "derived": "Derived inputs",
    "test_size": "Held out for testing",
    "activation": "Activation",
    "output_activation": "Output activation",
    "loss": "Loss",
    "initializer": "Initial weights",
    "initial_theta": "Initial weights and biases",
    "init_scale": "Scale of the weights",
    "bias_init": "Initial bias",
    "optimizer": "Optimizer",
    "learning_rate": "Learning rate η",
    "momentum": "Momentum μ",
    "rho": "Decay of the mean square ρ",
    "beta1": "β₁",
    "beta2": "β₂",
    "epsilon": "ε",
    "weight_decay": "Weight decay λ",
    "schedule": "Schedule",
    "decay": "Decay factor",
    "decay_epochs": "Decay period (epochs)",
    "warmup": "Warm-up (epochs)",
    "batch_size": "Batch size",
    "shuffle": "Shuffle each epoch",
    "epochs": "Epochs",
    "l1": "L1 penalty",
    "l2": "L2 penalty",
    "clip": "Clip the gradient's norm at",
    "patience": "Early stopping: patience (epochs)",
    "seed": "Seed",
}

PENDING = "sidebar:pending"  # what draws the sidebar of the page that is being made, until it is drawn


def draw() -> None:
    """Draw the page's sidebar, unless that is done already."""
    if pending := st.session_state.pop(PENDING, None):
        pending()


def usual_axes(config: Config) -> tuple[int, int]:
    """The columns of a slice unless chosen otherwise."""
    source = config.source(files.source_for(config))
    return plane.usual_axes(config.resolve(source).columns, source.default_columns, source.groups)


def _group(name):
    """The name of a group of controls: no heading, because the page's title comes after it in the document."""
    st.markdown(f"**{name}**")


class Sidebar:
    """The controls of one page: widget keys carry the page's name, so that pages do not share widgets."""

    def __init__(self, page: str):
        self.page = page
        self.keys: set[str] = set()
        self.config: Config = st.session_state[address.CONFIG]
        self.there = files.is_there(self.config)
        if self.there:
            self.source = self.config.source(files.source_for(self.config))
            self.resolved = self.config.resolve(self.source)

    def draw(self) -> None:
        """Draw everything; of data that are not there only the way to others."""
        self._draw()
        catching_up.note(self.keys)

    def _draw(self):
        self._presets()
        _group("Data")
        self._dataset()
        if not self.there:
            return
        if self.source.sized:
            self._slider("noise", 0.01)
        if self.source.classes and not self.source.drawn:
            low, high = self.source.classes
            self._choice(
                "classes",
                tuple(range(low, high + 1)),
                str,
                value=self.resolved.n_classes,
                on_default=self.source.default_classes,
            )
        if not self.source.generated and not self.source.drawn:
            self._columns()
            self._images_note()
        self._more("data", "More about the data", self._data_details)
        _group("Network")
        self._hidden()
        if self.config.hidden:
            hidden = tuple(key for key, activation in ACTIVATIONS.items() if not activation.coupled)
            if not isinstance(self.config.activation, tuple):
                self._choice("activation", hidden, lambda key: ACTIVATIONS[key].label)
        sizes = self.resolved.sizes
        st.caption(f"{' → '.join(str(n) for n in sizes)} · {count_params(sizes)} parameters")
        self._more("network", "More about the network", self._network_details)
        _group("Training")
        self._ladder("learning_rate")
        self._ladder("epochs")
        self._ladder("batch_size", none="full")
        self._choice("optimizer", tuple(OPTIMIZERS), lambda key: OPTIMIZERS[key].label)
        self._more("training", "More about training", self._training_details)

    def _more(self, name, label, draw):
        """Controls that are drawn, and sent, only when somebody opens them: half of a change's messages are saved."""
        opened = st.expander(label, key=self._key(f"more:{name}"), on_change="rerun")
        if opened.open:
            with opened:
                draw()

    def _dataset(self):
        """The datasets of the list, and what is one's own: the session's file, or the drawn points."""
        config, table = self.config, files.current()
        labels = {key: source.label for key, source in DATASETS.items()}
        chosen = config.dataset
        if config.file_name or table is not None:
            labels[files.FILE] = f"File: {config.file_name or table.name}"
            chosen = files.FILE if config.file_name else chosen
        if config.points is not None and not config.file_name:
            labels[OWN] = f"Points drawn from: {DATASETS[config.dataset].label}"
            chosen = OWN
        self._show(
            "selectbox", LABELS["dataset"], list(labels), name="dataset", value=chosen, labels=labels.values(),
            format_func=labels.__getitem__, on_change=self._dataset_chosen,
        )  # fmt: skip

    def _dataset_chosen(self, key):
        config = address.config()
        if key == files.FILE and files.current() is not None:
            files.use(files.current(), Config.fitting(files.without_data(config))[0])
        elif config.file_name:
            files.set_data(*Config.fitting(files.without_data(config) | {"dataset": key}))
        elif config.points is not None:
            files.set_data(*Config.fitting(asdict(config) | {"points": None, "dataset": key}))
        elif key in DATASETS:
            apply({"dataset": key})

    # The groups' details

    def _presets(self):
        current = next((key for key, preset in PRESETS.items() if preset.config == self.config), None)
        self._show(
            "selectbox", "Preset", list(PRESETS), name="preset", value=current,
            placeholder="Choose an experiment", format_func=lambda key: PRESETS[key].label, on_change=self._preset_chosen,
        )  # fmt: skip
        st.button(
            "Back to the defaults",
            key=self._key("reset"),
            on_click=address.set_config,
            args=(REFERENCE,),
            width="stretch",
        )

    def _preset_chosen(self, key):
        if key is not None:
            address.set_config(PRESETS[key].config, frame=PRESETS[key].frame)

    def _data_details(self):
        if self.source.sized:
            self._slider("n_samples", 10)
        if not self.source.fixed:
            self._slider("test_size", 0.05)
        resolved = self.resolved
        usual = "on" if resolved.standardize else "off" if resolved.scale == 1 else f"off, pixels ÷ {resolved.scale:g}"
        names = {None: f"{usual}, as fits", True: "on", False: "off"}
        self._choice("standardize", (None, True, False), names.__getitem__)
        if len(self.resolved.columns) == 2:
            self._show(
                "pills", LABELS["derived"], list(DERIVED), name="derived", value=list(self.config.derived),
                selection_mode="multi", format_func=lambda key: DERIVED[key][0], on_change=self._changed,
                args=("derived", tuple),
            )  # fmt: skip
        if resolved.standardize:
            target = " and target" if resolved.task == REGRESSION else ""
            st.caption(f"Inputs{target} are standardised with the training part's mean and standard deviation.")

    def _images_note(self):
        """What the automatic choice does with images, and that it once did something else."""
        if self.source.ink is None or self.config.standardize is not None or self.resolved.standardize:
            return
        divided = f": all are divided by full ink, {self.source.ink:g}" if self.resolved.scale != 1 else ""
        st.caption(
            f"The pixels of an image are not standardised one by one{divided}. In older links they were: for that, "
            "open More about the data and set Standardise to on."
        )

    def _columns(self):
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
                "multiselect", LABELS["columns"], range(len(names)), name="columns", value=list(self.resolved.columns),
                labels=names, format_func=lambda c: names[c], on_change=self._changed, args=("columns", to_columns),
            )  # fmt: skip
            if len(self.resolved.columns) < len(names):
                st.button(f"All {len(names)} columns", key=self._key("all"), on_click=apply, args=({"columns": ()},))
        if len(self.resolved.columns) > 2:
            self._slice_axes(names)

    def _slice_axes(self, names):
        view = st.session_state[address.VIEW_STATE]
        chosen = self.resolved.columns
        self._show(
            "toggle", "Plane: first two principal components", name="pca", value=bool(view.get("pca")),
            on_change=self._pca_changed, help="Else the plane is a slice through the mean along two columns.",
        )  # fmt: skip
        if view.get("pca"):
            return
        across, up = usual_axes(self.config)
        for key, default, label in (("across", across, "Slice: across"), ("up", up, "Slice: up")):
            position = min(view.get(key, default), len(chosen) - 1)
            self._show(
                "selectbox", label, range(len(chosen)), name=key, value=position,
                labels=[names[column] for column in chosen], format_func=lambda i: names[chosen[i]],
                on_change=self._axis_chosen, args=(key, default),
            )  # fmt: skip

    def _pca_changed(self, principal):
        address.view().pop("pca", None)
        if principal:
            address.look_at("pca", 1)

    def _axis_chosen(self, position, key, default):
        address.look_at(key, position)
        if position == default:
            del address.view()[key]

    def _hidden(self):
        hidden = self.config.hidden
        self._show(
            "slider", "Hidden layers", 0, MAX_LAYERS, name="layers", value=len(hidden), on_change=self._layers_changed
        )
        for first in range(0, len(hidden), 4):
            for l, column in enumerate(st.columns(4), start=first):
                if l < len(hidden):
                    self._show(
                        "number_input", f"Layer {l + 1}", 1, MAX_UNITS, place=column, name=f"units{l}", value=hidden[l],
                        on_change=self._units_changed, args=(l,),
                    )  # fmt: skip

    def _layers_changed(self, n):
        config = address.config()
        hidden, activation = config.hidden, config.activation
        changes = {"hidden": (hidden + (hidden[-1] if hidden else DEFAULTS["hidden"][0],) * n)[:n]}
        if isinstance(activation, tuple):
            changes["activation"] = (activation + activation[-1:] * n)[:n]
        apply(changes)

    def _units_changed(self, units, layer):
        hidden = list(address.config().hidden)
        if layer < len(hidden):
            hidden[layer] = units
            apply({"hidden": tuple(hidden)})

    def _network_details(self):
        config, resolved = self.config, self.resolved
        if len(config.hidden) > 1:
            self._activation_per_layer()
        losses = loss_choices(resolved.task, resolved.n_classes)
        self._choice(
            "loss", (None, *losses), lambda key: LOSSES[key].label if key else f"{LOSSES[resolved.loss].label}, as fits"
        )
        outputs = output_choices(resolved.loss, resolved.task)
        current = ACTIVATIONS[resolved.activations[-1]].label
        self._choice(
            "output_activation", (None, *outputs), lambda key: ACTIVATIONS[key].label if key else f"{current}, as fits"
        )
        if config.initial_theta is not None:
            st.caption(f"{LABELS['initial_theta']}: given by the link, {len(config.initial_theta)} numbers.")
            st.button(
                "Draw the initial weights instead", key=self._key("drawn"), on_click=apply,
                args=({"initial_theta": None},), help="Drops the link's numbers; the seed and a rule set them again.",
            )  # fmt: skip
            return
        self._choice(
            "initializer", tuple(INITIALIZERS), lambda key: f"{INITIALIZERS[key].label}: {INITIALIZERS[key].formula}"
        )
        if INITIALIZERS[config.initializer].scaled:
            self._number("init_scale", 0.1)
        self._number("bias_init", 0.1)

    def _activation_per_layer(self):
        per_layer = isinstance(self.config.activation, tuple)
        choices = tuple(key for key, activation in ACTIVATIONS.items() if not activation.coupled)
        keys = self.config.activation if per_layer else (self.config.activation,) * len(self.config.hidden)
        for l, key in enumerate(keys):
            self._show(
                "selectbox", f"Activation of layer {l + 1}", choices, name=f"activation{l}", value=key,
                format_func=lambda k: ACTIVATIONS[k].label, on_change=self._layer_activation_changed, args=(l,),
            )  # fmt: skip

    def _layer_activation_changed(self, key, layer):
        config = address.config()
        keys = config.activation if isinstance(config.activation, tuple) else (config.activation,) * len(config.hidden)
        if layer < len(keys):
            apply({"activation": (*keys[:layer], key, *keys[layer + 1 :])})

    def _training_details(self):
        optimizer, schedule = OPTIMIZERS[self.config.optimizer], SCHEDULES[self.config.schedule]
        st.caption(optimizer.formula)
        for name in optimizer.hyper:
            if name in LADDERS:
                self._ladder(name)
            else:
                self._number(name, 0.01)
        self._choice("schedule", tuple(SCHEDULES), lambda key: SCHEDULES[key].label)
        for name in schedule.hyper:
            if name in LADDERS:
                self._ladder(name)
            else:
                self._slider(name, 0.05)
        if self.config.batch_size is not None:
            self._show(
                "checkbox", LABELS["shuffle"], name="shuffle", value=self.config.shuffle, on_change=self._changed,
                args=("shuffle",),
            )  # fmt: skip
        self._ladder("l1")
        self._ladder("l2")
        self._ladder("clip", none="off")
        if self.resolved.test_size > 0:
            self._ladder("patience", none="off")
            if self.config.patience is not None:
                st.caption("The test part chooses the moment to stop, so its figures are optimistic.")
        self._number("seed", 1)

    # Kinds of control

    def _key(self, name):
        key = f"{self.page}:{name}"
        self.keys.add(key)
        return key

    def _show(self, kind, label, *arguments, name, place=st, **options):
        self.keys.add(control.show(place, kind, label, *arguments, name=f"{self.page}:{name}", **options))

    def _choice(self, name, options, label, *, value=..., on_default=AS_FITS):
        """A selectbox; ``on_default`` is the option that means "as fits", which the configuration stores as None."""
        value = getattr(self.config, name) if value is ... else value
        labels = {AS_FITS if option is None else option: label(option) for option in options}
        self._show(
            "selectbox", LABELS[name], list(labels), name=name, value=AS_FITS if value is None else value,
            labels=labels.values(), format_func=labels.__getitem__, on_change=self._changed,
            args=(name, lambda chosen: None if chosen == on_default else chosen),
        )  # fmt: skip

    def _slider(self, name, step):
        self._of_field("slider", name, *BOUNDS[name], step=step)

    def _number(self, name, step):
        low, high = BOUNDS[name]
        self._of_field("number_input", name, low, high, step=step, format=None if isinstance(low, int) else "%.6g")

    def _ladder(self, name, *, none=None):
        """A slider over round values; a value from a link takes its place among them."""
        numbers = {option for option in (*LADDERS[name], getattr(self.config, name)) if option is not None}
        rungs = sorted(numbers, reverse=name in ("batch_size", "patience"))
        if none is not None:
            rungs = [None, *rungs]
        self._of_field("select_slider", name, rungs, format_func=lambda v: none if v is None else f"{v:g}")

    def _of_field(self, kind, name, *arguments, **options):
        self._show(
            kind, LABELS[name], *arguments, name=name, value=getattr(self.config, name), on_change=self._changed,
            args=(name,), **options,
        )  # fmt: skip

    def _changed(self, chosen, name, read=lambda chosen: chosen):
        apply({name: read(chosen)})


def apply(changes: dict) -> None:
    """Change fields of the present configuration; whatever no longer fits is left out, and each of those is told."""
    values = asdict(address.config()) | changes
    config, warnings = files.fitting({name: value for name, value in values.items() if value != DEFAULTS[name]})
    address.set_config(config)
    st.session_state[address.WARNINGS] = warnings
