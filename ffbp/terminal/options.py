"""The terminal's options: made from the fields of the configuration, and combined with a link and a file."""

import argparse
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ffbp.analysis.expected import FUNCTIONS
from ffbp.data.read_table import read_table
from ffbp.data.rows import MAX_BYTES
from ffbp.data.table import Table, clean, fingerprint
from ffbp.data.table_source import source_of
from ffbp.experiment import link
from ffbp.experiment.class_link import LISTS, MAX_ASKED, PLAYGROUND
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import DATA, FIELDS, GROUPS, Field
from ffbp.experiment.kinds import Real, Whole
from ffbp.export.forms import FORMS
from ffbp.export.worksheet import PAPERS
from ffbp.training.sweep import VARY
from ffbp.version import VERSION
from ffbp.words.of_an_item import RUNGS
from ffbp.words.problems import number_text

EXAMPLES = """examples:
  python -m ffbp
  python -m ffbp --dataset spiral --hidden 16-16 --activation tanh --optimizer adam --lr 0.03
  python -m ffbp --link "https://ffbp.example/?dataset=iris&hidden=8" --out lesson --export json,html
  python -m ffbp --sweep learning_rate=0.01,0.1,1 --seeds 10 --success loss=0.3
  python -m ffbp --verify homework.json --file class.csv
  python -m ffbp --verify homework/*.json --csv marks.csv --challenge "test loss at most 0.2, fewest weights"
  python -m ffbp --questions sum,hidden_delta --variants 20 --out quiz
  python -m ffbp --dataset xor_gate --hidden 2 --worksheet 20 --paper Letter
  python -m ffbp --hidden 4 --assignment forward=2,backward=4 --out homework
  python -m ffbp --dataset moons --embed network-boundary moons.html
  python -m ffbp --class-link --free lr --cover loss --ask end_loss --address https://ffbp.example/
  python -m ffbp --plan steps.txt --begins 10:15 --address https://ffbp.example/

exit codes: 0 done; 1 the run diverged, a record failed verification, or an export could not be
written, for example because a library has no equivalent (the others are written); 2 wrong usage,
a damaged file or a folder that is not writable; 130 interrupted"""

OF_A_TASK = ("pages", "free", "fixed", "hide", "cover", "ask", "say", "comma", "qr")  # options of a class link alone
OF_A_PLAN = ("begins", "title")
OF_RUNS = ("export", "sweep", "seeds", "vary", "success")  # options of several runs and of what is written of one


class UsageError(Exception):
    """The options do not describe an experiment."""


