"""The dashboard's own parts: address, sidebar, the shared cache of runs, the timeline. The only importer of streamlit."""

from ffbp.ui.page import axes_of, begin, finish
from ffbp.ui.panels import gradient_check, moment_table, notices, source_code
from ffbp.ui.runs import trained
from ffbp.ui.samples import chosen_sample, mark_of, sample_chooser
from ffbp.ui.timeline import player, timeline

__all__ = [
    "axes_of",
    "begin",
    "chosen_sample",
    "finish",
    "gradient_check",
    "mark_of",
    "moment_table",
    "notices",
    "player",
    "sample_chooser",
    "source_code",
    "timeline",
    "trained",
]
