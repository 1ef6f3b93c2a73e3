"""For teachers: what a lesson needs, made from an experiment."""

from ffbp.experiment.link import VIEW_OF_TEACHERS
from ffbp.ui import views
from ffbp.ui.page import begin
from ffbp.ui.teachers.views import VIEWS

page = begin("For teachers", picture_first=True)
views.draw(page, VIEWS, VIEW_OF_TEACHERS)
page.finish()