def parser(rows: Mapping[str, Field] = FIELDS) -> argparse.ArgumentParser:
    """All options: one for each field that has one, and those for files and output."""
    parser = argparse.ArgumentParser(
        prog="python -m ffbp",
        usage="%(prog)s [options]",
        description=textwrap.fill(
            "Feed-forward and backpropagation, step by step: data, network, training, evaluation, pictures, predictions. "
            "Without options, it runs the reference experiment. The options are the parameters of the dashboard's link.",
            80,
        ),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"ffbp {VERSION}")
    for title in GROUPS:
        group = parser.add_argument_group(title)
        if title == DATA:
            group.add_argument("--file", metavar="FILE", type=Path, help="train on a CSV or TSV file instead")
        for name, each in rows.items():
            if each.group == title and each.option:
                flags = dict.fromkeys((flag(each.key), flag(name)))
                group.add_argument(*flags, dest=each.key, metavar=each.kind.metavar, help=_help(each))
    sweep = parser.add_argument_group("Sweep")
    text = "train with each of these values, FIELD=VALUE,VALUE,...; a field of keys alone: all its keys; twice: a grid"
    sweep.add_argument("--sweep", metavar="FIELD=LIST", action="append", default=[], help=text)
    text = "number of seeds for each value, from 0 on (10); without --sweep, the experiment with these seeds"
    sweep.add_argument("--seeds", metavar="N", help=text)
    text = "what the seeds decide: both (data and weights), weights, data (both)"
    sweep.add_argument("--vary", choices=tuple(VARY), help=text)
    text = "what counts as success: loss=0.3, accuracy=0.9, test_loss=... or test_accuracy=..."
    sweep.add_argument("--success", metavar="TARGET", help=text)
    teaching = parser.add_argument_group("For teachers")
    text = f"write questions for learning platforms, as Moodle XML, GIFT and CSV, and to print: all, or some of {', '.join(RUNGS)}"
    teaching.add_argument("--questions", metavar="KINDS", help=text)
    teaching.add_argument("--variants", metavar="N", help="number of variants of each kind of question (10)")
    text = "write a worksheet with its key: of the experiment's first step with so many variants of other numbers (0 for none), "
    text += "or of a lesson's steps, as forward or forward:2,4"
    teaching.add_argument("--worksheet", metavar="N|LESSON", help=text)
    text = (
        "what it leaves blank (all): kinds, as sum,hidden_delta; only in a layer, 1, a unit, 1.2, or a number, z[1][2]"
    )
    teaching.add_argument("--blanks", metavar="LIST", help=text)
    teaching.add_argument("--paper", choices=tuple(PAPERS), help="of the worksheet or the plan (A4)")
    text = "write the notebook with these functions emptied, and a teacher's copy: all, or some of "
    text += f"{', '.join(FUNCTIONS)}; with points, forward=3,loss=1 (1 each)"
    teaching.add_argument("--assignment", metavar="FUNCTIONS", help=text)
    text = "with --verify, write a table with a row for every record"
    teaching.add_argument("--csv", metavar="FILE", type=Path, help=text)
    text = "with --verify, judge and rank the records by these rules: 'test loss at most 0.2, fewest weights'"
    teaching.add_argument("--challenge", metavar="RULES", help=text)
    text = "write panels of the run as one page for an iframe: all, or one or two of network, boundary, loss, gradients"
    teaching.add_argument("--embed", nargs=2, metavar=("PANELS", "FILE"), help=f"{text}, joined by -")
    teaching.add_argument("--height", metavar="PIXELS", help="of the embedded page (as fits its panels)")
    _of_class_links(parser)
    output = parser.add_argument_group("Output")
    output.add_argument(
        "--link", metavar="LINK", help="take the experiment from a link; other options override its values"
    )
    text = "write pictures and exports to this folder, created if missing; without it, exports go to the current folder"
    output.add_argument("--out", metavar="FOLDER", type=Path, help=text)
    text = f"export as {', '.join(FORMS)}; separate several by commas"
    output.add_argument("--export", metavar="FORM", action="append", default=[], help=text)
    text = "retrain a record's experiment and compare; with --file, also compare its samples with the file's; several records "
    text += "or folders of them: a line for each"
    output.add_argument("--verify", metavar="RECORD", type=Path, nargs="+", help=text)
    output.add_argument(
        "--quiet", action="store_true", help="no tour: only the outcome, in one line, and the files written"
    )
    return parser


def _of_class_links(parser) -> None:
    """The options of a class link and of the plan for an hour."""
    group = parser.add_argument_group("For teachers: a class link, and the plan for an hour")
    text = f"print the address of the experiment with a task, and its QR code; PAGE: where it opens ({PLAYGROUND}). "
    text += "The epoch and the sample of --link are kept: --link frame=0 shows the start"
    group.add_argument("--class-link", metavar="PAGE", nargs="?", const=PLAYGROUND, help=text)
    group.add_argument("--pages", metavar="LIST", help=f"pages that are open (all): {', '.join(LISTS['pages'])}")
    text = "controls that may be changed, as lr,epochs, or none; the others are hidden, or shown with --fixed all"
    group.add_argument("--free", metavar="LIST", help=text)
    group.add_argument("--fixed", metavar="LIST", help="controls that are shown but fixed")
    group.add_argument("--hide", metavar="LIST", help="controls that are hidden")
    text = f"hidden until everything is answered: {', '.join(LISTS['cover'])}"
    group.add_argument("--cover", metavar="LIST", help=text)
    text = f"numbers to ask for, at most {MAX_ASKED}, as 'z[1][2]; end_loss'"
    group.add_argument("--ask", metavar="NUMBERS", help=text)
    group.add_argument("--say", metavar="TEXT", help="your text or question")
    group.add_argument("--comma", action="store_const", const=1, help="numbers have a decimal comma")
    group.add_argument("--qr", metavar="FILE", type=Path, help="write the QR code as SVG instead of as text")
    text = "of the dashboard, for a class link or a plan (that of the links, or http://localhost:8501/)"
    group.add_argument("--address", metavar="URL", help=text)
    text = "write the plan of an hour, to print, and its running order: a saved running order, or a text with a line for each "
    text += "step, MINUTES LINK TITLE | WHAT TO SAY"
    group.add_argument("--plan", metavar="FILE", type=Path, help=text)
    group.add_argument("--begins", metavar="HH:MM", help="when the hour begins; without it, minutes are counted from 0")
    group.add_argument("--title", metavar="TEXT", help="of the hour")


