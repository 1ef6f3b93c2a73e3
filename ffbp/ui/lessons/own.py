"""A lesson of one's own: a form for its steps with a live preview, saved as a file or sent as a link."""

import tomllib
from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import partial

import streamlit as st

from ffbp.experiment.config import Config
from ffbp.experiment.fields import KEYS
from ffbp.experiment.link import OWN, params_of, without_lesson
from ffbp.lessons.judge import case_of, shown_case
from ffbp.lessons.lesson import PAGES, SHOWN, TASKS, WANTED
from ffbp.lessons.packed import MAX_IN_LINK, pack
from ffbp.lessons.quantities import QUANTITIES
from ffbp.lessons.read import MAX_BYTES, LessonError, read
from ffbp.lessons.write import EXAMPLE, written
from ffbp.training.run import Run
from ffbp.ui.lessons.running import OWN_TEXT, open_lesson
from ffbp.ui.lessons.tasks import right_answer
from ffbp.ui.lessons.told import markdown
from ffbp.ui.session import control
from ffbp.ui.session.state import session

DRAFT, AT = "lessons:draft", "lessons:draft:step"  # kept in the session: the lesson as tables, and the step in the form
UPLOAD = "lessons:load"
NO_TASK = "shows"
LABELS = {
    "title": "Title",
    "goal": "Goal",
    "before": "What to know before",
    "take": "What to take away, in two sentences",
    "onward": "Last link, into the tool",
    "minutes": "Minutes",
    "link": "Link",
    "text": "Text",
    "controls": "Controls in sight",
    "question": "Question",
    "value": "Number to predict",
    "explain": "Explanation, after the answer",
    "run": "Link that opens with the answer",
    "within": "Still right within",
    "options": "Options, joined by ;",
    "show": "Pictures of",
    "of": "The option that is wanted",
    "by": "Or wanted is the one with the",
    "control": "Control to change",
    "until": "Until",
    "what": "What to find",
    "where": "For which",
    "claim": "Claim",
    "true_if": "True if",
}
HELP = {
    "text": "At most 60 words. {{z[1][2]}} becomes a number of the run; $z$ is a formula, **word** is bold.",
    "link": "A page, ? and parameters, as in the address bar: forward_pass?lr=1&frame=0",
    "value": "A quantity, such as loss, z[1][2] or end_train_accuracy.",
    "options": "Changes of the step's experiment: lr=0.1; lr=1; lr=10",
    "of": "One of the options; its picture is to be found.",
    "by": "For options in words: smallest end_loss, or largest end_test_accuracy",
    "until": "A condition, such as end_train_accuracy >= 97",
    "where": "A condition such as loss > 2, or: largest loss",
    "true_if": "A condition; b. means the run B of a link to Compare: b.end_loss < end_loss",
    "control": "The key of a field in the address, such as lr, hidden or batch",
    "controls": "Keys of fields, joined by ;",
    "within": "Empty: half a percent of the number.",
}
LONG = ("text", "explain", "take")
KINDS = {NO_TASK: "Only shows"} | {
    "predict": "Predict a number",
    "choose": "Choose a picture or an outcome",
    "reach": "Change a control until …",
    "find": "Find a sample, unit or weight",
    "vote": "True or false",
}


def own(train: Callable[[Config], Run]) -> None:
    """The editor. train: returns a run, for the preview."""
    st.markdown(
        "Write a lesson: each step has a link, a short text, and if you like one task. Numbers and answers come from the run."
    )
    _load()
    lesson = draft()
    form, preview = st.columns([3, 2], gap="large")
    with form:
        for name in ("title", "goal", "minutes", "before", "take", "onward"):
            _text_field(lesson, (), name)
        at = _step_chooser(lesson)
        _step_form(lesson, at)
    with preview:
        _preview(lesson, at, train)
    _quantities()


def draft() -> dict:
    """The lesson in the form."""
    return session.recall(DRAFT, EXAMPLE)


