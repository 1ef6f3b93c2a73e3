"""The terminal: the experiment as a guided tour in six steps, with the options of the dashboard's link.

Everything that is shown goes to standard output; progress and errors go to standard error, progress only if that is a
terminal. Exit codes: 0 done, 1 the run diverged, a record did not verify, or a form could not be written (the others
are), 2 wrong usage, a damaged file or a folder that cannot be written to, 130 interrupted.
"""

import argparse
import os
import re
import sys
import tempfile
import textwrap
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
from threadpoolctl import threadpool_limits

from ffbp.analysis import notices
from ffbp.analysis.scores import confusion
from ffbp.analysis.summary import data_in_words, outcome, summary
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.initializers import INITIALIZERS
from ffbp.core.losses import LOSSES
from ffbp.core.network import count_params
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.core.schedules import SCHEDULES
from ffbp.data.dataset import DERIVED
from ffbp.data.generators import DATASETS
from ffbp.data.read_table import read_table
from ffbp.data.rows import MAX_BYTES
from ffbp.data.source import CLASSIFICATION, DECIMALS, MISSING, REGRESSION, Source
from ffbp.data.table import Table, clean, fingerprint
from ffbp.data.table_source import source_of
from ffbp.experiment.build import dataset_for
from ffbp.experiment.config import BOUNDS, DEFAULTS, FOREIGN_PARAMS, Config
from ffbp.export.forms import FORMS, files_of, usual_plane
from ffbp.record import read
from ffbp.record import verify as verification
from ffbp.terminal.text_pictures import boundary_text, loss_text
from ffbp.training.recording import fit
from ffbp.training.run import Run
from ffbp.version import VERSION
from ffbp.words import english
from ffbp.words.numbers import format_number, format_percent

WIDTH = 96
BAR = 30
POINTS = ((0.0, 0.0), (1.0, 1.0), (-1.0, 0.5), (0.5, -0.5))
MAX_MATRIX = 10
MAX_ROWS = 20
NO_OPTION = ("file_name", "file_fingerprint")  # --file names both
VIEWED = ("frame", "across", "up", "pca", "sample", "layer", "unit", "wanted", "x")  # what a link says was looked at
GROUPS = {
    "Data": (
        "dataset", "header", "decimal", "target", "task", "missing", "n_samples", "noise", "classes", "columns",
        "standardize", "derived", "test_size", "points", "seed",
    ),
    "Network": (
        "hidden", "activation", "output_activation", "loss", "initializer", "init_scale", "bias_init", "initial_theta",
    ),
    "Training": (
        "optimizer", "learning_rate", "epochs", "batch_size", "shuffle", "momentum", "rho", "beta1", "beta2", "epsilon",
        "weight_decay", "schedule", "decay", "decay_epochs", "warmup", "l1", "l2", "clip", "patience",
    ),
}  # fmt: skip
HELP = {
    "dataset": "where the samples come from",
    "header": "1 or 0: the file's first row names the columns; recognised unless given",
    "decimal": "the file's decimal sign; recognised unless given",
    "target": "number of the file's column to predict, from 0; guessed unless given",
    "task": "what to predict there; guessed unless given",
    "missing": "what becomes of the file's missing values",
    "n_samples": "number of samples (generated data)",
    "noise": "noise (generated data)",
    "classes": "number of classes (blobs, spiral)",
    "columns": "numbers of a table's columns joined by -, or all",
    "standardize": "1 or 0: standardise the inputs; as fits the data unless given",
    "derived": "derived inputs of two-column data, joined by -",
    "test_size": "share of the samples held out",
    "points": "drawn points instead: x1_x2_class joined by ~",
    "seed": "seed of data, split, weights and shuffling",
    "hidden": "units of the hidden layers joined by -, or none",
    "activation": "activation of the hidden layers; or one a layer, joined by -",
    "output_activation": "activation of the output; as fits unless given",
    "loss": "loss; as fits the data unless given",
    "initializer": "how the initial weights are drawn",
    "init_scale": "their scale, where the initializer has one",
    "bias_init": "initial bias",
    "initial_theta": "all parameters by hand, joined by _ (write --theta=...)",
    "optimizer": "how the gradient becomes an update",
    "learning_rate": "learning rate",
    "epochs": "passes through the training part",
    "batch_size": "samples a step; all of them unless given",
    "shuffle": "1 or 0: shuffle each epoch",
    "momentum": "momentum and nesterov",
    "rho": "RMSProp: decay of the mean square",
    "beta1": "Adam, AdamW",
    "beta2": "Adam, AdamW",
    "epsilon": "RMSProp, Adam, AdamW",
    "weight_decay": "AdamW",
    "schedule": "how the learning rate changes",
    "decay": "factor of the step and exponential schedule",
    "decay_epochs": "their period in epochs",
    "warmup": "epochs of rise",
    "l1": "penalty l1 times the sum of |W|",
    "l2": "penalty l2 / 2 times the sum of W squared",
    "clip": "largest norm of the gradient; off unless given",
    "patience": "epochs without a better test loss before stopping; off unless given",
}
CHOICES = {
    "dataset": DATASETS, "task": (CLASSIFICATION, REGRESSION), "missing": MISSING, "decimal": DECIMALS, "derived": DERIVED,
    "activation": ACTIVATIONS, "output_activation": ACTIVATIONS, "loss": LOSSES,
    "initializer": INITIALIZERS, "optimizer": OPTIMIZERS, "schedule": SCHEDULES,
}  # fmt: skip
EXAMPLES = """examples:
  python -m ffbp
  python -m ffbp --dataset spiral --hidden 16-16 --activation tanh --optimizer adam --lr 0.03
  python -m ffbp --link "https://ffbp.example/?dataset=iris&hidden=8" --out lesson --export json,html
  python -m ffbp --verify homework.json --file class.csv

exit codes: 0 done, 1 the run diverged, a record did not verify, or a form could not be written,
as where a library has no equivalent (the other forms are written), 2 wrong usage, a damaged file
or a folder that cannot be written to, 130 interrupted"""


