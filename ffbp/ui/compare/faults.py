"""The view Faults: a healthy training and one with a deliberate fault, on one timeline, and what gives the fault away."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from ffbp.analysis.fault_checks import CHECKS, ratios_shown
from ffbp.experiment.config import Config
from ffbp.experiment.pair import NOTHING, Other
from ffbp.faults.registry import FAULTS, Fault
from ffbp.figures.latex import plain
from ffbp.training.faulty import mistake
from ffbp.ui.compare.mystery import begin, mystery
from ffbp.ui.compare.pair import timeline
from ffbp.ui.compare.two_runs import TwoRuns, config_of_b, two_runs
from ffbp.ui.page import Page
from ffbp.ui.panels import sources
from ffbp.ui.session import control
from ffbp.ui.session.fragments import fragment, note_view
from ffbp.ui.session.state import session
from ffbp.words import english
from ffbp.words.glossary import explained

SEE, FIND = "see", "find"
MODES = {SEE: "See a fault", FIND: "Find a fault"}
INTRO = (
    "A mistake in a training program often leaves no message: the loss falls, and the numbers are wrong. Choose one. A is the "
    "healthy program, B the same with the mistake."
)


def faults(page: Page) -> None:
    """Show a chosen fault, or hide one."""
    mode = SEE if session.view.mystery is None else FIND
    own = {"name": "faults:mode", "value": mode, "on_change": _choose_mode, "label_visibility": "collapsed"}
    control.choice(st, "segmented_control", "What to do", MODES, **own)
    note_view("mystery")
    if mode == FIND:
        mystery(page, show)
    else:
        _see(page)


def _choose_mode(mode):
    if mode == FIND:
        begin()
    elif mode == SEE:
        session.view = replace(session.view, mystery=None)


def _see(page):
    texts = {key: fault.label for key, fault in FAULTS.items()}
    is_asked = "fault" in dict(session.view.b.values)
    chosen = config_of_b().fault if is_asked else None
    own = {"name": "faults:fault", "value": chosen, "on_change": show, "label_visibility": "collapsed", "wrap": True}
    control.choice(st, "pills", "Faults", texts, **own)
    if chosen is None:
        if is_asked:
            two_runs(page)  # says why B cannot have it
        page.draw_sidebar()
        page.words.markdown(INTRO)
        st.markdown("\n".join(f"- **{plain(fault.label)}.** {plain(fault.does)}" for fault in FAULTS.values()))
        return
    both = two_runs(page)
    note_view("b")  # of which two_runs may have left something out
    fault, of_a = FAULTS[chosen], session.config.fault
    with page.words:
        st.markdown(plain(f"{fault.does} {'A is healthy, B has the fault.' if of_a is None else FAULTS[of_a].banner}"))
    timeline(page, both)
    page.draw_sidebar()
    _what_gives_it_away(fault, both)
    _all_checks(both)


def show(key: str | None) -> None:
    """Open the example of a fault, healthy as A and faulty as B."""
    if key in FAULTS:
        session.start(Config(**FAULTS[key].example), None)
        session.view = replace(session.view.compared(Other().having({"fault": key})), mystery=None)


def _what_gives_it_away(fault: Fault, both: TwoRuns) -> None:
    """Where the fault is seen first, what still looks right, the gradient check of B, and the line that corrects it."""
    words, check = st.columns(2, gap="large")
    with words:
        st.markdown(f"**Seen first.** {plain(fault.panel)}")
        st.markdown(f"**Still looks healthy.** {plain(fault.healthy)}")
        st.markdown("**The line that corrects it**")
        st.code(fault.fix, language="python")
        if box := control.opened("The fault in code", key="faults:code"):
            with box:
                sources(mistake(fault.key))
        own = {"key": "faults:take", "icon": ":material/bug_report:", "on_click": _take}
        st.button("Open the faulty run on all pages", help="A banner there leads back to the healthy run", **own)
    with check:
        name = "in_a_row" if fault.found_by == "in_a_row" else "gradient"
        st.markdown(f"**{CHECKS[name].label} of B**", help=explained("gradient_check", "ratio"))
        st.markdown(f"Ratio backward / difference quotient: {plain(fault.pattern)}")
        st.dataframe(_table(both, fault), hide_index=True)
        st.markdown(english.sentence(both.verdicts[1][name].notice))


def _table(both, fault):
    """The ratios of B, layer by layer."""
    rows = [
        {"layer": each.layer, "of": "biases" if each.biases else "weights"}
        | {
            f"{name} ratio": _ratio(value)
            for name, value in zip(("smallest", "median", "largest"), each[2:], strict=True)
        }
        for each in ratios_shown(both.b.run, fault.found_by)
    ]
    return pd.DataFrame(rows)


def _ratio(value):
    return f"{value:.4g}".replace("-", "−")


def _take():
    session.change(config_of_b())
    session.view = session.view.compared(NOTHING)


@fragment
def _all_checks(both: TwoRuns) -> None:
    """Every check of both runs: none finds all faults, and no fault escapes all of them."""
    if not (box := control.opened("All checks of A and B", key="faults:checks")):
        return
    a, b = both.verdicts
    rows = [
        {"check": check.label, "how": check.does}
        | {name: english.sentence(found[key].notice) for name, found in (("A", a), ("B", b))}
        for key, check in CHECKS.items()
    ]
    box.dataframe(pd.DataFrame(rows), hide_index=True)
