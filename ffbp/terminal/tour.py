"""The terminal: a guided tour of an experiment in six steps, with the options of the dashboard's link.

Results go to standard output, errors to standard error, and progress, too, if that is a terminal. `options.EXAMPLES` lists
the exit codes.
"""

import os
import sys
import tempfile
from itertools import pairwise
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
from ffbp.export.qr import as_svg
from ffbp.record import read
from ffbp.record import verify as verification
from ffbp.terminal import class_link, hour, marking, options, sweeps, teaching
from ffbp.terminal.options import UsageError
from ffbp.terminal.page import Page, with_bar
from ffbp.terminal.text_pictures import boundary_text, loss_text
from ffbp.training.recording import fit
from ffbp.training.run import Run
from ffbp.words import english
from ffbp.words.numbers import format_number, format_percent

POINTS = ((0.0, 0.0), (1.0, 1.0), (-1.0, 0.5), (0.5, -0.5))
MAX_MATRIX = 10
MAX_ROWS = 20


def main(arguments: list[str] | None = None) -> int:
    """Run the tour; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # characters that the terminal lacks become question marks
            stream.reconfigure(errors="replace")
    given = options.parser().parse_args(arguments)
    try:
        forms = options.forms(given.export)
        if given.verify:
            with threadpool_limits(1, user_api="blas"):
                return _verify(given)
        if given.questions is not None:
            return _questions(given)
        options.refuse_without_teaching(given)
        if given.plan is not None:
            return _plan(given)
        experiment = options.experiment(given)
        if given.class_link is not None:
            return _class_link(experiment, given)
        if given.assignment is not None:
            return _assignment(experiment, given)
        if given.worksheet is not None:
            return _worksheet(experiment, given)
        if given.embed is not None:
            return _embed(experiment, given)
        if given.sweep or given.seeds is not None:
            return _sweep(experiment, given)
        options.refuse_without_sweep(given)
        with threadpool_limits(1, user_api="blas"):  # as in the dashboard: more threads would change the last digits
            return _tour(experiment, forms, given.out, quiet=given.quiet)
    except UsageError as error:
        print(f"python -m ffbp: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, such as head, has finished
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"python -m ffbp: error: {_reason(error)}", file=sys.stderr)
        return 1


# The tour


def _tour(experiment, forms, folder, *, quiet) -> int:
    files = Path(folder or ".")  # for exports; without --out, the tour draws its pictures as text
    if folder is not None or forms:
        _make_folder(files)
    page = Page()
    work = fit(experiment.config, experiment.dataset)
    if quiet:
        run = with_bar(work)
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
    """Make the output folder, and check before training that it is writable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(f"{folder} must be a writable folder, got: {error.strerror}") from None


def _first_steps(page, experiment, work) -> Run:
    source, resolved = experiment.source, experiment.resolved
    page.heading("1  Data")
    page.say(_clean(data_in_words(experiment.config, experiment.dataset)))
    if source.make.__doc__:
        page.say(source.make.__doc__.strip())
    page.heading("2  Network")
    rows = [("layer", "W", "b", "parameters", "activation")]
    for l, (n_in, n_out) in enumerate(pairwise(resolved.sizes), start=1):
        label = ACTIVATIONS[resolved.activations[l - 1]].label
        rows.append((str(l), f"{n_out} x {n_in}", f"{n_out} x 1", str((n_in + 1) * n_out), label))
    page.table(rows)
    sizes = " -> ".join(map(str, resolved.sizes))
    page.say(f"{sizes}: {count_params(resolved.sizes)} parameters. Each layer computes z = W a + b and then a = g(z).")
    page.heading("3  Training")
    run = with_bar(work)
    page.say(summary(run)["Training"])
    if "Fault" in summary(run):
        page.say(f"! {summary(run)['Fault']}")
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
    data, last = run.dataset, int(run.history.epoch[-1])
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if last / s <= MAX_ROWS)
    if 200 <= last <= 2000:
        step = 100
    rows = [["epoch", *(f"{part.name} {what}" for part in data.parts for what in ("loss", _score_name(run)))]]
    for epoch in sorted({*range(0, last + 1, step), last}):
        network = _network_at(run, epoch)
        rows.append([str(epoch)])
        for part in data.parts:
            rows[-1] += [format_number(network.loss(part.X, part.y)), _score(run, network.score(part.X, part.y))]
    return rows


def _network_at(run, epoch):
    """The network after any epoch, bit for bit: training resumes from the last recorded frame before it."""
    frame = int(np.searchsorted(run.history.epoch, epoch, side="right")) - 1
    training = run.resume(frame)
    while training.epoch < epoch:
        training.run_epoch()
    return training.network


