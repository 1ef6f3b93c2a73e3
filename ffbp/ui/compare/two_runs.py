"""A and B as the page shows them: both trained, on common scales and, where that is possible, over the same plane."""

from dataclasses import replace
from functools import cached_property

import numpy as np

from ffbp.analysis.equal_parts import EqualPart, equal_parts
from ffbp.analysis.fault_checks import Verdict, verdicts
from ffbp.experiment.config import Config
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.pair import PREFIX, START
from ffbp.experiment.problems import ConfigError
from ffbp.figures.blob import header_of
from ffbp.figures.pair import on_common_ground, pack_pair
from ffbp.ui import files
from ffbp.ui.page import LINK_ICON, Page, axes_of
from ffbp.ui.runs import ProgressBar, Shown, branched, cache_of, other_trained
from ffbp.ui.session import address
from ffbp.ui.session.state import session
from ffbp.words.problems import Problem


class TwoRuns:
    """``a``, ``b``: with the scales of both. What is computed of them is kept for all sessions."""

    def __init__(self, a: Shown, b: Shown):
        self.own_planes = a.plane, b.plane
        planes, common, scales = on_common_ground(a.run, b.run, self.own_planes)
        self.a, self.b = (
            Shown(shown.run, plane, shown.runs, scales) for shown, plane in zip((a, b), planes, strict=True)
        )
        self.blob = pack_pair(a.run, b.run, common, scales)
        self.id = header_of(self.blob)["id"]

    @cached_property
    def equal_parts(self) -> list[EqualPart]:
        return equal_parts(self.a.run, self.b.run)

    @cached_property
    def verdicts(self) -> tuple[dict[str, Verdict], dict[str, Verdict]]:
        """All checks for faults, of A and of B."""
        return verdicts(self.a.run), verdicts(self.b.run)

    def frames_at(self, frame: int) -> tuple[int, int]:
        """The frames of both that the timeline shows when A is at one of its frames: it counts those of the longer run."""
        a, b = (shown.run.history.epoch for shown in (self.a, self.b))
        epoch = a[frame] if a[-1] >= b[-1] else b[np.abs(b - a[frame]).argmin()]
        return tuple(int(np.abs(epochs - epoch).argmin()) for epochs in (a, b))


def config_of_b() -> Config:
    """B's configuration, from the session's experiment and how B differs from it."""
    return session.view.b.of(session.config, files.fitting)[0]


def two_runs(page: Page) -> TwoRuns:
    """Train both. What B cannot have is named once, and B has A's value there."""
    a, bar = page.trained(), ProgressBar(page.progress, page.draw_sidebar)
    b = _trained_b(page, a, bar)
    runs, key = cache_of(a, b), (("two", a, b), a.plane.axes)
    found = runs.get(key)
    if found is None:
        found = TwoRuns(a, b)
        runs.put(key, found)
    return found


def _trained_b(page, a, bar):
    config, kept, told = session.view.b.of(page.config, files.fitting)
    if kept.start is not None and kept.start >= a.run.n_frames:
        told.append(Problem(START, "bounds", kept.start, {"low": 0, "high": a.run.n_frames - 1}, outcome="left out"))
        kept = replace(kept, start=None)
    while True:
        try:
            axes = a.plane.axes if _has_columns_of(config, page.config) else axes_of(config)
            start = kept.start
            b = other_trained(config, axes, bar) if start is None else branched(a.run, start, config, axes, bar)
            break
        except ConfigError as error:  # a branch goes on with A's weights
            name = error.problem.field
            wrong = [name] if name in dict(kept.values) else list(dict(kept.values))
            told.append(replace(error.problem, field=f"{PREFIX}{FIELDS[name].key}", outcome="left out"))
            config, kept, _ = kept.without(*wrong).of(page.config, files.fitting)
    for problem in told:
        page.warnings.warning(str(problem), icon=LINK_ICON)
    if kept != session.view.b:
        session.view = session.view.compared(kept)
        address.write()
    return b


def _has_columns_of(config, other):
    return (config.dataset, config.columns, config.file_name) == (other.dataset, other.columns, other.file_name)
