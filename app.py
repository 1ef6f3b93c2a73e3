"""The Playground: change any setting, and the complete new run appears on a timeline."""

from ffbp.ui.challenge import challenge
from ffbp.ui.page import begin
from ffbp.ui.panels import gradient_check, moment_table, notices, source_code
from ffbp.ui.recent import recent
from ffbp.ui.timeline import timeline

page = begin("Playground", picture_first=True, has_strip=True)
shown = page.trained()
challenge(page, shown)
timeline(page, shown)
notices(page, shown)
recent(shown)
page.draw_sidebar()
moment_table(shown)
gradient_check(shown)
source_code()
page.finish()
