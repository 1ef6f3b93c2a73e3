"""For teachers: questions for learning platforms from the items of practice."""

import streamlit as st

from ffbp.ui.page import begin
from ffbp.ui.teachers.questions import platform_questions

page = begin("For teachers", picture_first=True)
page.trained()
st.header("Questions for your learning platform", anchor=False)
platform_questions()
page.finish()
