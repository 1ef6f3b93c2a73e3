"""Your file: it stays in the session's memory, is never written to disk, and is gone when the session ends.

A configuration can name a file but not contain it: `source_for` supplies its samples, and `ask` requests the file that a
link names if it is not loaded.
"""

from collections.abc import Iterable, Mapping
from contextlib import contextmanager

import streamlit as st

from ffbp.analysis import plane
from ffbp.data.read_table import read_table
from ffbp.data.rows import TableError
from ffbp.data.source import Source
from ffbp.data.table import Table
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import DEFAULTS
from ffbp.experiment.link import View
from ffbp.figures.latex import plain
from ffbp.ui.session.own_file import OwnFile
from ffbp.ui.session.state import session
from ffbp.words.problems import Problem

MAX_MEGABYTES = 5  # of a table; the server's limit is higher because a record may be larger
TYPES = ("csv", "tsv", "tab", "txt", "dat", "data")
READ_BY = ("header", "decimal")  # how the text becomes a table
# Choices that belong to one set of data and mean nothing for another.
OF_THE_FILE = ("file_name", "file_fingerprint", *READ_BY, "target", "task", "missing")
OF_THE_DATA = (*OF_THE_FILE, "points", "columns", "derived", "standardize", "initial_theta")


def current() -> Table | None:
    """The file that this session has loaded, read with the configuration's header and decimal sign."""
    file, config = session.file, session.config
    if file is None or config.file_fingerprint != file.table.fingerprint:
        return file and file.table
    return file.read(config.header, config.decimal)


def table_for(config: Config) -> Table | None:
    """The session's file, read as the configuration does; None if that names another one, or none."""
    return session.file.read(config.header, config.decimal) if config.file_name and is_available(config) else None


def source_for(config: Config) -> Source | None:
    """The source made from the configuration's file; None if its data do not come from a file.

    Raises TableError if target and task (None: guessed) do not suit the file.
    """
    if not config.file_name:
        return None
    return session.file.source(config.target, config.task, config.header, config.decimal)


def experiment(config: Config) -> Experiment:
    """The configuration with its data. The latest is kept, so that reruns share what it has computed."""
    kept, own = session.experiment, source_for(config)
    if kept is None or kept.config != config or (own is not None and kept.source is not own):
        session.experiment = kept = Experiment(config, own)
    return kept


def usual_axes(config: Config) -> tuple[int, int]:
    """The columns that span a slice by default, as positions among the chosen ones."""
    each = experiment(config)
    return plane.default_axes(each.columns, each.source.default_columns, each.source.groups)


def axes_in(config: Config, view: View) -> tuple[int, ...]:
    """The columns that span the plane in a view, as positions among the chosen ones, or PRINCIPAL."""
    n_columns = len(experiment(config).columns)
    if n_columns < 2:
        return (0,)
    if n_columns > 2 and view.pca:
        return plane.PRINCIPAL
    axes = zip((view.across, view.up), usual_axes(config), strict=True)
    across, up = (min(usual if chosen is None else chosen, n_columns - 1) for chosen, usual in axes)
    return (across, up) if across != up else (across, (across + 1) % n_columns)


def is_available(config: Config) -> bool:
    """Whether the configuration needs no file, or its file is loaded."""
    file = session.file
    return not config.file_name or (file is not None and config.file_fingerprint == file.table.fingerprint)


def fitting(values: Mapping) -> tuple[Config, list[str]]:
    """`Config.fitting` with the session's file if the values name one; an unsuitable target is dropped.

    Raises TableError if nothing can be learned from the file with any target.
    """
    chosen, faults = {name: value for name, value in values.items() if value != DEFAULTS[name]}, []
    if not chosen.get("file_name") or session.file is None:
        return Config.fitting(chosen)
    for guessed in ((), ("task",), ("target", "task"), READ_BY, (*READ_BY, "target", "task")):
        tried = {name: value for name, value in chosen.items() if name not in guessed}
        try:
            source = session.file.source(*(tried.get(name) for name in ("target", "task", *READ_BY)))
            config, warnings = Config.fitting(tried, source)
            return config, [*faults[:1], *warnings]
        except TableError as error:
            faults.append(str(error))
    raise TableError(faults[0])