class UsageError(Exception):
    """What the user typed makes no experiment."""


def parser() -> argparse.ArgumentParser:
    """All options, generated from the configuration's fields, its registries and bounds."""
    parser = argparse.ArgumentParser(
        prog="python -m ffbp",
        usage="%(prog)s [options]",
        description=textwrap.fill(
            "Feed-forward and backpropagation, step by step: data, network, training, evaluation, pictures, predictions. "
            "Without options it is the reference experiment. The options are the parameters of the dashboard's link.",
            80,
        ),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"ffbp {VERSION}")
    names = {name: key for key, name in Config.PARAMS.items()}
    known = {name for group in GROUPS.values() for name in group} | set(NO_OPTION)
    rest = tuple(name for name in names if name not in known)
    for title, group in {**GROUPS, "Training": GROUPS["Training"] + rest}.items():
        options = parser.add_argument_group(title)
        if title == "Data":
            options.add_argument("--file", metavar="FILE", type=Path, help="train on a CSV or TSV file instead")
        for name in group:
            key = names[name]
            flags = list(dict.fromkeys((f"--{key.replace('_', '-')}", f"--{name.replace('_', '-')}")))
            options.add_argument(*flags, dest=key, metavar=_metavar(name), help=_help(name))
    output = parser.add_argument_group("Output")
    output.add_argument("--link", metavar="LINK", help="take the experiment from a link; other options change it")
    output.add_argument(
        "--out",
        metavar="FOLDER",
        type=Path,
        help="write pictures and exports there (made if missing); without it, exports go to the current folder",
    )
    output.add_argument(
        "--export",
        metavar="FORM",
        action="append",
        default=[],
        help=f"write a form: {', '.join(FORMS)}; several joined by ,",
    )
    output.add_argument(
        "--verify",
        metavar="RECORD",
        type=Path,
        help="train a record's experiment again and compare; with --file, its samples with that file's, too",
    )
    output.add_argument("--quiet", action="store_true", help="no tour: the outcome in one line, and the files written")
    return parser


