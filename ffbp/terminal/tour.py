"""The terminal: the experiment as a guided tour in six steps, with the options of the dashboard's link.

Everything that is shown goes to standard output; progress and errors go to standard error, progress only if that is a
terminal. Exit codes: 0 done, 1 the run diverged, a record did not verify, or a form could not be written (the others
are), 2 wrong usage, a damaged file or a folder that cannot be written to, 130 interrupted.
"""

import os
import sys
import tempfile
import textwrap
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from ffbp.analysis import notices
from ffbp.analysis.scores import confusion
from ffbp.analysis.summary import data_in_words, outcome, summary
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.network import count_params
from ffbp.data.generators import DATASETS
from ffbp.data.source import REGRESSION
from ffbp.export.forms import FORMS, files_of, usual_plane
from ffbp.record import read
from ffbp.record import verify as verification
from ffbp.terminal import options
from ffbp.terminal.options import UsageError
from ffbp.terminal.text_pictures import boundary_text, loss_text
from ffbp.training.recording import fit
from ffbp.training.run import Run
from ffbp.words import english
from ffbp.words.numbers import format_number, format_percent

WIDTH = 96
BAR = 30
POINTS = ((0.0, 0.0), (1.0, 1.0), (-1.0, 0.5), (0.5, -0.5))
MAX_MATRIX = 10
MAX_ROWS = 20


def main(arguments: list[str] | None = None) -> int:
    """Run the tour; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that lacks an arrow shows a question mark, not a traceback
            stream.reconfigure(errors="replace")
    given = options.parser().parse_args(arguments)
    try:
        forms = options.forms(given.export)
        if given.verify:
            with threadpool_limits(1, user_api="blas"):
                return _verify(given)
        experiment = options.experiment(given)
        with threadpool_limits(1, user_api="blas"):  # as the dashboard: more threads would change the last digits
            return _tour(experiment, forms, given.out, quiet=given.quiet)
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


def _tour(experiment, forms, folder, *, quiet) -> int:
    files = Path(folder or ".")  # of the forms; pictures nobody asked for go into a folder only if one was named
    if folder is not None or forms:
        _make_folder(files)
    page = _Page()
    work = fit(experiment.config, experiment.dataset)
    if quiet:
        run = _with_bar(work)
        print(outcome(run))
    else:
        print("Feed-forward and backpropagation, step by step.")
        run = _first_steps(page, experiment, work)
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


def _first_steps(page, experiment, work) -> Run:
    source, resolved = experiment.source, experiment.resolved
    page.heading("1  Data")
    page.say(_clean(data_in_words(experiment.config, experiment.dataset)))
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
        page.say(f"Confusion matrix ({part} set): rows are true classes, columns predictions.")
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
            page.say("Pictures as files need Matplotlib (pip install matplotlib); here they are as text.")
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
        except (ValueError, ImportError, OSError) as error:  # no equivalent, Matplotlib missing, a folder of that name
            complete = False
            print(f"python -m ffbp: error: --export {form.key}: {_reason(error)}", file=sys.stderr)
    return list(dict.fromkeys(paths)), complete


def _reason(error) -> str:
    if isinstance(error, ImportError):  # the core needs NumPy alone; pictures need Matplotlib
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


def _verify(given) -> int:
    path, table = given.verify, None
    options.refuse_beside_verify(given)
    data = options.read_bytes(given.file) if given.file is not None else None
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
        table = options.table_of(given.file, data, header=config.header, decimal=config.decimal)
    page = _Page()
    if not given.quiet:
        _record_in_words(page, loaded)
    found = _with_bar(verification.verifying(loaded, table))
    for notice in found.notices()[: 1 if given.quiet else None]:
        page.say(_clean(english.sentence(notice)), indent=0)
    return 0 if found.passed else 1


def _record_in_words(page, loaded):
    for name, text in summary(loaded.run).items():
        page.say(f"{name}: {_clean(text)}", indent=0)
    here = read.made_with()
    others = [f"{k} {_clean(v)} (here {here[k]})" for k, v in loaded.made_with.items() if here[k] != v]
    if others:
        page.say(f"Made with {', '.join(others)}.", indent=0)
