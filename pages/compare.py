"""Compare: two runs with one difference, side by side on one timeline."""

from ffbp.ui.compare import views
from ffbp.ui.page import begin

page = begin("Compare", picture_first=True)
views.draw(page)
page.finish()
