"""The task of a class link, above every page: the teacher's text, the numbers that are asked for, and the way out of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import streamlit as st

from ffbp.experiment.class_link import FIXED, FREE, HIDDEN, RIGHT, SCORES, SHOWN, TYPED, WRONG, ClassLink
from ffbp.experiment.config import Config
from ffbp.experiment.fields import FIELDS
from ffbp.figures import notation
from ffbp.figures.blob import as_text
from ffbp.figures.latex import plain
from ffbp.lessons.class_questions import OF_A_FRAME, OF_A_SAMPLE, judged, name_of, question, told_by
from ffbp.lessons.expressions import Case, Expression
from ffbp.training.run import Run
from ffbp.ui.component import component
from ffbp.ui.session import control
from ffbp.ui.session.fragments import note_view
from ffbp.ui.session.state import session
from ffbp.words.of_a_slip import ASK_ANEW, SLIPS

TASK = "task"
TOLD = "task:told"  # kept in the session: the last wrong answer, with what was said about it
OWN_ADDRESS = (
    "The task is part of the address: if you change the address, you change the task. What is hidden is only out of sight: the "
    "browser still receives it."
)
COVERS = {
    "network": "Network",
    "boundary": "Decision boundary",
    "loss": "Loss curves",
    "gradients": "Gradients",
    SCORES: "Losses and scores",
}
LEAVES = "Opens all pages and controls again. The experiment stays as it is."


def head() -> None:
    """The teacher's text, and the button that leaves the task. A question that does not exist leaves the address."""
    task = _with_known_questions(session.view.class_link)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="task-head"):
        words = f"**Task.** {plain(task.say)}" if task.say else "**Task**"
        st.markdown(
            words, help=plain(f"A teacher has set it with this link. {in_words(task)} {OWN_ADDRESS}"), width="stretch"
        )
        own = {"key": "task:leave", "on_click": session.leave_task, "type": "tertiary", "help": LEAVES}
        st.button("Leave the task", icon=":material/logout:", **own)


def _with_known_questions(task):
    """The task without questions for quantities that do not exist, which are told."""
    known, wrong = [], []
    for i, asked in enumerate(task.ask):
        try:
            question(asked)
            known.append(i)
        except ValueError as error:
            wrong.append(str(error).partition("; choose from")[0])
    if wrong:
        session.tell("warning", f"a question was left out: {'; '.join(wrong)}")
        ask, given = (tuple(each(i) for i in known) for each in (task.ask.__getitem__, task.answer))
        task = replace(task, ask=ask, given=given if any(given) else ())
        session.view = session.view.with_task(task)
    return task


def closed(titles: Iterable[str]) -> None:
    """Instead of a page that the task does not open. titles: of those that it does."""
    _mount([])
    st.info(f"This page is not part of the task. Open {', '.join(titles)}, or leave the task.", icon=":material/lock:")


def hides(*shown: str) -> bool:
    """Whether the task now hides any of these parts, which a view would show; if so, say so in its place, and how to go on."""
    task = session.view.class_link
    hidden = [COVERS[part] for part in shown if part in task.covered]
    if hidden:
        n = task.n_answers
        onward = "Nothing is asked, so it stays hidden."
        if n:
            onward = f"Answer the question{'s' if n > 1 else ''} above, in the task, and this place shows it."
        words = f"This would show what your task hides: {', '.join(hidden)}. {onward}"
        st.info(plain(words), icon=":material/visibility_off:")
    return bool(hidden)


def questions(train: Callable[[Config], Run]) -> None:
    """The numbers that are asked for, the first without an answer with its field. train: returns a run."""
    task = session.view.class_link
    case = Case(session.config, session.view, train)
    found = [question(each) for each in task.ask]
    if any(each.name in (*OF_A_SAMPLE, *OF_A_FRAME) for each in found):
        note_view("frame", "sample", "inputs")
    waits = [i for i in range(task.n_answers) if not task.is_settled(i)]
    for i, each in enumerate(found):
        if task.is_settled(i):
            _settled(task, i, each, case)
        elif i == waits[0]:
            _open(task, i, each, case)
    if task.asks_in_words and waits:
        _own_words()


def texts(train: Callable[[Config], Run]) -> None:
    """What the browser does: name the place of the task, hide numbers wherever they are written, write decimal commas.

    train: as in `questions`; it is not called if no number is asked for.
    """
    task, hidden = session.view.class_link, []
    case = Case(session.config, session.view, train)
    for i, asked in enumerate(task.ask):
        hidden += told_by(question(asked), case) if not task.is_settled(i) else []
    _mount(hidden)


def _mount(hidden):
    task = session.view.class_link
    content = {"hidden": hidden, "comma": task.comma, "fixed": bool(task.locked("hidden"))}
    component(TASK)(key="task:texts", data=as_text(content).encode())


