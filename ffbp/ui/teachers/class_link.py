"""The maker of a class link: what a class may open, change and see, with the link, its QR code and a preview."""

from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from ffbp.experiment.class_link import MAX_ASKED, MAX_SAID, PLAYGROUND, ClassLink
from ffbp.experiment.fields import FIELDS, KEYS
from ffbp.experiment.link import MAX_ADDRESS, params_of
from ffbp.experiment.pair import NOTHING
from ffbp.export.qr import MAX_BYTES, as_svg, n_squares, qr_code
from ffbp.figures.latex import plain
from ffbp.lessons.class_questions import dotted, is_too_deep, question, text_of
from ffbp.lessons.quantities import QUANTITIES, lacking
from ffbp.ui import files
from ffbp.ui.class_link import COVERS, OWN_ADDRESS, in_words
from ffbp.ui.component import component
from ffbp.ui.page import Page
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.ui.teachers import addresses

DRAFT = "teachers:link"  # kept in the session: the class link in the making
OPENS, CHANGES, MOMENT, LOOKS, ASKED = (f"{DRAFT}:{name}" for name in ("opens", "changes", "moment", "looks", "asked"))
EVERYTHING, FIXED, HIDDEN = "everything", "others fixed", "others hidden"
MAY_CHANGE = {
    EVERYTHING: "Every control, with exceptions",
    FIXED: "Only some controls; the others are shown but fixed",
    HIDDEN: "Only some controls; the others are hidden",
}
END, START, HERE = "end", "start", "here"
PROJECTOR, COMMA = "projector", "comma"
LOOKS_OF = {PROJECTOR: "Presenter mode: the picture alone, with large letters", COMMA: "Decimal comma: 0,25"}
NAMES = {name or PLAYGROUND: title for name, title in addresses.NAMES.items()}
COMMA_LIMIT = (
    "The comma is written in all texts, tables of formulas and charts. Number fields, scrolling tables, programs and downloads "
    "keep the point. Typed answers may have either."
)
IN_FILES = (
    "The files of Code & export hold the numbers that are asked for. Open only the pages that your question needs."
)
TELLING = (
    "Any view and file that would show what is hidden waits for the answers, too: without the network there is no Forward pass, "
    "for example. Try the link on the pages that your question needs."
)
KEPT = (
    "What you type here becomes part of the link, so write no names into it. The server keeps it in memory for this session and "
    "two minutes more, and writes it nowhere. It keeps the answers of your class in the same way; besides, each student's answers "
    "are part of the address in their own browser."
)


def class_link(page: Page) -> None:
    """The section. It needs no run."""
    page.without_training()
    _maker()


@fragment
def _maker():
    """The choices at the left; the link, its QR code and what it opens at the right."""
    st.markdown(
        "One link for the whole class. It opens the experiment that the sidebar shows, with what you allow. Your task stands above "
        "the page, and everybody can leave it."
    )
    choices, result = st.columns([3, 2], gap="large")
    with choices:
        _pages()
        _controls()
        _questions()
        _looks()
    with result:
        _result()
    _preview()
    st.caption(KEPT)


def draft() -> ClassLink:
    """The class link in the making."""
    return session.recall(DRAFT, ClassLink())


def _set(value, name):
    session.keep(replace(draft(), **{name: value}), DRAFT)


def _pages():
    left, right = st.columns(2)
    with left:
        control.kept(st, "selectbox", "Opens on", list(NAMES), name=OPENS, format_func=NAMES.__getitem__)
    with right:
        _moment()
    words = "The page on which the link opens is always one of them. Nothing chosen: all pages."
    own = {"name": f"{DRAFT}:pages", "value": list(draft().pages), "placeholder": "All pages", "help": words}
    take = lambda chosen: _set(tuple(name for name in NAMES if name in chosen), "pages")  # noqa: E731
    control.choice(st, "multiselect", "Pages that are open", NAMES, on_change=take, **own)