def _evaluation(page, run):
    data, h = run.dataset, run.history
    page.heading("4  Evaluation")
    rows = [("set", "samples", "loss", _score_name(run))]
    for part in data.parts:
        loss, score = getattr(h, f"{part.name}_loss")[-1], getattr(h, f"{part.name}_{data.score_name}")[-1]
        rows.append((part.name, str(len(part.X)), format_number(loss), _score(run, score)))
    page.table(rows)
    if data.task != REGRESSION and 2 < data.n_classes <= MAX_MATRIX:
        part = data.scored_part
        counts = confusion(run.network(-1).predict(part.X)[None], part.y, data.n_classes)[0]
        names = [_clean(name)[:14] for name in data.class_names]
        page.say(f"Confusion table ({part.name} set): rows are true classes, columns predictions.")
        page.table([("", *names), *((name, *map(str, row)) for name, row in zip(names, counts, strict=True))])


def _clean(text) -> str:
    """A name without control characters, which would control the terminal."""
    return "".join(c if c.isprintable() else "?" for c in str(text))


def _pictures(page, run, folder):
    page.heading("5  Pictures")
    plane = usual_plane(run)
    if folder is not None:
        try:
            written = _write(FORMS["png"], run, folder)
        except ImportError:
            page.say("Picture files need Matplotlib (pip install matplotlib). These are text pictures.")
        else:
            page.say(f"Written: {', '.join(map(str, written))}.")
            return
    if plane.is_slice:
        page.say("This is a slice: all other inputs are at their training mean.")
    page.block(boundary_text(run, plane))
    print()
    page.block(loss_text(run))


def _predictions(page, run):
    """Predictions for four points of a generated dataset's plane, or for four samples of other data."""
    data, network = run.dataset, run.network(-1)
    page.heading("6  Predictions")
    regression = data.task == REGRESSION
    generated = not run.config.file_name and (run.config.points is not None or DATASETS[run.config.dataset].generated)
    if len(data.columns) == 2 and generated:
        names = [f"({x:g}, {y:g})" for x, y in POINTS]
        X, truth = data.encode_columns(np.array(POINTS)), None
    else:
        part = data.scored_part
        X, y, names = part.X[:4], part.y[:4], [f"{part.name} sample {row}" for row in part.rows[:4]]
        truth = map(format_number, data.decode_target(y)) if regression else [_clean(data.class_names[k]) for k in y]
    outputs, decided = network.predict_proba(X), network.predict(X)
    columns = [["input", *names]]
    if regression:
        columns.append([_clean(data.target_name), *map(format_number, data.decode_target(decided))])
    else:
        p = outputs.max(axis=1) if outputs.shape[1] > 1 else np.where(decided, outputs[:, 0], 1 - outputs[:, 0])
        columns.append(["class", *(_clean(data.class_names[k]) for k in decided)])
        columns.append(["probability" if network.gives_probabilities else "output", *map(format_percent, p)])
    if truth is not None:
        columns.append(["truth", *truth])
    page.table(list(zip(*columns, strict=True)))


def _closing(page):
    page.heading("In four sentences")
    page.say("Forward: each layer multiplies by its weights, adds its biases and applies its activation.")
    page.say(
        "Backward: the chain rule carries the slope of the loss from the output back, layer by layer, to every weight."
    )
    page.say("Update: every weight takes a small step against its slope.")
    page.say("Repeat: forward, backward, update, until the loss no longer falls.")


# Files


def _written(forms, run, folder) -> tuple[list[Path], bool]:
    """The files written, and whether all exports succeeded; each failure is a line on standard error."""
    paths, complete = [], True
    for form in forms:
        try:
            paths += _write(form, run, folder)
        except BrokenPipeError:
            raise
        except (ValueError, ImportError, OSError) as error:  # no equivalent, no Matplotlib, a folder with that name
            complete = False
            print(f"python -m ffbp: error: --export {form.key}: {_reason(error)}", file=sys.stderr)
    return list(dict.fromkeys(paths)), complete


def _reason(error) -> str:
    if isinstance(error, ImportError):
        return f"{error}; install it, or leave out this export"
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


# A sweep


def _sweep(experiment, given) -> int:
    planned, target = sweeps.plan(experiment, given)
    if given.out is not None:
        _make_folder(given.out)
    sweeps.tell(planned, target, quiet=given.quiet)
    if given.out is not None:
        path = given.out / "sweep.csv"
        path.write_text(planned.to_csv(target), encoding="utf-8", newline="\n")
        print(f"\nWritten: {path}")
    return 0


# For teachers