def _metavar(name) -> str:
    """What stands for an option's value in the help."""
    if name in CHOICES:
        return "KEY"
    if name in BOUNDS or name in ("classes", "target"):
        return "N"
    return "0|1" if name in ("header", "standardize", "shuffle") else "LIST"


def _help(name) -> str:
    """What an option means, its choices or bounds, and its default in parentheses."""
    text = HELP.get(name, name.replace("_", " "))
    if name in CHOICES:
        keys = [k for k in CHOICES[name] if not (name == "activation" and ACTIVATIONS[k].coupled)]
        text += f": {', '.join(keys)}"
    if name in BOUNDS:
        low, high = BOUNDS[name]
        text += f"; from {low:g} to {high:g}" if isinstance(low, float) else f"; from {low} to {high}"
    default = DEFAULTS[name]
    if isinstance(default, bool):
        text += f" ({int(default)})"
    elif default is not None and default != ():
        text += f" ({'-'.join(map(str, default)) if isinstance(default, tuple) else default})"
    return text.replace("%", "%%")


def main(arguments: list[str] | None = None) -> int:
    """Run the tour; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that lacks an arrow shows a question mark, not a traceback
            stream.reconfigure(errors="replace")
    options = parser().parse_args(arguments)
    try:
        forms = _forms(options.export)
        if options.verify:
            with threadpool_limits(1, user_api="blas"):
                return _verify(options)
        config, source = _config(options)
        with threadpool_limits(1, user_api="blas"):  # as the dashboard: more threads would change the last digits
            return _tour(config, source, forms, options.out, quiet=options.quiet)
    except UsageError as error:
        print(f"python -m ffbp: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, such as head, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"python -m ffbp: error: {_reason(error)}", file=sys.stderr)
        return 1


def _forms(wanted) -> list:
    keys = [key.strip() for text in wanted for key in text.split(",") if key.strip()]
    for key in keys:
        if key not in FORMS:
            raise UsageError(f"unknown export {key!r}; choose from {', '.join(FORMS)}")
    return [FORMS[key] for key in dict.fromkeys(keys)]


def _config(options) -> tuple[Config, Source | None]:
    """The configuration of the link and the options, an option before the link's parameter; and the file's source."""
    params = {}
    if options.link is not None:
        try:
            query = urlsplit(options.link.strip()).query
        except ValueError:
            raise UsageError(f"link must be the dashboard's address, got {options.link[:60]!r}") from None
        if not query and "=" in options.link:
            query = options.link.lstrip("?")
        known, given = {*Config.PARAMS, *Config.PARAMS.values()}, parse_qs(query, keep_blank_values=True)
        params = {k: v for k, v in given.items() if k in known}
        for name in given:
            if name not in known and name not in VIEWED and not name.startswith(FOREIGN_PARAMS):
                said = f"unknown parameter {_clean(name[:40])!r} in the link; it was left out"
                print(f"python -m ffbp: warning: {said}", file=sys.stderr)
    data = None
    if options.file is not None:
        data = _bytes(options.file)
        params |= {"file": clean(options.file.name), "fingerprint": fingerprint(data)}
    for key in Config.PARAMS:
        value = getattr(options, key, None) if key != "file" else None
        if value is not None:
            params.pop(Config.PARAMS[key], None)
            params[key] = value
    config, problems = Config.from_params(params)
    if problems:
        raise UsageError(re.sub(r"; (the default is used|it was left out|lowered to \d+)$", "", problems[0]))
    if not config.file_name:
        return config, None
    if data is None:
        raise UsageError(f"link must come with the file {config.file_name!r}, which it cannot hold; add --file")
    try:
        table = _table(options.file, data, header=config.header, decimal=config.decimal)
        for note in table.notes:
            print(f"python -m ffbp: note: {note}", file=sys.stderr)
        source = source_of(table, target=config.target, task=config.task)
        config.check(source)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return config, source


def _bytes(path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _table(path, data, **choices) -> Table:
    try:
        return read_table(data, path.name, **choices)
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from None


# The tour


class _Page:
    """Lines on standard output; headings stand out on a terminal that wants it."""

    def __init__(self):
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty()
        self.bold, self.reset = ("", "") if plain else ("\033[1m", "\033[0m")

    def heading(self, text):
        print(f"\n{self.bold}{text}{self.reset}")

    def say(self, text, indent=2):
        print(textwrap.fill(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent))

    def block(self, text, indent=2):
        print(textwrap.indent(text, " " * indent))

    def table(self, rows, indent=2):
        """Columns of texts: the first to the left, the others to the right."""
        widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
        for row in rows:
            cells = [
                row[0].ljust(widths[0]),
                *(text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)),
            ]
            print(" " * indent + "   ".join(cells).rstrip())


class _Bar:
    """Progress on standard error, on one line that is wiped at the end; nothing where that is no terminal."""

    def __init__(self):
        self.shown = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def show(self, now):
        if self.shown and now.n_epochs:
            done = min(now.epoch / now.n_epochs, 1.0)
            bar = "#" * round(BAR * done) + "-" * (BAR - round(BAR * done))
            print(
                f"\r  [{bar}] {100 * done:3.0f} %  epoch {now.epoch}  loss {format_number(now.loss):<10}",
                end="",
                file=sys.stderr,
            )
            sys.stderr.flush()

    def wipe(self):
        if self.shown:
            print("\r" + " " * (BAR + 50) + "\r", end="", file=sys.stderr)


def _with_bar(work):
    """What a generator of progress returns."""
    bar = _Bar()
    try:
        while True:
            try:
                bar.show(next(work))
            except StopIteration as end:
                return end.value
    finally:
        bar.wipe()


def _tour(config, source, forms, folder, *, quiet) -> int:
    files = Path(folder or ".")  # of the forms; pictures nobody asked for go into a folder only if one was named
    if folder is not None or forms:
        _make_folder(files)
    page = _Page()
    data = dataset_for(config, source)
    work = fit(config, data)
    if quiet:
        run = _with_bar(work)
        print(outcome(run))
    else:
        print("Feed-forward and backpropagation, step by step.")
        run = _first_steps(page, config, source, data, work)
        with np.errstate(over="ignore", invalid="ignore"):  # a diverged run's numbers may overflow
            _evaluation(page, run)
            _pictures(page, run, folder)
            _predictions(page, run)
        _closing(page)
    written, complete = _written(forms, run, files)
    if written:
        page.heading("Files")
        for path in written:
            print(f"  {path}")
    return 0 if run.diverged_at is None and complete else 1


def _make_folder(folder):
    """Make the folder that will be written to, before anything is trained, and see whether it can be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(f"{folder} must be a folder that can be written to, got: {error.strerror}") from None


