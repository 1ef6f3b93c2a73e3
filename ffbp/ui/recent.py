"""The latest runs of the session as a row of thumbnails; a click brings one back."""

from typing import NamedTuple

import numpy as np

from ffbp.experiment.config import Config
from ffbp.experiment.differences import differences
from ffbp.figures.blob import Packer
from ffbp.figures.thumbnail import thumbnail
from ffbp.ui.component import component
from ffbp.ui.runs import Shown
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number, format_percent

RECENT = "recent"
MOST = 8


class Recent(NamedTuple):
    config: Config
    result: str  # the last score or loss, as text
    picture: np.ndarray  # (height, width, 3), bytes


def recent(shown: Shown) -> None:
    """Add the run to the row unless it is there, and draw the row as soon as it has two."""
    runs, config = session.recall(RECENT, ()), shown.run.config
    if config not in [each.config for each in runs]:
        runs = (*runs, Recent(config, _result(shown.run), thumbnail(shown.run, shown.plane)))[-MOST:]
        session.keep(runs, RECENT)
    if len(runs) < 2 or session.view.class_link.covered:
        return
    packer = Packer(raw=True)
    items = [
        {"name": f"Run {i}", "words": _words(each.config, config), "result": each.result, "here": each.config == config}
        | {"picture": packer.add(each.picture, np.uint8)}
        for i, each in enumerate(runs, start=1)
    ]
    data = packer.blob({"label": "Latest runs", "items": items})
    component(RECENT)(key=RECENT, data=data, on_chosen_change=_choose)


def _result(run):
    history = run.history
    if run.dataset.score_name == "accuracy":
        return format_percent(history.train_accuracy[-1])
    return f"loss {format_number(history.train_loss[-1])}"


def _words(config, now):
    """How a run differs from the one on screen."""
    found = [str(each) for each in differences(now, config)]
    return (
        "on screen" if not found else "; ".join(found[:4]) + (f" and {len(found) - 4} more" if len(found) > 4 else "")
    )


def _choose():
    runs, chosen = session.recall(RECENT, ()), session.sent(RECENT, {}).get("chosen")
    if isinstance(chosen, int) and 0 <= chosen < len(runs):
        session.change(runs[chosen].config)
