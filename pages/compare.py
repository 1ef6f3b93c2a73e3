"""Compare: two runs with one difference, side by side on one timeline."""

from ffbp.experiment.link import COMPARISON
from ffbp.ui import views
from ffbp.ui.compare.views import VIEWS
from ffbp.ui.page import begin

page = begin("Compare", picture_first=True)
views.draw(page, VIEWS, COMPARISON)
page.finish()
