"""The page Code & export: programs and files, each written when it is requested, and loading a record."""

import json
import math

import streamlit as st

from ffbp.analysis import sensitivity
from ffbp.analysis.summary import command, summary
from ffbp.experiment.config import Config
from ffbp.experiment.link import params_of
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
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.words.english import sentence
from ffbp.words.notice import Notice

CODE_HEIGHT = 460
HEAD_LINES, HEAD_WIDTH = 30, 110
LOADED, VERDICT = "record:loaded", "record:verdict"  # kept in the session, each with the uploaded file's id
LIMITED = (
    "This run's record has about {size:.0f} MB, more than the {limit} MB that this page can load. Use `--verify` in the "
    "terminal or `ffbp.load_record` in Python."
)


@fragment
def code(shown: Shown) -> None:
    """One of the generated programs, with its download."""
    own = {"key": "export:program", "format_func": lambda key: FORMS[key].label, "label_visibility": "collapsed"}
    key = st.segmented_control("Program", list(PROGRAMS), default=next(iter(PROGRAMS)), required=True, **own)
    form = FORMS[key]
    (name,) = form.files
    words, button = st.columns([4, 1], vertical_alignment="center")
    words = words.empty()
    words.markdown(form.use)
    if reasons := available(shown.run, key):
        listed = "\n".join(f"- {plain(reason)}" for reason in reasons)
        st.warning(f"{form.label} has no exact equivalent of this experiment:\n\n{listed}")
        return
    try:
        text = program(shown.run, key)
    except ValueError as error:
        st.warning(plain(error))
        return
    code = cells_of(text) if form.language == "json" else text
    words.markdown(f"{form.use} {needs(shown.run, code)}")
    _download(button, name, text, form.mime, f"export:{key}", width="stretch")
    st.code(code, language="python", height=CODE_HEIGHT)


def _download(place, name, content, mime, key, **options):
    icon = ":material/download:"
    place.download_button(name, content, name, mime, key=key, on_click="ignore", icon=icon, **options)


def needs(run: Run, code: str) -> str:
    """The libraries that a program imports and the file that it reads, in words."""
    *most, last = imported(code)
    libraries = f"{', '.join(most)} and {last}" if most else f"{last} alone"
    beside = f" and reads {DATA_FILE} (see below) from its own folder" if needs_data_file(run) else ""
    return f"It imports {libraries}{beside}."