def _questions(given) -> int:
    options.refuse_beside_questions(given)
    found, folder = teaching.chosen(given), Path(given.out or ".")
    _make_folder(folder)
    print(teaching.in_words(found))
    for path, text in teaching.files(found, folder).items():
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"  {path}")
    return 0


def _worksheet(experiment, given) -> int:
    options.refuse_beside_worksheet(given)
    text, folder = teaching.sheets(experiment, given), Path(given.out or ".")
    _make_folder(folder)
    path = folder / "worksheet.html"
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"Written: {path}")
    return 0


def _assignment(experiment, given) -> int:
    options.refuse_beside_assignment(given)
    points, folder = teaching.emptied(given.assignment), Path(given.out or ".")
    _make_folder(folder)
    with threadpool_limits(1, user_api="blas"):
        run = with_bar(fit(experiment.config, experiment.dataset))
    found = teaching.notebooks(run, points)
    print(f"An assignment of {sum(points.values())} points: {', '.join(points)}")
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"  {folder / name}")
    return 0


def _embed(experiment, given) -> int:
    options.refuse_beside_embed(given)
    path, write = teaching.embedding(given)
    _make_folder(path.parent)
    with threadpool_limits(1, user_api="blas"):
        run = with_bar(fit(experiment.config, experiment.dataset))
        text, line = write(run)
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"Written: {path}, {len(text.encode()) / 1000:,.0f} kB. The line that shows it in a page:\n{line}")
    return 0 if run.diverged_at is None else 1


def _class_link(experiment, given) -> int:
    options.refuse_beside_class_link(given)
    address = class_link.class_link(experiment, given)
    for note in class_link.notes(address, experiment):
        class_link.tell(f"note: {note}")
    if given.qr is not None:
        svg = as_svg(class_link.code_of(address))
        _make_folder(given.qr.parent)
        given.qr.write_text(svg, encoding="utf-8", newline="\n")
    print(address)
    if not given.quiet and given.qr is not None:
        print(f"Written: {given.qr}")
    elif not given.quiet:
        picture, about = class_link.as_blocks(address)
        Page().print_black(picture)
        print(about)
    return 0


def _plan(given) -> int:
    options.refuse_beside_plan(given)
    files, about = hour.files(given)
    folder = Path(given.out or ".")
    _make_folder(folder)
    print(about)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"  {folder / name}")
    return 0


# A record


def _verify(given) -> int:
    options.refuse_beside_verify(given)
    paths = marking.paths_of(given.verify)
    if len(paths) > 1 or given.csv is not None or given.challenge is not None:
        return _verify_many(paths, given)
    (path,), table = paths, None
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
            raise UsageError(f"--file must be left out: the samples of {path} do not come from a file")
        table = options.table_of(given.file, data, header=config.header, decimal=config.decimal)
    page = Page()
    if not given.quiet:
        _record_in_words(page, loaded)
    found = with_bar(verification.verifying(loaded, table))
    for notice in found.notices()[: 1 if given.quiet else None]:
        page.say(_clean(english.sentence(notice)), indent=0)
    return 0 if found.passed else 1


def _verify_many(paths, given) -> int:
    """A line for each record, and the table if one is wanted; what cannot be read is a row, too."""
    data = (given.file, options.read_bytes(given.file)) if given.file is not None else None
    challenge, marks = marking.challenge_of(given), []
    if given.csv is not None:
        if given.csv.is_dir():
            raise UsageError(f"--csv must be a file, got the folder {given.csv}")
        _make_folder(given.csv.parent)

    def content(path):
        if path.stat().st_size > read.MAX_BYTES:
            raise ValueError(f"a record must be at most {read.MAX_BYTES // 1_000_000} MB")
        return path.read_bytes()

    try:
        for path in paths:
            marks.append(with_bar(marking.mark_of_file(path, content, data)))
            print(_clean(marking.line(path, marks[-1], challenge)))
    finally:  # also after an interruption
        if given.csv is not None:
            text = marking.table(paths[: len(marks)], marks, challenge)
            given.csv.write_text(text, encoding="utf-8", newline="\n")
    if not given.quiet:
        print(marking.in_words(marks, challenge))
    if given.csv is not None:
        print(f"Written: {given.csv}")
    return 0 if all(mark.passed for mark in marks) else 1


def _record_in_words(page, loaded):
    for name, text in summary(loaded.run).items():
        page.say(f"{name}: {_clean(text)}", indent=0)
    here = read.made_with()
    others = [f"{k} {_clean(v)} (here {here[k]})" for k, v in loaded.made_with.items() if here[k] != v]
    if others:
        page.say(f"Made with {', '.join(others)}.", indent=0)
