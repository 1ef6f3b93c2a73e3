"""Two experiments of a session: the latest with images, which the page Digits opens with, and the latest without."""

from dataclasses import replace

from ffbp.data.source import INK
from ffbp.experiment.class_link import NO_TASK
from ffbp.experiment.config import Config
from ffbp.experiment.link import View, params_of, without_lesson
from ffbp.lessons.presets import PRESETS
from ffbp.ui import files
from ffbp.ui.session import address
from ffbp.ui.session.state import session

WITH, WITHOUT = "images:with", "images:without"  # kept in the session: a configuration and its link's parameters


def shown_by(config: Config) -> bool:
    """Whether the experiment's inputs can be images of digits: all pixels, nothing else, and ten classes."""
    experiment = files.experiment(config)
    n_pixels = len(experiment.source.feature_names)
    is_whole = experiment.columns == tuple(range(n_pixels))
    return n_pixels in INK and is_whole and experiment.resolved.n_classes == 10


def note() -> None:
    """Remember the session's experiment, as the latest of its kind."""
    config = session.config
    if files.is_available(config):
        params = params_of(config, replace(session.view.with_task(NO_TASK), part=None))
        session.keep((config, params), WITH if shown_by(config) else WITHOUT)


def _latest(kind):
    config, params = session.recall(kind, (None, None))
    return (config, params) if config is not None and files.is_available(config) else (None, None)


def link_params() -> dict[str, str]:
    """The parameters of a link to the page Digits: the session's latest experiment with images, else the preset's."""
    config = session.config
    if not files.is_available(config) or shown_by(config):
        return address.params("Digits")
    _, params = _latest(WITH)
    lesson = View().beside(session.view).to_params()
    return address.offer({**without_lesson(params or PRESETS["digits"].config.to_params()), **lesson})


def other() -> tuple[Config | None, dict[str, str] | None]:
    """The latest experiment without images and its link's parameters; None and None if there was none."""
    return _latest(WITHOUT)


def open_digits() -> None:
    """Show the preset's experiment instead of one without images, which is remembered for the way back."""
    config, view = session.config, session.view
    if not files.is_available(config) or shown_by(config):
        return
    if not session.bare:
        session.keep((config, params_of(config, view.with_task(NO_TASK))), WITHOUT)
    session.config = session.origin = PRESETS["digits"].config
    session.view = View().beside(view)