def _first_steps(page, config, source, data, work) -> Run:
    source, resolved = config.source(source), config.resolve(data)
    page.heading("1  Data")
    page.say(_clean(data_in_words(config, data)))
    if source.make.__doc__:
        page.say(source.make.__doc__.strip())
    page.heading("2  Network")
    rows = [("layer", "W", "b", "parameters", "activation")]
    for l, (n_in, n_out) in enumerate(zip(resolved.sizes[:-1], resolved.sizes[1:], strict=True), start=1):
        label = ACTIVATIONS[resolved.activations[l - 1]].label
        rows.append((str(l), f"{n_out} x {n_in}", f"{n_out} x 1", str((n_in + 1) * n_out), label))
    page.table(rows)
    sizes = " -> ".join(map(str, resolved.sizes))
    page.say(f"{sizes}: {count_params(resolved.sizes)} parameters. Every layer computes z = W a + b and then a = g(z).")
    page.heading("3  Training")
    run = _with_bar(work)
    page.say(summary(run)["Training"])
    page.table(_progress_rows(run))
    for notice in notices.notices(run):
        page.say(f"! {english.sentence(notice)}")
    return run


def _score_name(run):
    return "R2" if run.dataset.task == REGRESSION else "accuracy"


def _score(run, value):
    return format_number(value) if run.dataset.task == REGRESSION else format_percent(value)


