"""The views of the page For teachers: each is a function, and a row here; its name stands in `VIEWS_OF_TEACHERS`, too."""

from ffbp.experiment.class_link import COVERABLE
from ffbp.ui.teachers.assignment import notebook_to_complete
from ffbp.ui.teachers.board import board
from ffbp.ui.teachers.class_link import class_link
from ffbp.ui.teachers.course import for_your_course
from ffbp.ui.teachers.embed import embed
from ffbp.ui.teachers.hour import the_hour
from ffbp.ui.teachers.questions import platform_questions
from ffbp.ui.teachers.worksheet import printed_worksheet
from ffbp.ui.views import View

VIEWS = {
    "link": View("Class link", class_link),
    "hour": View("The hour", the_hour),
    "worksheet": View("Worksheet and key", lambda page: printed_worksheet(page.trained(), page.run_of), COVERABLE),
    "questions": View("Questions for your platform", lambda page: platform_questions()),
    "assignment": View("Assignment", lambda page: notebook_to_complete(page.trained()), COVERABLE),
    "board": View("Board", board),
    "embed": View("Embed", lambda page: embed(page.trained()), COVERABLE),
    "course": View("For your course", for_your_course),
}
