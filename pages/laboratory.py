"""Laboratory: what decides whether a network learns, measured exactly."""

from ffbp.experiment.link import VIEW_OF_LAB
from ffbp.ui import views
from ffbp.ui.laboratory.views import VIEWS
from ffbp.ui.page import begin

page = begin("Laboratory", picture_first=True)
views.draw(page, VIEWS, VIEW_OF_LAB)
page.finish()
