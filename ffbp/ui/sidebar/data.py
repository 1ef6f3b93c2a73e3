"""Special controls for the data, each a function with the name of its field."""

from dataclasses import replace

import streamlit as st

from ffbp.data.dataset import DERIVED
from ffbp.data.generators import DATASETS
from ffbp.data.source import REGRESSION
from ffbp.experiment.config import Config
from ffbp.ui import files
from ffbp.ui.session.state import session
from ffbp.ui.sidebar.controls import change

OWN_FILE, OWN_POINTS = "file", "own"  # the options of the dataset chooser for your file and for drawn points
MAX_CHIPS = 6  # up to so many columns are listed


def dataset(controls, each):
    """The built-in datasets, your file and the drawn points."""
    config, table = controls.config, files.current()
    texts = {key: source.label for key, source in DATASETS.items()}
    chosen = config.dataset
    if config.file_name or table is not None:
        texts[OWN_FILE] = f"File: {config.file_name or table.name}"
        chosen = OWN_FILE if config.file_name else chosen
    if config.points is not None and not config.file_name:
        texts[OWN_POINTS] = f"Points drawn from: {DATASETS[config.dataset].label}"
        chosen = OWN_POINTS
    controls.select(each.title, texts, name=each.name, value=chosen, on_change=dataset_chosen)


def dataset_chosen(key: str | None) -> None:
    """Take a built-in dataset, your file or the drawn points as the experiment's data."""
    config = session.config
    if key == OWN_FILE and files.current() is not None:
        files.use(files.current(), Config.fitting(files.without_data(config))[0], asked=("file_name",))
    elif config.file_name:
        files.set_data(*Config.fitting(files.without_data(config) | {"dataset": key}), asked=("dataset",))
    elif config.points is not None:
        files.set_data(*Config.fitting(config.to_dict() | {"points": None, "dataset": key}), asked=("dataset",))
    elif key in DATASETS:
        change(dataset=key)


def classes(controls, each):
    low, high = controls.source.classes
    texts = {n: str(n) for n in range(low, high + 1)}
    default = controls.source.default_classes
    controls.select_field(each, texts, value=controls.resolved.n_classes, on_default=default)


def standardize(controls, each):
    resolved = controls.resolved
    usual = "on" if resolved.standardize else "off" if resolved.scale == 1 else f"off, pixels ÷ {resolved.scale:g}"
    controls.select_field(each, {None: f"automatic: {usual}", True: "on", False: "off"})
    if resolved.standardize:
        target = " and target" if resolved.task == REGRESSION else ""
        st.caption(f"Inputs{target} are standardised with the mean and standard deviation of the training set.")


def derived(controls, each):
    texts = {key: label for key, (label, *_) in DERIVED.items()}
    chosen = list(controls.config.derived)
    more = {"kind": "pills", "selection_mode": "multi", "on_change": lambda keys: controls.change(derived=tuple(keys))}
    controls.select(each.title, texts, name=each.name, value=chosen, **more)


def columns(controls, each):
    names, chosen = controls.source.feature_names, controls.resolved.columns
    if len(chosen) <= MAX_CHIPS:
        column_chooser(controls, each)
    elif controls.config.file_name:
        st.caption(f"{len(chosen)} of {len(names)} columns are inputs. Choose them on the page *Your data*.")
    else:
        st.caption(f"{len(chosen)} columns are inputs.")
        controls.button("Back to two columns", "two", columns=None)
    if len(chosen) > 2:
        _slice_axes(controls, [names[column] for column in chosen])
    _note_on_images(controls)


def column_chooser(controls, each) -> None:
    """The columns that are inputs."""
    names, default = controls.source.feature_names, controls.source.default_columns

    def columns_chosen(chosen):
        all_chosen = len(chosen) == len(names)
        is_default = not chosen or tuple(chosen) == default
        controls.change(columns=None if is_default else () if all_chosen else tuple(chosen))

    chosen = list(controls.resolved.columns)
    more = {"kind": "multiselect", "on_change": columns_chosen}
    controls.select(each.title, dict(enumerate(names)), name=each.name, value=chosen, **more)
    if len(chosen) < len(names):
        controls.button(f"All {len(names)} columns", "all", columns=())


def _slice_axes(controls, names):
    def principal_chosen(principal):
        session.view = replace(session.view, pca=1 if principal else None)

    def axis_chosen(position, key, default):
        session.view = replace(session.view, **{key: None if position == default else position})

    view, label = session.view, "Show the first two principal components"
    words = "If off, the plot is a slice through the average sample, along two inputs."
    controls.show("toggle", label, name="pca", value=bool(view.pca), on_change=principal_chosen, help=words)
    if view.pca:
        return
    axes = zip(("across", "up"), ("Horizontal axis", "Vertical axis"), files.usual_axes(controls.config), strict=True)
    for key, label, default in axes:
        position = getattr(view, key)
        position = min(default if position is None else position, len(names) - 1)
        own = {"on_change": axis_chosen, "args": (key, default)}
        controls.select(label, dict(enumerate(names)), name=key, value=position, **own)


def _note_on_images(controls):
    """How pixels are scaled by default, and that older links did it differently."""
    if controls.source.ink is None or controls.config.standardize is not None or controls.resolved.standardize:
        return
    divided = f"; all are divided by full ink, {controls.source.ink:g}" if controls.resolved.scale != 1 else ""
    st.caption(
        f"Pixels are not standardised one by one{divided}. In older links they were; to get that back, open "
        "More about the data and set Standardise to on."
    )


SPECIAL = {function.__name__: function for function in (dataset, classes, columns, standardize, derived)}