def _progress_rows(run):
    """Loss and score every hundred epochs (more in a short run, fewer in a long one), and at the end."""
    h, data = run.history, run.dataset
    last = int(h.epoch[-1])
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if last / s <= MAX_ROWS)
    if 200 <= last <= 2000:
        step = 100
    epochs = sorted({*range(0, last + 1, step), last})
    has_test = len(data.X_test) > 0
    score = _score_name(run)
    rows = [("epoch", "train loss", f"train {score}", *(("test loss", f"test {score}") if has_test else ()))]
    for epoch in epochs:
        network = _network_at(run, epoch)
        cells = [str(epoch)]
        for X, y in ((data.X_train, data.y_train), (data.X_test, data.y_test))[: 1 + has_test]:
            cells += [format_number(network.loss(X, y)), _score(run, network.score(X, y))]
        rows.append(tuple(cells))
    return rows


def _network_at(run, epoch):
    """The network at any epoch: resumed from the last recorded frame before it, so it is the run's own, bit for bit."""
    frame = int(np.searchsorted(run.history.epoch, epoch, side="right")) - 1
    training = run.resume(frame)
    while training.epoch < epoch:
        training.run_epoch()
    return training.network


def _evaluation(page, run):
    data, h = run.dataset, run.history
    page.heading("4  Evaluation")
    regression = data.task == REGRESSION
    key = "r2" if regression else "accuracy"
    rows = [("part", "samples", "loss", _score_name(run))]
    for part, X in (("train", data.X_train), ("test", data.X_test)):
        if len(X):
            loss, score = getattr(h, f"{part}_loss")[-1], getattr(h, f"{part}_{key}")[-1]
            rows.append((part, str(len(X)), format_number(loss), _score(run, score)))
    page.table(rows)
    part, X, y = ("test", data.X_test, data.y_test) if len(data.X_test) else ("train", data.X_train, data.y_train)
    if not regression and 2 < data.n_classes <= MAX_MATRIX:
        counts = confusion(run.network(-1).predict(X)[None], y, data.n_classes)[0]
        names = [_clean(name)[:14] for name in data.class_names]
        page.say(f"Who is taken for whom ({part} part): a row is the true class, a column the network's answer.")
        page.table([("", *names), *((name, *map(str, row)) for name, row in zip(names, counts, strict=True))])