def asked_in_words(found: Expression) -> str:
    """What is asked, as Markdown."""
    name = name_of(found)
    where = {"start": " at the start", "end": " at the end"}.get(found.where, "")
    formula = f" ${notation.as_latex(name)}$" if name else ""
    return f"{found.quantity.says}{formula}{where}"


def _place(found, case):
    """For which epoch and sample a number is asked, where it depends on them."""
    place = case.shown
    of_a_frame = found.where == "a" and found.name in (*OF_A_SAMPLE, *OF_A_FRAME)
    epoch = f" at epoch {int(place.run.history.epoch[place.frame])}" if of_a_frame else ""
    return f"{epoch}{_sample(place)}" if found.name in OF_A_SAMPLE else epoch


def _sample(place):
    """Which sample it is: by its number, as the pages call it; none is chosen at first."""
    view, data = place.view, place.run.dataset
    if view.inputs is not None:
        return ", of the typed inputs"
    known = any((part.rows == view.sample).any() for part in data.parts)
    return f", of sample {view.sample if known else int(data.rows_train[0])}"


def _open(task, i, found, case):
    """A question with its field; an answer is judged when it is typed."""
    value = case.value(found)
    if value != value:  # NaN
        st.warning(f"{_capital(asked_in_words(found))}: this experiment has no such number.")
        st.button("Go on without it", key=f"task:show:{i}", on_click=_answered, args=(i, SHOWN))
        return
    asks = _capital(asked_in_words(found))
    count = f"{i + 1} of {len(task.ask)}: " if len(task.ask) > 1 else ""
    with st.container(horizontal=True, vertical_alignment="center", key="task-question"):
        st.markdown(f"**{count}{asks}{_place(found, case)} =\u00a0?**", width="content")
        hint = {"placeholder": "0.25 or 0,25 or 1/4", "max_chars": 24, "label_visibility": "collapsed", "width": 190}
        text = control.typed(st, "Your answer", name="task:typed", about=(i, task.ask[i]), **hint).strip()
        if task.answer(i)[:1] == WRONG:
            st.button("Show the answer", key=f"task:show:{i}", on_click=_answered, args=(i, SHOWN), type="tertiary")
    told = session.recall(TOLD, (None, None, ""))
    if text and told[:2] != (i, text):
        verdict = judged(found, task.ask[i], case, text)
        if verdict is None:
            st.error(ASK_ANEW)
            return
        session.keep((i, text, _about(verdict)), TOLD)
        _answered(i, RIGHT if verdict.right else WRONG, text)
        st.rerun()
    if task.answer(i)[:1] == WRONG:
        given, about = task.answer(i)[1:], told[2] if told[0] == i else ""
        st.warning(f"Not {plain(given)}. {about}".strip(), icon=":material/close:")


def _about(verdict):
    return "" if verdict.right else SLIPS[verdict.slip] if verdict.slip else _capital(verdict.about) + "."


def _capital(text):
    return text[:1].upper() + text[1:]


def _answered(i, mark, text=""):
    session.view = session.view.with_task(session.view.class_link.answered(i, mark, text))


def _settled(task, i, found, case):
    """A question that needs no further try."""
    name = _capital(asked_in_words(found))
    if task.answer(i)[:1] == RIGHT:
        st.markdown(f":material/check: {name} = **{plain(task.answer(i)[1:])}**")
    else:
        st.markdown(f"{name} = **{plain(case.text(found))}**{_place(found, case)}")


def _own_words():
    """A field whose text nothing judges; it stays in the browser's field and is not kept."""
    own = {"key": "task:words", "placeholder": "Your answer", "label_visibility": "collapsed"}
    text = st.text_input("Your answer", max_chars=200, **own)
    st.caption("When you have typed it, what is hidden appears. Your text is not judged, and not part of the link.")
    if text.strip():
        _answered(0, TYPED)
        st.rerun()


def in_words(task: ClassLink) -> str:
    """What the task fixes, hides and covers, in a few sentences."""
    states = {
        state: [each.label for name, each in FIELDS.items() if task.state(name) == state]
        for state in (FREE, FIXED, HIDDEN)
    }
    told = []
    if len(states[FREE]) < len(FIELDS) / 2:
        others = " or ".join(state for state in (FIXED, HIDDEN) if states[state])
        told.append(f"Controls that can be changed: {_few(states[FREE])}. The others are {others}.")
    else:
        told += [f"{state.capitalize()}: {_few(states[state])}." for state in (FIXED, HIDDEN) if states[state]]
    if task.cover:
        told.append(
            f"{'Hidden until everything is answered' if task.n_answers else 'Not shown'}: {', '.join(map(COVERS.get, task.cover))}."
        )
    if task.comma:
        told.append("Numbers have a decimal comma; number fields and scrolling tables keep the point.")
    return " ".join(told)


def _few(names):
    return f"{', '.join(names[:8])}{f' and {len(names) - 8} more' if len(names) > 8 else ''}" if names else "none"
