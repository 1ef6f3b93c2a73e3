"""The view Five checks before training: one button, five verdicts, and for each failing one a link that shows it."""

import streamlit as st

from ffbp.analysis.five_checks import CHECKS, Check, checked_notice, watch_checks
from ffbp.experiment.link import View, params_of
from ffbp.experiment.many import Many
from ffbp.figures.laboratory import descent_plot
from ffbp.ui import files
from ffbp.ui.chart import chart
from ffbp.ui.laboratory.computed import computed, known
from ffbp.ui.page import Page, link
from ffbp.ui.session import address
from ffbp.ui.session.state import session
from ffbp.words import english
from ffbp.words.glossary import explained

ASKED = "checks:asked"  # kept in the session: the experiment for which the checks were asked
TITLES = {
    "start": "The loss at the start is at most three times that of guessing",
    "overfit": "A few samples are learned by heart",
    "blind": "Without inputs, the loss ends at that of guessing",
    "shuffled": "Shuffled targets are learned by heart only",
    "gradient": "The gradient is the slope of the loss",
}
SIGNS = {
    True: ":green-badge[:material/check: passed]",
    False: ":red-badge[:material/close: failed]",
    None: ":gray-badge[no verdict]",
}
RATES = ("pages/compare.py", "Try other learning rates", View(view="sweep", many=Many(seeds=3)))
SIZES = ("pages/compare.py", "Try other sizes", View(view="sweep", many=Many(seeds=3, field="hidden")))
START = ("pages/laboratory.py", "See what this start does", View())
LINKS = {  # of a failing check: the pages that show it, what the links say, and what they show there
    "start": (START,),
    "overfit": (RATES, START),
    "blind": (RATES,),
    "leaks": (("pages/data.py", "Look at the samples", View()),),
    "shuffled": (SIZES, RATES),
    "gradient": (("pages/backpropagation.py", "Follow the gradient through the network", View()),),
}


def checks(page: Page) -> None:
    """The button, or the verdicts of this experiment."""
    with page.words:
        st.markdown("Five short experiments find many mistakes before you spend hours of training on them.")
    page.without_training()
    config = page.config
    found = known("checks", config)
    if found is None and session.recall(ASKED) != config:
        st.button(
            "Carry out all five checks", key="checks:run", icon=":material/fact_check:", type="primary",
            on_click=session.keep, args=(config, ASKED),
        )  # fmt: skip
        _what_is_checked()
        return
    if found is None:
        with st.spinner("Training on four samples, with all inputs zero, and with shuffled targets …"):
            found = computed("checks", config, lambda: watch_checks(config, files.experiment(config).dataset))
    st.markdown(english.sentence(checked_notice(found)), help=explained("guessing", "gradient_check"))
    for has_curve in (True, False):
        row = [check for check in found if bool(len(check.steps)) == has_curve]
        for check, column in zip(row, st.columns(len(row)), strict=True):
            with column:
                _verdict(check, config)


def _what_is_checked() -> None:
    for k, name in enumerate(CHECKS, start=1):
        st.markdown(f"{k}. {TITLES[name]}.")


def _verdict(check: Check, config) -> None:
    with st.container(border=True, height="stretch", key=f"check_{check.name}"):
        st.header(f"{TITLES[check.name]} {SIGNS[check.passed]}", anchor=False)
        st.markdown(english.sentence(check.notice))
        if len(check.steps):
            title = f"{TITLES[check.name]}: the loss over the updates"
            words = f"From {check.losses[0]:.4g} to {check.losses[-1]:.4g} in {check.steps[-1]} updates."
            chart(descent_plot(check), key=f"checks:{check.name}", title=title, alternative=words)
        if check.passed is False:
            for path, label, view in LINKS["leaks" if check.numbers.get("leaks") else check.name]:
                link(path, label, address.offer(params_of(config, view)), icon=":material/arrow_forward:")
