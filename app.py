"""The Playground: change anything, and the new run is there, complete, on a timeline."""

from ffbp import ui

config = ui.begin("Playground", picture_first=True)
shown = ui.trained(config, ui.axes_of(config))
ui.check_view(shown)
ui.timeline(shown)
ui.notices(shown)
ui.sidebar.draw()
ui.moment_table(shown)
ui.gradient_check(shown)
ui.source_code()
ui.finish()