def _moment():
    texts = {END: "The last epoch", START: "The first epoch"}
    if session.view.frame:
        texts |= {HERE: "The epoch that you chose"}
    start = HERE if HERE in texts else END
    control.kept(
        st, "selectbox", "Shows at first", list(texts), name=MOMENT, start=start, format_func=texts.__getitem__
    )


def _controls():
    own = {"name": CHANGES, "format_func": MAY_CHANGE.__getitem__}
    may = control.kept(st, "selectbox", "What your class may change", list(MAY_CHANGE), **own)
    fields = {"free": "These"} if may != EVERYTHING else {"fixed": "Shown but fixed", "hide": "Hidden"}
    labels = {each.key: each.title for each in FIELDS.values()}
    for name, label in fields.items():
        chosen = [key for key in getattr(draft(), name) or () if key in labels]
        own = {"name": f"{DRAFT}:{name}", "value": chosen, "args": (name,), "placeholder": "None"}
        control.choice(st, "multiselect", label, labels, on_change=_names_chosen, **own)


def _names_chosen(chosen, name):
    _set(tuple(key for key in KEYS if key in chosen), name)


def _questions():
    own = {"name": f"{DRAFT}:say", "value": draft().say, "on_change": _say, "max_chars": MAX_SAID}
    control.show(st, "text_input", "Your text or question", placeholder="Which learning rate is fastest?", **own)
    words = f"At most {MAX_ASKED}, with semicolons between. Answers are judged on the experiment that is on the student's screen."
    own = {
        "name": ASKED,
        "value": session.recall(ASKED, ""),
        "on_change": session.keep,
        "args": (ASKED,),
        "help": words,
    }
    control.show(st, "text_input", "Numbers to ask for", placeholder="z[1][2]; end_loss", **own)
    for problem in _asked()[1]:
        st.warning(plain(problem))
    for words in _lacking():
        st.warning(plain(words))
    n = len(session.config.hidden) + 1
    if deep := [text_of(each) for each in map(question, _asked()[0]) if is_too_deep(each, n)]:
        st.warning(plain(f"This network has no {', '.join(deep)}: it has {n} layer{'s' if n > 1 else ''}."))
    if box := control.opened("Numbers that you can ask for", key=f"{DRAFT}:quantities"):
        rows = [
            {"write": _example(name, each.shape), "it is": each.says}
            for name, each in QUANTITIES.items()
            if not _why_lacking(each)
        ]
        box.dataframe(rows, hide_index=True, height=300)
        box.caption(
            "Layers, units and inputs count from 1. start. before a name means the first epoch, end. the last one."
        )
    own = {"selection_mode": "multi", "on_change": _cover, "value": list(draft().cover)}
    control.choice(st, "pills", "Hidden until everything is answered", COVERS, name=f"{DRAFT}:cover", **own, wrap=True)
    if draft().cover and not (_asked()[0] or draft().say):
        st.caption("Nothing is asked, so it stays hidden.")
    if draft().cover:
        st.caption(TELLING)
    elif _asked()[0] and not draft().pages:
        st.caption(IN_FILES)


def _lacking() -> list[str]:
    """For each number that is asked for and that this experiment does not have, why it has none."""
    found = [(each, _why_lacking(each.quantity)) for each in map(question, _asked()[0])]
    return [f"This experiment has no {text_of(each)}: {why}." for each, why in found if why]


def _why_lacking(quantity) -> str:
    """Nothing is known while the experiment's file is missing."""
    if not files.is_available(session.config):
        return ""
    return lacking(quantity, files.experiment(session.config), compared=session.view.b != NOTHING)


def _say(text):
    _set(" ".join("".join(c if c.isprintable() else " " for c in text).split()), "say")


def _cover(chosen):
    _set(tuple(name for name in COVERS if name in chosen), "cover")


def _example(name, shape):
    return text_of(question(name + ".1" * sum(shape)))