def settle() -> None:
    """Fit a configuration from an address to its file, once, as soon as the file is available."""
    config = session.config
    if session.settled == session.adopted or not is_available(config):
        return
    session.settled = session.adopted
    if config.file_name:
        session.config, warnings = fitting(config.to_dict())
        session.warn(warnings)


def use(table: Table, config: Config, *, asked: Iterable[str] = ()) -> None:
    """Keep a file and train on it: take the file as the configuration's data and drop choices that do not fit.

    asked: as in `Session.change`.
    Raises TableError and changes nothing if nothing can be learned from the file.
    """
    before, session.file = session.file, OwnFile(table, config.header, config.decimal)
    values = config.to_dict() | {"file_name": table.name, "file_fingerprint": table.fingerprint, "points": None}
    try:
        new, warnings = fitting(values)
    except TableError:
        session.file = before
        raise
    del session.own_runs, session.own_results
    set_data(new, warnings, asked=asked)
    session.settled = session.adopted


def set_data(config: Config, warnings: Iterable[Problem | str] = (), *, asked: Iterable[str] = ()) -> None:
    """Take a new experiment with other data: a sample or typed inputs chosen for the old data are dropped.

    asked: as in `Session.change`.
    """
    session.view = session.view.without_data()
    session.hush("file")
    del session.other_file
    session.change(config, warnings=warnings, asked=asked)


def without_data(config: Config) -> dict:
    """A configuration's values, those that belong to its data set to their defaults."""
    return config.to_dict() | {name: DEFAULTS[name] for name in OF_THE_DATA}


def take(key: str) -> None:
    """The callback of an uploader for any file: read it and train on it."""
    file = session.sent(key)
    if file is None:
        forget()
        return
    with _telling():
        config = Config.fitting(without_data(session.config))[0]
        use(read_table(file.getvalue(), file.name), config, asked=("file_name",))


def forget() -> None:
    """Drop the session's file; an experiment on it returns to the built-in dataset."""
    session.hush("file")
    del session.file, session.own_runs, session.own_results, session.other_file
    if session.config.file_name:
        _without()


@contextmanager
def _telling():
    """Report faults of a file where it is chosen, in place of older reports."""
    session.hush("file")
    del session.other_file
    try:
        yield
    except TableError as error:
        session.tell("error", str(error), "file")


def _take_wanted(key):
    """The callback of the uploader for the link's file."""
    file, config = session.sent(key), session.config
    with _telling():
        if file is not None:
            take_wanted(read_table(file.getvalue(), file.name, header=config.header, decimal=config.decimal))


def take_wanted(table: Table) -> None:
    """Train on the file that the configuration names; if this is another file, let the person decide."""
    config = session.config
    if config.file_fingerprint in (None, table.fingerprint):
        use(table, config)
    else:
        session.other_file = table


def _go_on():
    table = session.other_file
    with _telling():
        use(table, session.config)


def _without():
    set_data(*Config.fitting(without_data(session.config)))


def ask(page: str) -> None:
    """Request the file that the configuration names."""
    config = session.config
    name = plain(config.file_name)
    mark = f" with the fingerprint {plain(config.file_fingerprint)}" if config.file_fingerprint else ""
    st.info(
        f"This experiment needs the file **{name}**{mark}, which a link cannot contain. Load it here; everything else "
        "is kept. The file stays in this session's memory only.",
        icon=":material/description:",
    )
    key = f"{page}:wanted"
    st.file_uploader(f"Load {name}", TYPES, key=key, on_change=_take_wanted, args=(key,), max_upload_size=MAX_MEGABYTES)
    session.show_told("file")
    if other := session.other_file:
        st.warning(
            f"This is a different file: {plain(other.name)} has the fingerprint {plain(other.fingerprint)}, the link's "
            f"file {plain(config.file_fingerprint)}. The results will differ from those of the person who sent the link."
        )
        st.button(f"Continue with {plain(other.name)}", key=f"{page}:go-on", on_click=_go_on, type="primary")
    words = "The experiment runs on the built-in dataset instead."
    st.button("Continue without the file", key=f"{page}:without", on_click=_without, help=words)