def _clean(text) -> str:
    """A name without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in str(text))


def _pictures(page, run, folder):
    page.heading("5  Pictures")
    plane = usual_plane(run)
    if folder is not None:
        try:
            written = _write(FORMS["png"], run, folder)
        except ImportError:
            page.say("Pictures as files need Pillow (pip install pillow); here they are as text.")
        else:
            page.say(f"Written: {', '.join(map(str, written))}.")
            return
    if plane.is_slice:
        page.say("A slice: the other inputs stay at their training mean.")
    page.block(boundary_text(run, plane))
    print()
    page.block(loss_text(run))


def _predictions(page, run):
    """Four fixed points of the plane, or four samples where the inputs are no plane of generated data."""
    data, network = run.dataset, run.network(-1)
    page.heading("6  Predictions")
    regression = data.task == REGRESSION
    generated = not run.config.file_name and (run.config.points is not None or DATASETS[run.config.dataset].generated)
    if len(data.columns) == 2 and generated:
        names = [f"({x:g}, {y:g})" for x, y in POINTS]
        X, truth = data.encode_columns(np.array(POINTS)), None
    else:
        part, X, y, rows = (
            ("test", data.X_test, data.y_test, data.rows_test)
            if len(data.X_test)
            else ("train", data.X_train, data.y_train, data.rows_train)
        )
        X, names = X[:4], [f"{part} sample {row}" for row in rows[:4]]
        truth = data.decode_target(y[:4]) if regression else [_clean(data.class_names[k]) for k in y[:4]]
    outputs, decided = network.predict_proba(X), network.predict(X)
    number = "probability" if network.gives_probabilities else "output"
    rows = [("input", _clean(data.target_name) if regression else "class", *(() if regression else (number,)))]
    rows[0] += ("truth",) if truth is not None else ()
    for i, name in enumerate(names):
        if regression:
            cells = (name, format_number(data.decode_target(decided[i])))
            cells += (format_number(truth[i]),) if truth is not None else ()
        else:
            k = int(decided[i])
            p = outputs[i].max() if outputs.shape[1] > 1 else outputs[i, 0] if k else 1 - outputs[i, 0]
            cells = (name, _clean(data.class_names[k]), format_percent(p))
            cells += (truth[i],) if truth is not None else ()
        rows.append(cells)
    page.table(rows)


def _closing(page):
    page.heading("In four sentences")
    page.say(
        "Forward: every layer multiplies by its weights, adds its biases and bends the result, until the output is there."
    )
    page.say(
        "Backward: the loss's slope at the output is passed back layer by layer, by the chain rule, to every weight."
    )
    page.say("Update: every weight takes a small step against its slope.")
    page.say("Repeat: forward, backward, update, until the loss no longer falls.")


# Files


def _written(forms, run, folder) -> tuple[list[Path], bool]:
    """The files that were written, and whether all forms are there; what is not is said on standard error, a line each."""
    paths, complete = [], True
    for form in forms:
        try:
            paths += _write(form, run, folder)
        except BrokenPipeError:
            raise
        except (ValueError, ImportError, OSError) as error:  # no equivalent, Pillow missing, a folder of that name
            complete = False
            print(f"python -m ffbp: error: --export {form.key}: {_reason(error)}", file=sys.stderr)
    return list(dict.fromkeys(paths)), complete


def _reason(error) -> str:
    if isinstance(error, ImportError):  # Pillow comes with Streamlit, but not with NumPy
        return f"{error}; install what is missing, or leave that form out"
    if isinstance(error, OSError):
        return f"{error.filename or 'output'}: {error.strerror or error}"
    return _clean(error)


def _write(form, run, folder) -> list[Path]:
    paths = []
    for name, write in files_of(run, form).items():
        content, path = write(run), folder / name
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="\n")
        else:
            path.write_bytes(content)
        paths.append(path)
    return paths


# A record


def _verify(options) -> int:
    path, table = options.verify, None
    _refuse_beside_verify(options)
    data = _bytes(options.file) if options.file is not None else None
    try:
        if path.stat().st_size > read.MAX_BYTES:
            raise UsageError(f"{path} must be a record of at most {read.MAX_BYTES // 1_000_000} MB")
        loaded = read.read_record(path.read_bytes())
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    config = loaded.run.config
    if data is not None:
        if not config.file_name:
            raise UsageError(f"--file must be left out: {path} is a record of samples that come from no file")
        table = _table(options.file, data, header=config.header, decimal=config.decimal)
    page = _Page()
    if not options.quiet:
        _record_in_words(page, loaded)
    found = _with_bar(verification.verifying(loaded, table))
    for notice in found.notices()[: 1 if options.quiet else None]:
        page.say(_clean(english.sentence(notice)), indent=0)
    return 0 if found.passed else 1


def _refuse_beside_verify(options):
    """A record brings its experiment along; what would change that, or ask for more, does not apply."""
    flags = {key: f"--{key.replace('_', '-')}" for key in [*Config.PARAMS, "link", "out", "export"] if key != "file"}
    given = [flag for key, flag in flags.items() if getattr(options, key, None) not in (None, [])]
    if given:
        raise UsageError(
            f"{', '.join(given)} must be left out beside --verify: a record says itself how it was trained; only --file, "
            "with the data of a file's record, and --quiet apply"
        )


def _record_in_words(page, loaded):
    for name, text in summary(loaded.run).items():
        page.say(f"{name}: {_clean(text)}", indent=0)
    here = read.made_with()
    others = [f"{k} {_clean(v)} (here {here[k]})" for k, v in loaded.made_with.items() if here[k] != v]
    if others:
        page.say(f"Made with {', '.join(others)}.", indent=0)
