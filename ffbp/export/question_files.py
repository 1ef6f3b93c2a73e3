"""The files in which questions are written: how each is made, and its type."""

from ffbp.export.questions import gift, moodle_xml, questions_csv
from ffbp.export.questions_on_paper import questions_on_paper

FILES = {
    "questions.xml": (moodle_xml, "application/xml"),
    "questions.gift": (gift, "text/plain"),
    "questions.csv": (questions_csv, "text/csv"),
    "questions.html": (questions_on_paper, "text/html"),
}
