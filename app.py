"""The Playground: change anything, and the new run is there, complete, on a timeline."""

from ffbp.ui import sidebar
from ffbp.ui.page import axes_of, begin, check_view, finish
from ffbp.ui.panels import gradient_check, moment_table, notices, source_code
from ffbp.ui.runs import trained
from ffbp.ui.timeline import timeline

config = begin("Playground", picture_first=True)
shown = trained(config, axes_of(config))
check_view(shown)
timeline(shown)
notices(shown)
sidebar.draw()
moment_table(shown)
gradient_check(shown)
source_code()
finish()
