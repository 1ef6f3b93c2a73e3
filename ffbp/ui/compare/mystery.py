"""Find a fault: curves and numbers of a program, two suspects, and the check that tells them apart."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from ffbp.analysis.fault_checks import CHECKS, verdicts
from ffbp.analysis.mystery import GATE, Case, Gate, case_of, gate, offered, tells_apart
from ffbp.analysis.slips import as_fraction
from ffbp.experiment.config import Config
from ffbp.experiment.link import VIEW
from ffbp.faults.registry import FAULTS
from ffbp.figures.faults import two_losses
from ffbp.figures.latex import plain
from ffbp.ui import files
from ffbp.ui.chart import chart
from ffbp.ui.page import Page
from ffbp.ui.runs import ProgressBar, Shown, cache, other_trained
from ffbp.ui.session import address, control
from ffbp.ui.session.state import session
from ffbp.words import english
from ffbp.words.numbers import format_number
from ffbp.words.of_a_slip import ASK_ANEW, SLIPS

OPENED, ANSWERS = "mystery:opened", "mystery:answers"  # the healthy question is answered; what was tried, by case
CASE = "mystery:case"  # the number of the case that was open last
NO_FAULT = "No fault"
OF_DELTA = {
    "both": "That is y − a. delta is a − y, and it is divided by n.",
    "other": "For a sigmoid with cross-entropy, delta = (a − y) / n. Put the three numbers in.",
}
CHECK, CLOSE = ":material/check:", ":material/close:"


def mystery(page: Page, show: Callable[[str], None]) -> None:
    """A case, once the question on the healthy program is answered. show: opens a fault's example."""
    page.draw_sidebar()
    with page.words:
        st.markdown(
            "Symptoms do not name their cause. Choose the check on which two suspects differ. "
            "A case has its own program, not that of the sidebar."
        )
    if not session.recall(OPENED):
        _gate(page)
        return
    case = case_of(session.view.mystery)
    session.keep(case.number, CASE)
    healthy, *found = (_trained(page, case.config(key)) for key in (None, *case.suspects))
    program = healthy if case.hidden is None else found[case.suspects.index(case.hidden)]
    if case.asks == "fault":
        st.markdown(f"**Case {case.number}.** A program has one of two mistakes. Which check tells them apart?")
        st.markdown("\n".join(f"- {_told(key)}" for key in case.suspects))
        _evidence(healthy, program)
        one, other = (_verdicts(each) for each in found)
        separating = _which_check(case, _verdicts(program), one, other)
        is_solved = bool(separating) and _which_fault(case, separating[0], one, other)
    else:
        st.markdown(
            f"**Case {case.number}.** A program has this fault. Which check finds it?\n\n- {_told(case.hidden)}"
        )
        _evidence(healthy, program)
        one, other = _verdicts(program), _verdicts(healthy)
        is_solved = bool(_which_check(case, one, one, other))
    _onward(case, show, _score(case, one, other), is_solved=is_solved)
    address.write()


# The question on the healthy program


def _gate(page):
    question = gate(_trained(page, GATE).run)
    a, y, n = format_number(question.a), format_number(question.y), question.n
    st.markdown(
        f"**First the healthy program.** The output is a sigmoid, the loss the mean binary cross-entropy over n = {n} samples. "
        f"One of them has the output a = {a} and the target y = {y}. Which delta = dLoss/dz does it send back?"
    )
    box = st.container(width=320)
    text = control.typed(box, "delta of this sample", name="mystery:delta", placeholder="a number or a fraction")
    if not text:
        return
    answer = as_fraction(text)
    if answer is None:
        st.warning(ASK_ANEW)
    elif (judged := question.judge(answer)) != "right":
        st.warning((SLIPS | OF_DELTA)[judged], icon=CLOSE)
    else:
        _open(question)


def _open(question: Gate):
    st.success(f"Right: delta = (a − y) / n = {format_number(question.delta)}.", icon=CHECK)
    st.button("To the first case", type="primary", key="mystery:begin", on_click=session.keep, args=(True, OPENED))


# A case


def _told(key):
    """A suspect in words."""
    if key is None:
        return f"**{NO_FAULT}.** The program is healthy."
    return f"**{plain(FAULTS[key].label)}.** {plain(FAULTS[key].does)}"


def _name(key):
    return NO_FAULT if key is None else FAULTS[key].label


def _trained(page, config: Config) -> Shown:
    axes = files.usual_axes(config) if len(files.experiment(config).columns) > 1 else (0,)
    return other_trained(config, axes, ProgressBar(page.progress, page.draw_sidebar))


def _verdicts(shown):
    """All checks of a run, kept for all sessions."""
    key = ("verdicts", shown.run.config), ()
    found = cache().get(key)
    if found is None:
        found = verdicts(shown.run)
        cache().put(key, found)
    return found


