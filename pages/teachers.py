"""For teachers: questions for learning platforms, and a worksheet with its key."""

import streamlit as st

from ffbp.ui.page import begin
from ffbp.ui.teachers.questions import platform_questions
from ffbp.ui.teachers.worksheet import printed_worksheet

page = begin("For teachers", picture_first=True)
shown = page.trained()
st.header("Questions for your learning platform", anchor=False)
platform_questions()
st.header("Worksheet and key", anchor=False)
printed_worksheet(shown)
page.finish()
