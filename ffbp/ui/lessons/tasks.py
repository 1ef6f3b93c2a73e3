"""The tasks of a step: each draws its field or its buttons, and notes the answer."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from ffbp.analysis.plane import plane_of
from ffbp.experiment.differences import differences, value_text
from ffbp.experiment.fields import FIELDS
from ffbp.figures import thumbnail
from ffbp.lessons.expressions import Case
from ffbp.lessons.judge import GIVEN_UP, N_INDICES, RIGHT, WRONG, best, judge, name_of, reached, shown_order
from ffbp.lessons.lesson import SHOWN, Step
from ffbp.ui.lessons.running import Running, answered, reopen, running
from ffbp.ui.lessons.told import heard, markdown
from ffbp.ui.moment import SOURCE
from ffbp.ui.samples import row_chooser
from ffbp.ui.session import control
from ffbp.ui.session.fragments import note_view
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number, format_percent
from ffbp.words.of_a_slip import ASK_ANEW, SLIPS

CHECK, CLOSE = ":material/check:", ":material/close:"
PIXELS = 96
KNOWN = "lessons:known"  # kept in the session: what was computed of the step on screen
TRUTHS = {"t": "True", "f": "False"}


def draw(now: Running, case: Case, train: Callable) -> None:
    """Draw the task of the present step, and what is said about the answer."""
    kind = now.step.kind
    st.markdown(f"**{markdown(case.told(now.step.task.question)).replace('**', '')}**")
    if kind == "reach":
        _reach(now, train)
    elif not now.is_settled:
        {"predict": _predict, "choose": _choose, "find": _find, "vote": _vote}[kind](now, case)
    elif kind == "choose":
        _pictures(now, case, is_named=True)


def key_of(now: Running, name: str) -> str:
    """A control's key: no two steps share one."""
    return f"lesson:{now.lesson.key}:{now.number}:{name}"


def say(now: Running, case: Case) -> None:
    """The verdict on the answer, in words; after a wrong number also how to go on."""
    if not now.answer:
        return
    if now.mark == GIVEN_UP:
        if text := answer_text(now, case):
            st.info(f"The answer is {text}.")
        return
    verdict = _once(now, ("verdict", now.given), lambda: judge(now.step, case, now.given))
    if verdict is None:
        return
    if verdict.right:
        given = {"reach": "Reached.", "vote": f"Right: it is {verdict.answer}."}
        st.success(given.get(now.step.kind) or f"Right: {given_text(now)}.", icon=CHECK)
        return
    if now.step.kind == "vote":
        st.warning(f"No, it is {verdict.answer}.", icon=CLOSE)
        return
    about = f": {markdown(verdict.about)}" if verdict.about and not verdict.slip else ""
    words = f" {SLIPS[verdict.slip]}" if verdict.slip else ""
    known = f" The answer is {answer_text(now, case)}." if now.is_settled else ""
    st.warning(f"Not {given_text(now)}{about}.{words}{known}", icon=CLOSE)


def given_text(now: Running) -> str:
    """An answer in words, escaped."""
    kind, given = now.step.kind, now.given
    if kind == "vote":
        return TRUTHS.get(given, "").lower()
    if kind == "choose":
        return _option_name(now.step, int(given))
    if kind == "find":
        return markdown(name_of(now.step.task, map(int, given.split("-"))))
    return markdown(given)


def answer_text(now: Running, case: Case) -> str:
    """The right answer to the present step in words, escaped; "" where there is none to tell."""
    return _once(now, "answer", lambda: right_answer(now.step, case))


def right_answer(step: Step, case: Case) -> str:
    """The right answer to a step in words, escaped; "" where there is none to tell."""
    any_answer = {"predict": "0", "choose": "1", "vote": "t"}.get(step.kind)
    if step.kind == "find":
        any_answer = "-".join("1" * N_INDICES[step.task.what])
    verdict = judge(step, case, any_answer) if any_answer else None
    if verdict is None:
        return ""
    return _option_name(step, int(verdict.answer)) if step.kind == "choose" else markdown(verdict.answer)


def place_of_answer(now: Running, case: Case) -> dict[str, str]:
    """The parameters of an address that choose what the present step asks to find; none where nothing is to be found."""
    found = _once(now, "best", lambda: best(now.step.task, case)) if now.step.kind == "find" else None
    names = ("sample",) if found and len(found) == 1 else ("layer", "unit")
    return {name: str(index) for name, index in zip(names, found or (), strict=False)}


def _once(now, name, compute: Callable):
    """What is computed of a step, kept in the session as long as that step is on screen: some of it takes long."""
    (lesson, number), known = session.recall(KNOWN, ((None, 0), {}))
    if lesson is not now.lesson or number != now.number:
        known = {}
    if name not in known:
        known = {**known, name: compute()}
        session.keep(((now.lesson, now.number), known), KNOWN)
    return known[name]