def _load():
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.file_uploader("Open a lesson", "toml", key=UPLOAD, on_change=_take_file, max_upload_size=1)
        st.button("Begin anew", key="lessons:anew", on_click=session.keep, args=(EXAMPLE, DRAFT))
    session.show_told("own lesson", once=True)


def _take_file():
    """Take the uploaded lesson into the form; a bad one gets one message that names line and remedy."""
    uploaded = session.sent(UPLOAD)
    if uploaded is None:
        return
    try:
        text = uploaded.getvalue()[: MAX_BYTES + 1].decode("utf-8-sig")
        read(text)
        session.keep(tomllib.loads(text), DRAFT)
        session.keep(0, AT)
    except UnicodeDecodeError:
        session.tell("error", "line 1: the file must be text in UTF-8; save it as such", "own lesson")
    except LessonError as error:
        session.tell("error", str(error), "own lesson")


def _step_chooser(lesson) -> int:
    """The choice of a step, and buttons to add, remove and move it."""
    steps = lesson["step"]
    at = min(session.recall(AT, 0), len(steps) - 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        texts = {i: f"Step {i + 1} of {len(steps)}" for i in range(len(steps))}
        control.choice(
            st, "selectbox", "Step in the form", texts, name="own:step", value=at, on_change=session.keep, args=(AT,)
        )
        st.button("Add", key="own:add", on_click=_add, args=(at,))
        st.button("Remove", key="own:remove", on_click=_remove, args=(at,), disabled=len(steps) == 1)
        st.button("Move up", key="own:up", on_click=_move_up, args=(at,), disabled=at == 0)
    return at


def _step_form(lesson, at):
    step = lesson["step"][at]
    _text_field(lesson, ("step", at), "link")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        page = control.kept(st, "selectbox", "Page", list(PAGES), name="own:page", format_func=PAGES.__getitem__)
        st.button("Use the present experiment", key="own:present", on_click=_use_present, args=(at, page))
    for name in ("text", "controls"):
        _text_field(lesson, ("step", at), name)
    kind = next((kind for kind in TASKS if kind in step), NO_TASK)
    control.choice(st, "selectbox", "Task", KINDS, name=f"own:{at}:kind", value=kind, on_change=_set_kind, args=(at,))
    if kind != NO_TASK:
        for each in fields(TASKS[kind]):
            _text_field(lesson, ("step", at, kind), each.name, needed=each.default is MISSING)


def _text_field(lesson, path, name, needed=True):
    """A field of the form for one value of the lesson."""
    value = _as_text(_at(lesson, path).get(name, ""))
    label = LABELS[name] if needed or name in ("controls",) else f"{LABELS[name]} (if needed)"
    key = f"own:{':'.join(map(str, path))}:{name}"
    choices = {"show": ("", *SHOWN), "what": tuple(WANTED), "control": tuple(KEYS)}.get(name)
    about = {"name": key, "value": value, "on_change": _set, "args": (path, name), "help": HELP.get(name)}
    if choices:
        control.show(st, "selectbox", label, choices, **about | {"value": value if value in choices else choices[0]})
    elif name in LONG:
        control.show(st, "text_area", label, height=90, **about)
    else:
        control.show(st, "text_input", label, **about)


def _as_text(value) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _at(lesson, path):
    for key in path:
        lesson = lesson[key]
    return lesson


def _replaced(table, path, change):
    """A copy of nested tables and lists in which ``change`` is applied to what stands at the path."""
    if not path:
        return change(table)
    copied = table.copy()
    copied[path[0]] = _replaced(table[path[0]], path[1:], change)
    return copied


def _set(text, path, name):
    """Take a typed value: a number where one belongs, a list where several are joined."""
    value = text.strip()
    if name in ("minutes", "within"):
        number = value.replace(",", ".")
        if number.replace(".", "", 1).isdigit():
            value = float(number) if "." in number else int(number)
    elif name in ("options", "controls"):
        value = [part.strip() for part in value.split(";") if part.strip()]
    session.keep(_replaced(draft(), path, lambda table: {**table, name: value}), DRAFT)


def _set_kind(kind, at):
    def change(step):
        plain = {key: value for key, value in step.items() if key not in TASKS}
        needed = {each.name: "" for each in fields(TASKS[kind])} if kind in TASKS else None
        if needed is None:
            return plain
        needed |= {"what": "sample"} if kind == "find" else {"control": "lr"} if kind == "reach" else {}
        return plain | {kind: needed}

    session.keep(_replaced(draft(), ("step", at), change), DRAFT)


def _use_present(at, page):
    """The experiment on screen as the link of a step, on a page."""
    params = {k: v for k, v in without_lesson(params_of(session.config, session.view)).items() if k != "part"}
    link = f"{page}?" + "&".join(f"{key}={value}" for key, value in params.items())
    session.keep(_replaced(draft(), ("step", at), lambda step: {**step, "link": link}), DRAFT)


def _add(at):
    lesson = draft()
    new = {"link": lesson["step"][at]["link"], "text": "What is to be seen here?"}
    session.keep({**lesson, "step": [*lesson["step"][: at + 1], new, *lesson["step"][at + 1 :]]}, DRAFT)
    session.keep(at + 1, AT)


def _remove(at):
    lesson = draft()
    session.keep({**lesson, "step": lesson["step"][:at] + lesson["step"][at + 1 :]}, DRAFT)
    session.keep(max(at - 1, 0), AT)


def _move_up(at):
    lesson = draft()
    steps = [*lesson["step"]]
    steps[at - 1 : at + 1] = steps[at], steps[at - 1]
    session.keep({**lesson, "step": steps}, DRAFT)
    session.keep(at - 1, AT)


def _preview(lesson, at, train):
    """The step as it will be read, with the answer that is computed now; or what is wrong with the file, and where."""
    text = written(lesson)
    st.markdown("**Preview**")
    try:
        found = read(text)
    except LessonError as error:
        st.error(markdown(str(error)))
        st.code(text.splitlines()[min(error.line, text.count("\n")) - 1], language="toml")
        return
    step = found.steps[at]
    try:
        with st.container(border=True):
            st.markdown(markdown(shown_case(step, train).told(step.text)))
            if step.task is not None:
                case = case_of(step, train)
                st.markdown(f"**{markdown(case.told(step.task.question))}**")
                if answer := right_answer(step, case):
                    st.caption(f"The answer is now: {answer}")
                st.markdown(markdown(case.told(step.task.explain)))
    except IndexError:
        st.error(
            "A number of this step has an index that its network does not have. Count layers, units and inputs from 1."
        )
        return
    _ways_out(text)


def _ways_out(text):
    """Play the lesson, save it, or send it."""
    packed = pack(text)
    with st.container(horizontal=True):
        st.button("Play it", key="own:play", on_click=partial(_play, text, packed), type="primary")
        own = {"key": "own:save", "on_click": "ignore", "icon": ":material/download:"}
        st.download_button("Save the file", text, "lesson.toml", "application/toml", **own)
    if packed:
        st.caption("Play it, and the address is a link to it that you can send.")
    else:
        st.caption(f"It is too long for a link of {MAX_IN_LINK:,} characters: save it, and send the file.")


def _play(text, packed):
    session.keep(text, OWN_TEXT)
    open_lesson(OWN, 1, own=packed)


def _quantities():
    if box := control.opened("Numbers that a lesson can use", key="own:quantities"):
        rows = [{"write": f"{name}{_brackets(each.shape)}", "it is": each.says} for name, each in QUANTITIES.items()]
        box.dataframe(rows, hide_index=True, height=300)
        box.caption("Before a name: start. or end. for the first or last epoch, b. for run B, 1. for the first option.")


def _brackets(shape):
    return "".join(f"[{','.join('1' * n)}]" for n in shape)