def flag(name: str) -> str:
    """An option as it is typed."""
    return f"--{name.replace('_', '-')}"


def _help(each) -> str:
    """The help of an option: its meaning, its choices or bounds, and its default in parentheses."""
    text, kind = each.help, each.kind
    if kind.choices:
        text += f": {', '.join(kind.choices)}"
    if isinstance(kind, Whole | Real) and kind.bounded:
        text += f"; from {number_text(kind.low)} to {number_text(kind.high)}"
    if each.default not in (None, ()):
        text += f" ({kind.text(each.default)})"
    return text.replace("%", "%%")


def forms(wanted: list[str]) -> list:
    """The forms to export, each once. Raises UsageError for an unknown one."""
    keys = [key.strip() for text in wanted for key in text.split(",") if key.strip()]
    for key in keys:
        if key not in FORMS:
            raise UsageError(f"unknown export {key!r}; choose from {', '.join(FORMS)}")
    return [FORMS[key] for key in dict.fromkeys(keys)]


def experiment(options: argparse.Namespace) -> Experiment:
    """The experiment of the link, the options and the file; options override the link's parameters.

    Raises UsageError for the first fault. An unknown parameter in the link only causes a warning.
    """
    try:
        params = link.without_view(link.parameters(options.link or ""))
    except ValueError:
        raise UsageError(f"link must be the dashboard's address, got {options.link[:60]!r}") from None
    data = None
    if options.file is not None:
        data = read_bytes(options.file)
        params |= {"file": clean(options.file.name), "fingerprint": fingerprint(data)}
    for name, each in FIELDS.items():
        value = getattr(options, each.key, None) if each.option else None
        if value is not None:
            params.pop(name, None)
            params[each.key] = value
    config, problems = Config.from_params(params)
    for problem in problems:
        if problem.rule != "parameter":
            raise UsageError(str(replace(problem, outcome="")))
        print(f"python -m ffbp: warning: the link has an {problem}", file=sys.stderr)
    return Experiment(config, _source(config, options.file, data) if config.file_name else None)


def _source(config, path, data):
    """The source of the configuration's file."""
    if data is None:
        raise UsageError(f"link must come with the file {config.file_name!r}, which a link cannot contain; add --file")
    try:
        table = table_of(path, data, header=config.header, decimal=config.decimal)
        for note in table.notes:
            print(f"python -m ffbp: note: {note}", file=sys.stderr)
        source = source_of(table, target=config.target, task=config.task)
        Experiment(config, source).check()
    except ValueError as error:
        raise UsageError(str(error)) from None
    return source


def read_bytes(path: Path) -> bytes:
    """A file's content, up to one byte more than a table may have."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def table_of(path: Path, data: bytes, **choices) -> Table:
    """A file's content as a table. Raises UsageError for anything else."""
    try:
        return read_table(data, path.name, **choices)
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from None


def refuse_without_sweep(options: argparse.Namespace) -> None:
    """Raise UsageError for options that only a sweep uses."""
    given = [flag(key) for key in ("vary", "success") if getattr(options, key) is not None]
    if given:
        raise UsageError(f"{', '.join(given)} must come with --sweep or --seeds")


