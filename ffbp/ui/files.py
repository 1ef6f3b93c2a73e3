"""The session's own file: it lives in this session's memory, never on a disk, and is gone with the session.

A configuration can name a file but not hold it. So whoever needs its samples asks here (`source_for`), and a link whose
file is not loaded gets a page that asks for it (`ask`).
"""

from collections.abc import Mapping

import streamlit as st

from ffbp.data.read_table import read_again, read_table
from ffbp.data.rows import TableError
from ffbp.data.source import Source
from ffbp.data.table import Table
from ffbp.data.table_source import TableSource, source_of
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import DEFAULTS
from ffbp.figures.latex import plain
from ffbp.ui import address

FILE, SOURCES, FAULT, OTHER = "file", "file:sources", "file:fault", "file:other"
READINGS = "file:readings"  # the file as it is read with each choice of header and decimal sign
RUNS = "file:runs"  # those of this file, kept by the session and gone with it
SETTLED = "file:settled"
EXPERIMENT = "file:experiment"
MAX_SOURCES = 4  # of one file, by target and task
MAX_MEGABYTES = 5  # of a table; the server lets more through only because a record may be larger
TYPES = ("csv", "tsv", "tab", "txt", "dat", "data")
# What is chosen for one set of data and means nothing for another.
OF_THE_DATA = ("file_name", "file_fingerprint", "header", "decimal", "target", "task", "missing", "points", "columns", "derived",
               "standardize", "initial_theta")  # fmt: skip
READ_BY = ("header", "decimal")  # how the text becomes a table


def current() -> Table | None:
    """The file that this session has loaded, read as the configuration says."""
    table, config = st.session_state.get(FILE), st.session_state[address.CONFIG]
    if table is None or config.file_fingerprint != table.fingerprint:
        return table
    return _read(config.header, config.decimal)


def _read(header, decimal):
    key, known = (header, decimal), st.session_state.setdefault(READINGS, {})
    if key not in known:
        known[key] = read_again(st.session_state[FILE], header=header, decimal=decimal)
    return known[key]


def source(
    target: int | None = None, task: str | None = None, header: bool | None = None, decimal: str | None = None
) -> TableSource:
    """The file's samples for a target and a task, None as guessed. Raises TableError if they do not suit."""
    known, key = st.session_state.get(SOURCES, {}), (target, task, header, decimal)
    if key not in known:
        table = _read(header, decimal)
        known = dict([*known.items(), (key, source_of(table, target=target, task=task))][-MAX_SOURCES:])
        st.session_state[SOURCES] = known
    return known[key]


def source_for(config: Config) -> Source | None:
    """What a configuration's methods need beside it: the file's source, or None where the data are no file."""
    return source(config.target, config.task, config.header, config.decimal) if config.file_name else None


def experiment(config: Config) -> Experiment:
    """The configuration with its data, the latest kept: what one rerun has computed about it serves the next."""
    kept, own = st.session_state.get(EXPERIMENT), source_for(config)
    if kept is None or kept.config != config or (own is not None and kept.source is not own):
        kept = st.session_state[EXPERIMENT] = Experiment(config, own)
    return kept


def is_there(config: Config) -> bool:
    """Whether the configuration's data are at hand: they are no file, or that file is loaded."""
    table = st.session_state.get(FILE)
    return not config.file_name or (table is not None and config.file_fingerprint == table.fingerprint)


def fitting(values: Mapping) -> tuple[Config, list[str]]:
    """`Config.fitting`, with the session's file where the values name it; a target that does not suit is left out.

    Raises TableError if nothing can be learned from the file, whatever the target.
    """
    values, faults = dict(values), []
    if not values.get("file_name") or FILE not in st.session_state:
        return Config.fitting(values)
    for guessed in ((), ("task",), ("target", "task"), READ_BY, (*READ_BY, "target", "task")):
        tried = values | dict.fromkeys(guessed)
        try:
            config, warnings = Config.fitting(
                {name: value for name, value in tried.items() if value != DEFAULTS[name]},
                source(*(tried.get(name) for name in ("target", "task", *READ_BY))),
            )
            return config, [*faults[:1], *warnings]
        except TableError as error:
            faults.append(str(error))
    raise TableError(faults[0])


def settle() -> None:
    """Fit a configuration that came with an address to the file that it names, once, if the file is there."""
    config, adopted = st.session_state[address.CONFIG], st.session_state[address.ADOPTED]
    if st.session_state.get(SETTLED) == adopted or not is_there(config):
        return
    st.session_state[SETTLED] = adopted
    if config.file_name:
        st.session_state[address.CONFIG], warnings = fitting(config.to_dict())
        st.session_state[address.WARNINGS] = [*st.session_state[address.WARNINGS], *warnings]