def _asked() -> tuple[tuple[str, ...], list[str]]:
    """The numbers that are asked for, as the link writes them, and what is wrong with the others."""
    asked, problems = [], []
    for text in session.recall(ASKED, "").split(";"):
        if text.strip():
            try:
                asked.append(dotted(text))
            except ValueError as error:
                problems.append(
                    str(error).replace(f"choose from {', '.join(QUANTITIES)}", "the list below has them all")
                )
    asked = list(dict.fromkeys(asked))
    if len(asked) > MAX_ASKED:
        problems.append(f"only the first {MAX_ASKED} numbers are asked for")
    return tuple(asked[:MAX_ASKED]), problems


def _looks():
    own = {"selection_mode": "multi", "on_change": session.keep, "args": (LOOKS,), "value": session.recall(LOOKS, [])}
    control.choice(st, "pills", "Look", LOOKS_OF, name=LOOKS, **own, wrap=True)
    looks = session.recall(LOOKS, [])
    if PROJECTOR in looks and (opens := session.recall(OPENS, PLAYGROUND)) != PLAYGROUND:
        st.caption(f"Only the Playground has the presenter mode; this link opens on {NAMES[opens]} as the whole page.")
    if COMMA in looks:
        st.caption(COMMA_LIMIT)


def task() -> ClassLink:
    """The chosen class link, without choices that do not count."""
    chosen, may, opens = draft(), session.recall(CHANGES, EVERYTHING), session.recall(OPENS, PLAYGROUND)
    if may == EVERYTHING:
        chosen = replace(chosen, free=None, fixed=tuple(key for key in chosen.fixed if key not in chosen.hide))
    else:
        chosen = replace(chosen, free=chosen.free or (), fixed=(), hide=(), rest_fixed=may == FIXED)
    return replace(chosen, ask=_asked()[0], comma=COMMA in session.recall(LOOKS, [])).opening(opens)


def link_params() -> dict[str, str]:
    """The parameters of the class link."""
    opens = session.recall(OPENS, PLAYGROUND)
    frame = {START: 0, HERE: session.view.frame}.get(session.recall(MOMENT, HERE))
    view = replace(session.view.of_page(opens), frame=frame, class_link=task())
    presented = PROJECTOR in session.recall(LOOKS, []) and opens == PLAYGROUND  # other pages have no presenter mode
    return params_of(session.config, replace(view, present=1 if presented else None))


def _link() -> str:
    """The whole address; without that of the server, where the browser has not told it."""
    params, opens = link_params(), session.recall(OPENS, PLAYGROUND)
    page = "" if opens == PLAYGROUND else opens
    return address.of_dashboard(params, page) or f"{page}?{urlencode(params)}"


def _result():
    link = _link()
    st.code(link, language=None, wrap_lines=True, height=130 if len(link) > 300 else "content")
    st.link_button("Open it as your class sees it", link, icon=":material/open_in_new:", width="stretch")
    if session.config.file_name:
        st.info("A link cannot contain your file. Send the file to your class, too; the page asks for it.")
    if len(link) > MAX_ADDRESS:
        st.warning(
            f"This link has {len(link):,} characters. Addresses of more than {MAX_ADDRESS:,} are often refused. Drawn points and "
            "weights that were set by hand make it long: use a dataset and the rule of the initial weights instead."
        )
    code = qr_code(link)
    if code is None:
        st.info(f"No QR code: it holds at most {MAX_BYTES:,} characters, and this link has {len(link):,}.")
    else:
        svg = as_svg(code)
        st.image(svg, width="stretch", alt="QR code of the link")
        own = {"key": f"{DRAFT}:svg", "on_click": "ignore", "icon": ":material/download:", "width": "stretch"}
        st.download_button("QR code as SVG", svg, "class-link.svg", "image/svg+xml", **own)
        st.caption(f"{len(link):,} characters, {n_squares(code)} squares a side. A shorter link has larger squares.")
    if (made := task()).exists:
        st.caption(plain(f"{in_words(made)} {OWN_ADDRESS}".strip()))


def _preview():
    if box := control.opened("Preview: what your class sees", key=f"{DRAFT}:preview"):
        link = _link()
        with box:
            component("preview")(key="class-preview", data=f"{link}&embed=true".encode())
