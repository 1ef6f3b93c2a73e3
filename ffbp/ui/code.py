"""The page Code & export: every form shown or offered, written when somebody asks; and a record brought back."""

import json
import math
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from ffbp.analysis import sensitivity
from ffbp.analysis.summary import command, summary
from ffbp.experiment.config import Config
from ffbp.export.animation import animating
from ffbp.export.forms import FORMS, PROGRAMS, Form, available, needs_data_file, program
from ffbp.export.handout import writing_handout
from ffbp.export.pictures import boundary_png, loss_png
from ffbp.figures.latex import plain
from ffbp.programs.facts import DATA_FILE
from ffbp.programs.program import imported
from ffbp.record import read
from ffbp.record import verify as verification
from ffbp.record.write import estimated_bytes
from ffbp.training.run import Run
from ffbp.ui import files as own_files
from ffbp.ui.runs import Shown, cache, in_turns
from ffbp.ui.session import control
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.words.english import sentence
from ffbp.words.notice import Notice

CODE_HEIGHT = 460
HEAD_LINES, HEAD_WIDTH = 30, 110
LOADED, VERDICT = "record:loaded", "record:verdict"  # kept in the session, each with the uploaded file's id


@fragment
def code(shown: Shown) -> None:
    """One of the generated programs, chosen by name, with its download."""
    key = st.segmented_control(
        "Program", list(PROGRAMS), default=next(iter(PROGRAMS)), required=True, key="export:program",
        format_func=lambda key: FORMS[key].label, label_visibility="collapsed",
    )  # fmt: skip
    form = FORMS[key]
    (name,) = form.files
    words, button = st.columns([4, 1], vertical_alignment="center")
    words = words.empty()
    words.markdown(form.use)
    if reasons := available(shown.run, key):
        st.warning(
            f"{form.label} has no exact equivalent of this experiment:\n\n"
            + "\n".join(f"- {plain(reason)}" for reason in reasons)
        )
        return
    try:
        text = program(shown.run, key)
    except ValueError as error:
        st.warning(plain(error))
        return
    code = cells_of(text) if form.language == "json" else text
    words.markdown(f"{form.use} {needs(shown.run, code)}")
    button.download_button(
        name, text, name, form.mime, key=f"export:{key}", on_click="ignore", icon=":material/download:",
        width="stretch",
    )  # fmt: skip
    st.code(code, language="python", height=CODE_HEIGHT)


def needs(run: Run, code: str) -> str:
    """What a program imports, and the file that it reads, in words."""
    *most, last = imported(code)
    libraries = f"{', '.join(most)} and {last}" if most else f"{last} alone"
    beside = f", and reads {DATA_FILE}, from below, beside it" if needs_data_file(run) else ""
    return f"It imports {libraries}{beside}."


