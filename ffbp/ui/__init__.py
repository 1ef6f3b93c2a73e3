"""The dashboard's own parts: address, sidebar, the shared cache of runs, the timeline. The only importer of streamlit."""

from ffbp.ui import sidebar
from ffbp.ui.backward import (
    backward_code,
    backward_player,
    contributions,
    headline,
    ladder,
    layer_steps,
    live_check,
    mode_chooser,
    moment,
    one_step,
    output_delta,
    predict,
    saturation,
    shrinkage,
    textbook_delta,
    tracer,
    worth,
)
from ffbp.ui.data import download, file_chooser, file_settings, inspect, picture, preview, summary
from ffbp.ui.drawing import points_table
from ffbp.ui.page import axes_of, begin, check_view, finish
from ffbp.ui.panels import gradient_check, moment_table, notices, source_code
from ffbp.ui.runs import trained
from ffbp.ui.samples import chosen_sample, mark_of, sample_chooser
from ffbp.ui.timeline import player, timeline

__all__ = [
    "axes_of",
    "backward_code",
    "backward_player",
    "begin",
    "check_view",
    "chosen_sample",
    "contributions",
    "download",
    "file_chooser",
    "file_settings",
    "finish",
    "gradient_check",
    "headline",
    "inspect",
    "ladder",
    "layer_steps",
    "live_check",
    "mark_of",
    "mode_chooser",
    "moment",
    "moment_table",
    "notices",
    "one_step",
    "output_delta",
    "picture",
    "player",
    "points_table",
    "predict",
    "preview",
    "sample_chooser",
    "saturation",
    "shrinkage",
    "sidebar",
    "source_code",
    "summary",
    "textbook_delta",
    "timeline",
    "tracer",
    "trained",
    "worth",
]