def _evidence(healthy, program):
    """The curves and the numbers of the program beside those of the healthy one."""
    left, right = st.columns([3, 2])
    with left:
        title = "Losses of the healthy program and of this one"
        words = f"At the end {_at(program, 'train_loss', -1)}, healthy {_at(healthy, 'train_loss', -1)}."
        chart(two_losses(healthy.run, program.run), key="mystery:losses", title=title, alternative=words)
    with right:
        names = {
            "loss at the start": ("train_loss", 0),
            "after one epoch": ("train_loss", 1),
            "at the end": ("train_loss", -1),
        }
        names["test loss at the end"] = ("test_loss", -1)
        rows = [
            {"number": name, "healthy": _at(healthy, *at), "program": _at(program, *at)} for name, at in names.items()
        ]
        layers = healthy.run.history.grad_norm.shape[1]
        for l in range(layers):
            at = ("grad_norm", (0, l))
            rows.append(
                {
                    "number": f"‖dW‖ of layer {l + 1} at the start",
                    "healthy": _at(healthy, *at),
                    "program": _at(program, *at),
                }
            )
        st.dataframe(pd.DataFrame(rows), hide_index=True)


def _at(shown, name, place):
    values = getattr(shown.run.history, name)
    return format_number(values[min(place, len(values) - 1) if isinstance(place, int) else place])


def _which_check(case: Case, here, one, other):
    """Buttons for the checks; each that was tried gives its result on the program. Returns those that separate."""
    tried = [key for key in _tried(case) if key in CHECKS]
    st.markdown("**Choose a check**")
    with st.container(horizontal=True, key="mystery:checks"):
        for key in offered(case, one, other):
            own = {"key": f"mystery:{case.number}:{key}", "disabled": key in tried, "help": CHECKS[key].does}
            st.button(CHECKS[key].label, on_click=_try, args=(case, key), **own)
    for key in tried:
        text = f"**{CHECKS[key].label}.** {english.sentence(here[key].notice)}"
        if case.asks == "symptom":
            if tells_apart(key, one, other):
                st.success(f"{text} This check finds the fault.", icon=CHECK)
            else:
                st.info(f"{text} The healthy program gives the same: this check does not find the fault.", icon=CLOSE)
        elif tells_apart(key, one, other):
            st.success(f"{text} The two suspects differ here.", icon=CHECK)
        else:
            st.info(f"{text} Both suspects give this kind of result: the check cannot tell them apart.", icon=CLOSE)
    return [key for key in tried if tells_apart(key, one, other)]


def _which_fault(case: Case, check: str, one, other) -> bool:
    """A check separates the suspects: name the fault, and read what each suspect gives there. Whether it is named."""
    st.markdown("**Which one is it?**")
    named = next((key for key in _tried(case) if key.startswith("=")), None)
    with st.container(horizontal=True, key="mystery:suspects"):
        for i, key in enumerate(case.suspects):
            own = {"key": f"mystery:{case.number}:suspect{i}", "disabled": named is not None}
            st.button(_name(key), on_click=_try, args=(case, f"={i}"), **own)
    if named is None:
        return False
    right = case.suspects[int(named[1:])] == case.hidden
    words = "\n".join(
        f"- {plain(_name(key))}: {plain(english.sentence(found[check].notice))}"
        for key, found in zip(case.suspects, (one, other), strict=True)
    )
    verdict = "Right" if right else "No"
    (st.success if right else st.error)(
        f"{verdict}: it is **{plain(_name(case.hidden))}**. {CHECKS[check].label} gives\n\n{words}",
        icon=CHECK if right else CLOSE,
    )
    return True


def _score(case: Case, one, other) -> tuple[int, int]:
    """How many cases were solved without a wrong choice, of how many; with this one as soon as something was chosen."""
    cases = session.view.cases or 0
    solved = min(session.view.solved or 0, cases)
    tried = _tried(case)
    if not tried:
        return solved, cases
    named = [case.suspects[int(key[1:])] for key in tried if key.startswith("=")]
    is_right = tells_apart(tried[0], one, other) and (case.asks == "symptom" or named == [case.hidden])
    most = VIEW["cases"][1]
    return min(solved + is_right, most), min(cases + 1, most)


def _onward(case, show, score, *, is_solved):
    """To the next case with the score so far, and once this one is solved to its fault."""
    solved, cases = score
    with st.container(horizontal=True, key="mystery:onward"):
        number = case.number % VIEW["mystery"][1] + 1
        st.button(
            "Next case",
            type="primary" if is_solved else "secondary",
            key="mystery:next",
            on_click=_go,
            args=(number, *score),
        )
        if is_solved and case.hidden is not None:
            st.button("See this fault", key="mystery:see", on_click=partial(show, case.hidden))
    if cases:
        st.caption(f"{solved} of {cases} solved without a wrong choice. The address holds your place.")


def _go(number, solved, cases):
    session.view = replace(session.view, mystery=number, solved=solved or None, cases=cases or None)


def begin() -> None:
    """Hide a fault: the case that was open last in this session, at first number 1."""
    session.view = replace(session.view, mystery=session.recall(CASE, 1))


def _tried(case) -> tuple[str, ...]:
    """What was chosen in a case: checks by key, and "=0" or "=1" for a suspect."""
    return session.recall(ANSWERS, {}).get(case.number, ())


def _try(case, choice):
    answers = session.recall(ANSWERS, {})
    session.keep({**answers, case.number: (*_tried(case), choice)}, ANSWERS)