def cells_of(notebook: str) -> str:
    """A notebook's cells as one program, its text as comments."""
    parts = []
    for cell in json.loads(notebook)["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            text = "\n".join(f"# {line}".rstrip() for line in text.splitlines())
        parts.append(f"# %% [{cell['cell_type']}]\n{text}")
    return "\n\n".join(parts) + "\n"


def files(shown: Shown) -> None:
    """The run's files as cards; each is written when its button is pressed."""
    if shown.run.config.file_name:
        st.caption("Record, page and tables contain the samples of your file. If you share them, you share your data.")
    limit, size = st.get_option("server.maxUploadSize"), estimated_bytes(shown.run) / 2**20
    if size > 0.95 * limit:
        st.caption(LIMITED.format(size=size, limit=limit))
    cards = [[FORMS["json"]], [FORMS["html"]], [FORMS["gif"], FORMS["png"]]]
    for column, forms in zip(st.columns(3), cards, strict=True):
        _card(column, forms, shown)
    _card(st, [FORMS["csv"]], shown)
    if box := control.opened("First lines of the record and the tables", key="export:heads"):
        with box:
            _heads(shown.run)


@fragment
def _heads(run):
    """The first lines of the record or of a table."""
    writers = FORMS["json"].files | FORMS["csv"].files
    name = st.selectbox("File", list(writers), key="export:head")
    st.code(head_of(writers[name](run)), language="json" if name.endswith(".json") else None)


def head_of(text: str) -> str:
    """A file's first HEAD_LINES lines, each cut after HEAD_WIDTH characters, and the number of the others."""
    lines = text.splitlines()
    shown = [line if len(line) <= HEAD_WIDTH else f"{line[:HEAD_WIDTH]} …" for line in lines[:HEAD_LINES]]
    if left := len(lines) - len(shown):
        shown.append(f"… {left:,} more lines")
    return "\n".join(shown)


def _card(place, forms, shown):
    with place.container(border=True, height="stretch"):
        for form in forms:
            st.markdown(f"**{form.label}.** {form.use}")
            with st.container(horizontal=True):
                for name in form.files:
                    _download(st, name, _writer(form, name, shown), form.mime, f"export:{name}")


def _writer(form: Form, name: str, shown: Shown):
    """A function that writes the file, in turns with other sessions' work; it runs outside the page's script."""
    run, plane, runs = shown.run, shown.plane, cache()
    frame = session.view.frame_of(run.n_frames)
    handout = {"frame": frame, "link": address.of_dashboard(params_of(run.config))}
    special = {
        "handout.html": lambda: in_turns(writing_handout(run, plane, **handout), runs),
        "animation.gif": lambda: in_turns(animating(run, plane), runs),
        "boundary.png": lambda: boundary_png(run, plane, frame),
        "loss.png": lambda: loss_png(run, frame),
    }
    return special.get(name, lambda: form.files[name](run))


def terminal(config: Config) -> None:
    """The command that runs this experiment in a terminal."""
    st.markdown(
        "The same experiment as a guided tour in six steps. To write files without a browser, add "
        "`--export json,html --out folder`. To retrain a record and compare, use `--verify homework.json`; "
        "to mark those of a class, `--verify homework/*.json --csv marks.csv`."
    )
    st.code(command(config), language="bash", wrap_lines=True)


@fragment
def repeatable(shown: Shown) -> None:
    """Repeat the run with the smallest possible change of one weight: does it stay the same?"""
    if not st.button("Change the last bit of one weight", key="export:move"):
        st.caption(
            "Trains again after the smallest possible change of one number, and compares the loss of every step."
        )
        return
    run = shown.run
    step = _with_progress(sensitivity.watch(run), "Repeating")
    if step is None:
        st.success(sentence(Notice("stable", "info", {"steps": len(run.history.step_loss)})))
    else:
        numbers = {"step": step, "epoch": math.ceil(step / run.resolved.n_batches)}
        st.warning(sentence(Notice("chaotic", "warning", numbers)))


def _with_progress(work, what):
    """The result of a generator of progress, which is run in turns with other sessions and shown on the page."""
    slot = st.empty()

    def show(now):
        slot.progress(min(now.epoch / now.n_epochs, 1.0), text=f"{what}: epoch {now.epoch} of {now.n_epochs}")

    found = in_turns(work, cache(), show)
    slot.empty()
    return found


# Loading a record


@fragment
def bring_back() -> None:
    """Load a record: describe it, verify it, and show its numbers in the dashboard."""
    if session.record is not None:
        words, button = st.columns([4, 1], vertical_alignment="center")
        words.info("The dashboard shows the record's numbers whenever its experiment is chosen.")
        if button.button("Remove the record", key="export:forget", width="stretch"):
            del session.record, session.record_shown
            st.rerun()
    words = "A file saved on this page as record.json."
    uploaded = st.file_uploader("A record", type="json", key="export:record", help=words)
    if uploaded is None:
        session.keep((None, None), LOADED)
        return
    loaded = _loaded(uploaded)
    if isinstance(loaded, str):
        st.error(plain(loaded))
        return
    for name, text in summary(loaded.run).items():
        st.markdown(f"**{name}.** {plain(text)}")
    here = read.made_with()
    others = [f"{name} {value} (here {here[name]})" for name, value in loaded.made_with.items() if here[name] != value]
    st.caption(plain(f"Made with {', '.join(others)}." if others else "Made with the versions that run here."))
    _use(loaded, uploaded.file_id)


def _use(loaded, file_id):
    """Buttons that verify a record and show it in the dashboard; the verdict."""
    run, verify, show = loaded.run, *st.columns(2)
    has_data = own_files.is_available(run.config)
    if verify.button("Train again and compare", key="export:verify", type="primary", width="stretch"):
        table = own_files.current() if run.config.file_name and has_data else None
        session.keep((file_id, _with_progress(verification.verifying(loaded, table), "Training again")), VERDICT)
    words = "All pages show the recorded numbers; nothing is trained."
    if not has_data:
        words = "The pages need the file that it was trained on. Load that file on the page Your data first."
    own = {"key": "export:show", "disabled": not has_data, "help": words}
    if show.button("Show it in the dashboard", width="stretch", **own):
        session.record = run
        del session.record_shown
        session.change(run.config)
        st.rerun()
    of_file, verdict = session.recall(VERDICT, (None, None))
    if of_file == file_id:
        _show(verdict)


def _show(verdict):
    """The verdict in colour, its limits as warnings, and the rest as text."""
    boxes = {"error": st.error, "warning": st.warning, "info": st.markdown}
    first, *others = verdict.notices()
    (st.success if verdict.passed else boxes[first.level])(plain(sentence(first)))
    for notice in others:
        boxes[notice.level](plain(sentence(notice)))


def _loaded(uploaded):
    """The uploaded record, read once, or a sentence that says what is wrong with it."""
    file_id, found = session.recall(LOADED, (None, None))
    if file_id != uploaded.file_id:
        try:
            found = read.read_record(uploaded.getvalue())
        except ValueError as error:
            found = str(error)
        session.keep((uploaded.file_id, found), LOADED)
    return found
