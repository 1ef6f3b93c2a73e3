"""Lessons: the course, common misconceptions to vote on, the glossary, and lessons of one's own."""

from ffbp.ui.lessons import parts
from ffbp.ui.page import begin

page = begin("Lessons", picture_first=True)
page.without_training()
parts.draw(page)
page.finish()