def cells_of(notebook: str) -> str:
    """A notebook's cells one below the other, its words as comments."""
    parts = []
    for cell in json.loads(notebook)["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            text = "\n".join(f"# {line}".rstrip() for line in text.splitlines())
        parts.append(f"# %% [{cell['cell_type']}]\n{text}")
    return "\n\n".join(parts) + "\n"


def files(shown: Shown) -> None:
    """The run's other forms as cards; a file is written when its button is pressed."""
    if shown.run.config.file_name:
        st.caption("Record, page and tables hold your file's samples: whoever gets them, gets those.")
    limit, size = st.get_option("server.maxUploadSize"), estimated_bytes(shown.run) / 2**20
    if size > 0.95 * limit:
        st.caption(
            f"This run's record has about {size:.0f} MB, more than the {limit} MB that this page takes back. In the terminal "
            "`--verify`, and in Python `ffbp.load_record`, take it."
        )
    cards = [[FORMS["json"]], [FORMS["html"]], [FORMS["gif"], FORMS["png"]]]
    for column, forms in zip(st.columns(3), cards, strict=True):
        _card(column, forms, shown)
    _card(st, [FORMS["csv"]], shown)
    box = control.opened("How record and tables begin", key="export:heads")
    if box:
        with box:
            _heads(shown.run)


@fragment
def _heads(run):
    """The first lines of the record or of a table, written only while somebody looks."""
    names = [name for key in ("json", "csv") for name in FORMS[key].files]
    name = st.selectbox("File", names, key="export:head")
    write = next(FORMS[key].files[name] for key in ("json", "csv") if name in FORMS[key].files)
    st.code(head_of(write(run)), language="json" if name.endswith(".json") else None)


def head_of(text: str) -> str:
    """A file's first HEAD_LINES lines, each cut after HEAD_WIDTH characters, and what was left out."""
    lines = text.splitlines()
    shown = [line if len(line) <= HEAD_WIDTH else f"{line[:HEAD_WIDTH]} …" for line in lines[:HEAD_LINES]]
    left = len(lines) - len(shown)
    return "\n".join([*shown, *([f"… {left:,} more lines"] if left else [])])


def _card(place, forms, shown):
    with place.container(border=True, height="stretch"):
        for form in forms:
            st.markdown(f"**{form.label}.** {form.use}")
            with st.container(horizontal=True):
                for name in form.files:
                    st.download_button(
                        name, _writer(form, name, shown), name, form.mime, key=f"export:{name}", on_click="ignore",
                        icon=":material/download:",
                    )  # fmt: skip


def _writer(form: Form, name: str, shown: Shown):
    """A function that writes the file, in turns with other sessions' work; it runs apart from the page."""
    run, plane, runs = shown.run, shown.plane, cache()
    frame, link = session.view.frame_of(run.n_frames), _link(run.config)
    special = {
        "handout.html": lambda: in_turns(
            writing_handout(run, plane, frame=frame, link=link, packed=shown.packed), runs, _nothing
        ),
        "animation.gif": lambda: in_turns(animating(run, plane), runs, _nothing),
        "boundary.png": lambda: boundary_png(run, plane, frame),
        "loss.png": lambda: loss_png(run, frame),
    }
    return special.get(name, lambda: form.files[name](run))


def _nothing(_):
    """Nothing is shown between slices of work: the page is not there any more."""


def _link(config: Config) -> str:
    """The Playground's address with this experiment, as far as the browser has told where that is."""
    url = urlsplit(st.context.url or "")
    if url.scheme not in ("http", "https"):
        return ""
    path = url.path.rsplit("/", 1)[0] + "/"
    return urlunsplit((url.scheme, url.netloc, path, urlencode(config.to_params()), ""))


def terminal(config: Config) -> None:
    """The command that runs this experiment in a terminal."""
    st.markdown(
        "The same experiment as a guided tour in six steps, or any of the files without a browser: add "
        "`--export json,html --out folder`. `--verify homework.json` trains a record again and compares."
    )
    st.code(command(config), language="bash", wrap_lines=True)


@fragment
def repeatable(shown: Shown) -> None:
    """One click: does the run come out the same where the last digit is rounded differently?"""
    if not st.button("Move one weight by one unit in its last place", key="export:move"):
        st.caption(
            "The training is repeated with the smallest change that a number can have, and compared step by step."
        )
        return
    run = shown.run
    step = _with_progress(sensitivity.watch(run), "Repeating")
    if step is None:
        notice = Notice("stable", "info", {"steps": len(run.history.step_loss)})
    else:
        epoch = math.ceil(step / run.resolved.n_batches)
        notice = Notice("chaotic", "warning", {"step": step, "epoch": epoch})
    (st.warning if step else st.success)(sentence(notice))


def _with_progress(work, what):
    """What a generator of progress returns, run in turns with other sessions, its progress on the page."""
    slot = st.empty()

    def show(now):
        slot.progress(min(now.epoch / now.n_epochs, 1.0), text=f"{what}: epoch {now.epoch} of {now.n_epochs}")

    found = in_turns(work, cache(), show)
    slot.empty()
    return found


# A record brought back


@fragment
def bring_back() -> None:
    """Load a record: what it says, whether it is true, and the dashboard with its numbers."""
    if session.record is not None:
        words, button = st.columns([4, 1], vertical_alignment="center")
        words.info("The dashboard shows a record's numbers whenever its experiment is chosen.")
        if button.button("Forget it", key="export:forget", width="stretch"):
            del session.record, session.record_shown
            st.rerun()
    uploaded = st.file_uploader(
        "A record", type="json", key="export:record",
        help="A file saved here as record.json.",
    )  # fmt: skip
    if uploaded is None:
        session.keep((None, None), LOADED)
        return
    loaded = _loaded(uploaded)
    if isinstance(loaded, str):
        st.error(plain(loaded))
        return
    run = loaded.run
    for name, text in summary(run).items():
        st.markdown(f"**{name}.** {plain(text)}")
    here = read.made_with()
    others = [f"{name} {value} (here {here[name]})" for name, value in loaded.made_with.items() if here[name] != value]
    st.caption(plain(f"Made with {', '.join(others)}." if others else "Made with the versions that run here."))
    verify, show = st.columns(2)
    if verify.button("Train again and compare", key="export:verify", type="primary", width="stretch"):
        table = own_files.current() if run.config.file_name and own_files.is_available(run.config) else None
        found = _with_progress(verification.verifying(loaded, table), "Training again")
        session.keep((uploaded.file_id, found), VERDICT)
    asked = show.button(
        "Show it in the dashboard", key="export:show", width="stretch", disabled=not own_files.is_available(run.config),
        help="All pages show its recorded numbers; nothing is trained." if own_files.is_available(run.config)
        else "It was trained on a file, which the pages need, too: load that under Your data first.",
    )  # fmt: skip
    if asked:
        session.record = run
        del session.record_shown
        session.change(run.config)
        st.rerun()
    file_id, verdict = session.recall(VERDICT, (None, None))
    if file_id == uploaded.file_id:
        _show(verdict)


def _show(verdict):
    """What was found, as in the terminal: the verdict in colour, what limits it as warnings, and the rest as text."""
    boxes = {"error": st.error, "warning": st.warning, "info": st.markdown}
    first, *others = verdict.notices()
    for notice in (first, *others):
        box = st.success if notice is first and verdict.passed else boxes[notice.level]
        box(plain(sentence(notice)))


def _loaded(uploaded):
    """The uploaded record, read once; or the sentence that says what is wrong with it."""
    file_id, found = session.recall(LOADED, (None, None))
    if file_id != uploaded.file_id:
        try:
            found = read.read_record(uploaded.getvalue())
        except ValueError as error:
            found = str(error)
        session.keep((uploaded.file_id, found), LOADED)
    return found