def _note(now, case, given) -> bool:
    """Note an answer with its mark, and open what it is about; returns whether it was an answer at all."""
    verdict = _once(now, ("verdict", given), lambda: judge(now.step, case, given))
    if verdict is None:
        return False
    answered(RIGHT if verdict.right else WRONG, given)
    if running().is_settled and now.step.run != now.step.link:
        reopen()
    return True


def _predict(now, case):
    hint = {"placeholder": "0.25 or 0,25 or 1/4", "max_chars": 24}
    name = "lesson:typed"
    about = now.lesson.key, now.number
    label = heard(case.told(now.step.task.question))  # with the field, the task is read out
    text = control.typed(st, label, name=name, about=about, label_visibility="collapsed", **hint).strip()
    told = f"{name}:told"
    if not text or session.recall(told) == (about, text):
        return
    session.keep((about, text), told)
    if not _note(now, case, text):
        st.error(ASK_ANEW)
    elif running().is_settled and now.step.run != now.step.link:
        st.rerun()


def _vote(now, case):
    with st.container(horizontal=True):
        for given, label in TRUTHS.items():
            st.button(label, key=key_of(now, given), on_click=partial(_note, now, case, given))


def _choose(now, case):
    if now.step.task.show:
        _pictures(now, case)
        return
    with st.container(key="lesson-options"):
        for number in range(1, len(now.step.task.options) + 1):
            press = partial(_note, now, case, str(number))
            st.button(_option_name(now.step, number), key=key_of(now, str(number)), on_click=press, width="stretch")


def _pictures(now, case, is_named=False):
    """The options as pictures: a button under each, or after the answer what it is."""
    task = now.step.task
    if not task.show:
        return
    runs = [case.train(now.step.option_configs[i]) for i in shown_order(now.step)]
    most = 1.1 * max(float(run.history.train_loss[0]) for run in runs)
    columns = st.container(key="lesson-pictures").columns(len(runs))
    for number, (run, column) in enumerate(zip(runs, columns, strict=True), start=1):
        with column:
            if task.show == "loss":
                losses = run.history.train_loss
                picture, words = (
                    thumbnail.curve(losses, most),
                    f"{format_number(losses[0])} → {format_number(losses[-1])}",
                )
            else:
                plane = plane_of(run.dataset, (0, 1))
                picture = thumbnail.boundary(run.network(), run.dataset, plane, PIXELS)
                words = f"{format_percent(run.history.train_accuracy[-1])} right"
            st.image(picture, width="stretch", alt=f"Picture {number}: {SHOWN[task.show]}, {words}")
            if is_named:
                st.caption(_option_name(now.step, number, is_named=True))
            else:
                press = partial(_note, now, case, str(number))
                st.button(f"{number}", key=key_of(now, str(number)), help=words, on_click=press, width="stretch")


def _option_name(step, number, is_named=False):
    """What an option is called: a picture by its number until it is answered, else by what differs."""
    if step.task.show and not is_named:
        return f"picture {number}"
    configs = step.option_configs
    config, base = configs[shown_order(step)[number - 1]], step.link.found.config
    fields = {each.field for each in differences(base, config)}
    if not fields:  # the step's own experiment
        fields = {each.field for other in configs for each in differences(other, config)}
    texts = [f"{FIELDS[name].label} {value_text(name, getattr(config, name))}" for name in FIELDS if name in fields]
    return markdown(", ".join(texts))


def _reach(now, train):
    """How far the experiment on screen is; it is noted as soon as it is there."""
    so_far = reached(now.step, session.config, train)
    if so_far.done and now.mark != RIGHT:
        answered(RIGHT, "y")
        return
    if now.mark == RIGHT:
        return
    st.caption(markdown("Now: " + "; ".join(f"{name} {value}" for name, value in so_far.numbers)))
    if so_far.others:
        names = ", ".join(FIELDS[name].label for name in so_far.others)
        st.warning(f"Change only one control. These differ, too: {markdown(names)}.")


def _find(now, case):
    """What is chosen on the page, and a button to take it."""
    view, what = session.view, now.step.task.what
    note_view("sample", "layer", "unit")
    if what == "sample":
        if not now.step.link.page:  # the Playground has no field for it
            row_chooser(case.shown.run.dataset, "lesson:sample")
        chosen = None if view.sample is None or view.inputs is not None else (view.sample,)
    elif view.layer is None:
        chosen = None
    else:
        chosen = (view.layer, view.unit or 1, session.recall(SOURCE, 1))[: 2 if what == "unit" else 3]
    if chosen is None:
        st.caption(f"No {what} is chosen yet.")
        return
    name = name_of(now.step.task, chosen)
    press = partial(_note, now, case, "-".join(map(str, chosen)))
    st.button(markdown(f"Take {name}"), key=key_of(now, name), on_click=press)
