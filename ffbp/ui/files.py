"""The session's own file: it lives in this session's memory, never on a disk, and is gone with the session.

A configuration can name a file but not hold it. So whoever needs its samples asks here (`source_for`), and a link whose
file is not loaded gets a page that asks for it (`ask`).
"""

from collections.abc import Mapping
from contextlib import contextmanager

import streamlit as st

from ffbp.data.read_table import read_table
from ffbp.data.rows import TableError
from ffbp.data.source import Source
from ffbp.data.table import Table
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import DEFAULTS
from ffbp.figures.latex import plain
from ffbp.ui.session.own_file import OwnFile
from ffbp.ui.session.state import session

MAX_MEGABYTES = 5  # of a table; the server lets more through only because a record may be larger
TYPES = ("csv", "tsv", "tab", "txt", "dat", "data")
# What is chosen for one set of data and means nothing for another.
OF_THE_DATA = ("file_name", "file_fingerprint", "header", "decimal", "target", "task", "missing", "points", "columns", "derived",
               "standardize", "initial_theta")  # fmt: skip
READ_BY = ("header", "decimal")  # how the text becomes a table


def current() -> Table | None:
    """The file that this session has loaded, read as the configuration says."""
    file, config = session.file, session.config
    if file is None or config.file_fingerprint != file.table.fingerprint:
        return file and file.table
    return file.read(config.header, config.decimal)


def source_for(config: Config) -> Source | None:
    """What a configuration's methods need beside it: the file's source, or None where the data are no file.

    Raises TableError if target and task, None as guessed, do not suit the file.
    """
    if not config.file_name:
        return None
    return session.file.source(config.target, config.task, config.header, config.decimal)


def experiment(config: Config) -> Experiment:
    """The configuration with its data, the latest kept: what one rerun has computed about it serves the next."""
    kept, own = session.experiment, source_for(config)
    if kept is None or kept.config != config or (own is not None and kept.source is not own):
        session.experiment = kept = Experiment(config, own)
    return kept


def is_there(config: Config) -> bool:
    """Whether the configuration's data are at hand: they are no file, or that file is loaded."""
    file = session.file
    return not config.file_name or (file is not None and config.file_fingerprint == file.table.fingerprint)


def fitting(values: Mapping) -> tuple[Config, list[str]]:
    """`Config.fitting`, with the session's file where the values name it; a target that does not suit is left out.

    Raises TableError if nothing can be learned from the file, whatever the target.
    """
    values, faults = dict(values), []
    if not values.get("file_name") or session.file is None:
        return Config.fitting(values)
    for guessed in ((), ("task",), ("target", "task"), READ_BY, (*READ_BY, "target", "task")):
        tried = values | dict.fromkeys(guessed)
        try:
            config, warnings = Config.fitting(
                {name: value for name, value in tried.items() if value != DEFAULTS[name]},
                session.file.source(*(tried.get(name) for name in ("target", "task", *READ_BY))),
            )
            return config, [*faults[:1], *warnings]
        except TableError as error:
            faults.append(str(error))
    raise TableError(faults[0])


def settle() -> None:
    """Fit a configuration that came with an address to the file that it names, once, if the file is there."""
    config = session.config
    if session.settled == session.adopted or not is_there(config):
        return
    session.settled = session.adopted
    if config.file_name:
        session.config, warnings = fitting(config.to_dict())
        session.warn(warnings)


def use(table: Table, config: Config) -> None:
    """Keep a file and train on it: the configuration, with the file as its data and without what does not fit it.

    Raises TableError, and changes nothing, if nothing can be learned from the file.
    """
    before, session.file = session.file, OwnFile(table, config.header, config.decimal)
    values = config.to_dict() | {"file_name": table.name, "file_fingerprint": table.fingerprint, "points": None}
    try:
        new, warnings = fitting(values)
    except TableError:
        session.file = before
        raise
    del session.own_runs
    set_data(new, warnings)
    session.settled = session.adopted


def set_data(config: Config, warnings: list[str] | None = None) -> None:
    """A new experiment with other data: a sample or typed inputs that were chosen among the old are forgotten."""
    session.view = session.view.without_data()
    session.hush("file")
    del session.other_file
    session.change(config, warnings=warnings or ())


def without_data(config: Config) -> dict:
    """A configuration's values with those that belong to its data at their defaults."""
    return config.to_dict() | {name: DEFAULTS[name] for name in OF_THE_DATA}


def take(key: str) -> None:
    """The callback of an uploader for any file: read it, and train on it at once."""
    session.hush("file")
    file = session.sent(key)
    if file is None:
        forget()
        return
    with _telling():
        use(read_table(file.getvalue(), file.name), Config.fitting(without_data(session.config))[0])


def forget() -> None:
    """Drop the session's file; an experiment on it goes back to the built-in dataset."""
    session.hush("file")
    del session.file, session.own_runs, session.other_file
    if session.config.file_name:
        _without()


@contextmanager
def _telling():
    """What is wrong with a file is told where it is chosen."""
    try:
        yield
    except TableError as error:
        session.tell("error", str(error), "file")


def _take_wanted(key):
    """The callback of the uploader for the file that a link names."""
    session.hush("file")
    del session.other_file
    file, config = session.sent(key), session.config
    if file is None:
        return
    with _telling():
        table = read_table(file.getvalue(), file.name, header=config.header, decimal=config.decimal)
        if config.file_fingerprint in (None, table.fingerprint):
            use(table, config)
        else:
            session.other_file = table


def _go_on():
    table = session.other_file
    del session.other_file
    with _telling():
        use(table, session.config)


def _without():
    set_data(*Config.fitting(without_data(session.config)))


def ask(page: str) -> None:
    """Ask for the file that the configuration names: a link cannot hold it."""
    config = session.config
    name = plain(config.file_name)
    mark = f" with the fingerprint {plain(config.file_fingerprint)}" if config.file_fingerprint else ""
    st.info(
        f"This experiment needs the file **{name}**{mark}, which a link cannot hold. Load it here: everything else "
        "is kept. It stays in this session's memory only.",
        icon=":material/description:",
    )
    key = f"{page}:wanted"
    st.file_uploader(f"Load {name}", TYPES, key=key, on_change=_take_wanted, args=(key,), max_upload_size=MAX_MEGABYTES)
    session.show_told("file")
    if other := session.other_file:
        st.warning(
            f"This is a different file: {plain(other.name)} has the fingerprint {plain(other.fingerprint)}, the link's "
            f"file has {plain(config.file_fingerprint)}. Its results will differ from those of whoever sent the link."
        )
        st.button(f"Go on with {plain(other.name)}", key=f"{page}:go-on", on_click=_go_on, type="primary")
    label = "Go on without the file"
    st.button(
        label, key=f"{page}:without", on_click=_without, help="The experiment runs on the built-in dataset instead."
    )