def use(table: Table, config: Config) -> None:
    """Keep a file and train on it: the configuration, with the file as its data and without what does not fit it.

    Raises TableError, and changes nothing, if nothing can be learned from the file.
    """
    before = {name: st.session_state[name] for name in (FILE, SOURCES, READINGS) if name in st.session_state}
    st.session_state.update({FILE: table, SOURCES: {}, READINGS: {(config.header, config.decimal): table}})
    values = config.to_dict() | {"file_name": table.name, "file_fingerprint": table.fingerprint, "points": None}
    try:
        new, warnings = fitting(values)
    except TableError:
        for name in (FILE, SOURCES, READINGS):
            st.session_state.pop(name)
        st.session_state.update(before)
        raise
    st.session_state.pop(RUNS, None)
    set_data(new, warnings)
    st.session_state[SETTLED] = st.session_state[address.ADOPTED]


def set_data(config: Config, warnings: list[str] | None = None) -> None:
    """A new experiment with other data: a sample or typed inputs that were chosen among the old are forgotten."""
    view = st.session_state[address.VIEW_STATE]
    for name in ("sample", address.INPUTS, "across", "up", "pca"):
        view.pop(name, None)
    for name in (FAULT, OTHER):
        st.session_state.pop(name, None)
    address.set_config(config)
    st.session_state[address.WARNINGS] = warnings or []


def without_data(config: Config) -> dict:
    """A configuration's values with those that belong to its data at their defaults."""
    return config.to_dict() | {name: DEFAULTS[name] for name in OF_THE_DATA}


def take(key: str) -> None:
    """The callback of an uploader for any file: read it, and train on it at once."""
    st.session_state.pop(FAULT, None)
    file, config = st.session_state[key], st.session_state[address.CONFIG]
    if file is None:
        forget()
        return
    try:
        use(read_table(file.getvalue(), file.name), Config.fitting(without_data(config))[0])
    except TableError as error:
        st.session_state[FAULT] = str(error)


def forget() -> None:
    """Drop the session's file; an experiment on it goes back to the dataset of the list."""
    config = st.session_state[address.CONFIG]
    for name in (FILE, SOURCES, READINGS, RUNS, OTHER, FAULT):
        st.session_state.pop(name, None)
    if config.file_name:
        set_data(*Config.fitting(without_data(config)))


def _take_wanted(key):
    """The callback of the uploader for the file that a link names."""
    for name in (FAULT, OTHER):
        st.session_state.pop(name, None)
    file, config = st.session_state[key], st.session_state[address.CONFIG]
    if file is None:
        return
    try:
        table = read_table(file.getvalue(), file.name, header=config.header, decimal=config.decimal)
        if config.file_fingerprint in (None, table.fingerprint):
            use(table, config)
        else:
            st.session_state[OTHER] = table
    except TableError as error:
        st.session_state[FAULT] = str(error)


def _go_on():
    table = st.session_state.pop(OTHER)
    try:
        use(table, st.session_state[address.CONFIG])
    except TableError as error:
        st.session_state[FAULT] = str(error)


def _without():
    set_data(*Config.fitting(without_data(st.session_state[address.CONFIG])))


def ask(page: str) -> None:
    """Ask for the file that the configuration names: a link cannot hold it."""
    config = st.session_state[address.CONFIG]
    name = plain(config.file_name)
    mark = f" with the fingerprint {plain(config.file_fingerprint)}" if config.file_fingerprint else ""
    st.info(
        f"This experiment needs the file **{name}**{mark}, which a link cannot hold. Load it here: everything else "
        "is kept. It stays in this session's memory only.",
        icon=":material/description:",
    )
    key = f"{page}:wanted"
    st.file_uploader(f"Load {name}", TYPES, key=key, on_change=_take_wanted, args=(key,), max_upload_size=MAX_MEGABYTES)
    show_fault()
    other = st.session_state.get(OTHER)
    if other is not None:
        st.warning(
            f"This is a different file: {plain(other.name)} has the fingerprint {plain(other.fingerprint)}, the link's "
            f"file has {plain(config.file_fingerprint)}. Its results will differ from those of whoever sent the link."
        )
        st.button(f"Go on with {plain(other.name)}", key=f"{page}:go-on", on_click=_go_on, type="primary")
    label = "Go on without the file"
    st.button(label, key=f"{page}:without", on_click=_without, help="The experiment runs on the dataset of the list.")


def show_fault() -> None:
    """What was wrong with the last file, in one sentence."""
    if fault := st.session_state.get(FAULT):
        st.error(plain(fault))