def refuse_without_teaching(options: argparse.Namespace) -> None:
    """Raise UsageError for options that only another option for teachers uses."""
    if options.variants is not None:
        raise UsageError("--variants must come with --questions")
    if given := [flag(key) for key in ("csv", "challenge") if getattr(options, key) is not None]:
        raise UsageError(f"{', '.join(given)} must come with --verify")
    if options.paper is not None and options.worksheet is None and options.plan is None:
        raise UsageError("--paper must come with --worksheet or --plan")
    if options.blanks is not None and options.worksheet is None:
        raise UsageError("--blanks must come with --worksheet")
    if options.height is not None and options.embed is None:
        raise UsageError("--height must come with --embed")
    if options.class_link is None and (given := _given(options, *OF_A_TASK)):
        raise UsageError(f"{given} must come with --class-link")
    if options.plan is None and (given := _given(options, *OF_A_PLAN)):
        raise UsageError(f"{given} must come with --plan")
    if options.address is not None and options.class_link is None and options.plan is None:
        raise UsageError("--address must come with --class-link or --plan")


def refuse_beside_verify(options: argparse.Namespace) -> None:
    """Raise UsageError for options that --verify does not use: a record contains its experiment."""
    given = _beside(options, "verify", "file", "csv", "challenge")
    if given:
        raise UsageError(
            f"{given} must be left out with --verify, because a record contains its experiment; only --quiet, --csv, "
            "--challenge and --file, the data of a file's record, apply"
        )


def refuse_beside_questions(options: argparse.Namespace) -> None:
    """Raise UsageError for options that --questions does not use: questions are about networks of their own."""
    given = _beside(options, "questions", "variants", "out")
    if given:
        raise UsageError(
            f"{given} must be left out with --questions, which are about small networks of their own; only --variants, --out "
            "and --quiet apply"
        )


def refuse_beside_worksheet(options: argparse.Namespace) -> None:
    """Raise UsageError for options that --worksheet does not use."""
    if given := _given(options, *OF_RUNS, "csv", "challenge", "embed"):
        raise UsageError(f"{given} must be left out with --worksheet, which is about one step of the experiment")


def refuse_beside_assignment(options: argparse.Namespace) -> None:
    """Raise UsageError for options that --assignment does not use."""
    if given := _given(options, "worksheet", "embed", *OF_RUNS):
        raise UsageError(f"{given} must be left out with --assignment, which writes the notebook of one experiment")


def refuse_beside_lesson(options: argparse.Namespace) -> None:
    """Raise UsageError for options that --worksheet with a lesson does not use: its steps have experiments of their own."""
    if given := _beside(options, "worksheet", "paper", "blanks", "out"):
        raise UsageError(
            f"{given} must be left out with a lesson's worksheet, whose steps have experiments of their own"
        )


def refuse_beside_embed(options: argparse.Namespace) -> None:
    """Raise UsageError for options that --embed does not use."""
    if given := _given(options, *OF_RUNS, "out"):
        raise UsageError(f"{given} must be left out with --embed, which writes one file of one run")


def refuse_beside_class_link(options: argparse.Namespace) -> None:
    """Raise UsageError for options that --class-link does not use."""
    if given := _given(options, *OF_RUNS, "worksheet", "assignment", "embed", "plan", "out"):
        raise UsageError(f"{given} must be left out with --class-link, which prints an address")


def refuse_beside_plan(options: argparse.Namespace) -> None:
    """Raise UsageError for options that --plan does not use: the links of its steps hold the experiments."""
    if given := _beside(options, "plan", *OF_A_PLAN, "paper", "address", "out"):
        raise UsageError(f"{given} must be left out with --plan, whose links hold the experiments")


def _beside(options, *apply) -> str:
    """The given options, as they are typed, but those that apply."""
    others = *("file", "link", "out", *OF_RUNS), "verify", "questions", "variants", "worksheet", "paper", "blanks"
    others += (
        "assignment",
        "csv",
        "challenge",
        "embed",
        "height",
        "class_link",
        "plan",
        "address",
        *OF_A_TASK,
        *OF_A_PLAN,
    )
    keys = [*(each.key for each in FIELDS.values() if each.option), *others]
    return _given(options, *(key for key in keys if key not in apply))


def _given(options, *keys) -> str:
    """Those of these options that are given, as they are typed."""
    return ", ".join(flag(key) for key in keys if getattr(options, key) not in (None, []))
