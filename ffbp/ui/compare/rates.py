"""What stands over a sweep of the learning rate: the usual range test, and the rate that the start's sharpness just bears."""

from typing import NamedTuple

from ffbp.analysis.stability import measuring_edge
from ffbp.experiment.config import Config
from ffbp.figures import palette
from ffbp.figures.many import add_range_test, add_rate, best_of
from ffbp.training.range_test import N_STEPS, SMOOTHING, RangeTest, watch_range_test
from ffbp.training.sweep import Sweep
from ffbp.ui import files
from ffbp.ui.runs import cache_for, in_turns
from ffbp.ui.session.state import session
from ffbp.words import english
from ffbp.words.notice import Notice


class Marks(NamedTuple):
    """edge: None where the start has none."""

    test: RangeTest
    edge: float | None


def measured(config: Config) -> Marks:
    """Both for an experiment, kept for all sessions."""
    runs, key = cache_for(config), (("rates", config), None)
    found = runs.get(key)
    if found is None:
        found = in_turns(_measuring(config), runs, lambda _: session.pause())
        runs.put(key, found)
    return found


def _measuring(config):
    source = files.source_for(config)
    test = yield from watch_range_test(config, source=source)
    return Marks(test, (yield from measuring_edge(config, source)))


def draw(figure: dict, marks: Marks, sweep: Sweep, name: str) -> None:
    """In place: mark the edge in `ends_plot` of a loss or score, and draw the range test over the loss."""
    (values,) = sweep.values
    if marks.edge is not None:
        add_rate(figure, marks.edge, "edge at the start", values, color=palette.TOTAL, dash="longdash")
    if name == "loss":
        add_range_test(figure, marks.test, values)


def in_words(marks: Marks, sweep: Sweep) -> str:
    """What the range test suggests, how late that is, what whole runs say, and what the start bears."""
    test, best = marks.test, best_of(sweep)
    numbers = {"suggestion": test.suggestion, "steps": N_STEPS, "lag": test.lag, "late": (1 - SMOOTHING) / SMOOTHING}
    numbers |= {"lowest": test.lowest, "is_full": sweep.config.batch_size is None, "best": best and best[1]}
    notices = [Notice("range_test", "info", numbers)]
    if marks.edge is not None:
        is_plain = sweep.config.optimizer == "sgd"
        notices.append(Notice("edge_at_the_start", "info", {"edge": marks.edge, "is_plain": is_plain}))
    return " ".join(map(english.sentence, notices))
