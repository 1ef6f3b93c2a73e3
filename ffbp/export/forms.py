"""All export forms of a run, in display order. The page offers them, the terminal writes them.

Some runs have no exact program of a form: `available` returns the reasons.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ffbp.analysis.plane import Plane, default_axes, plane_of
from ffbp.data.generators import DATASETS
from ffbp.export.animation import animation
from ffbp.export.handout import handout
from ffbp.export.pictures import boundary_png, loss_png
from ffbp.export.tables import data_csv, gradients_csv, history_csv, steps_csv, weights_csv
from ffbp.programs.facts import DATA_FILE, Facts, refusal
from ffbp.programs.jax_script import jax_script
from ffbp.programs.jax_script import reasons as jax_reasons
from ffbp.programs.notebook import notebook
from ffbp.programs.numpy_script import numpy_script
from ffbp.programs.program import NoEquivalent
from ffbp.programs.sklearn_script import reasons as sklearn_reasons
from ffbp.programs.sklearn_script import sklearn_script
from ffbp.programs.torch_script import reasons as torch_reasons
from ffbp.programs.torch_script import torch_script
from ffbp.record.write import dump_record
from ffbp.training.run import Run

CODE, RECORD, TABLE, PICTURE = "code", "record", "table", "picture"


@dataclass(frozen=True)
class Form:
    """One form: its use, and ``files``, which maps names to functions run -> text or bytes.

    reasons: the sentences that explain why an experiment has no exact program of this form.
    """

    key: str
    kind: str
    label: str
    use: str
    files: dict[str, Callable[[Run], str | bytes]]
    mime: str
    language: str = "python"
    reasons: Callable[[Facts], list[str]] = lambda e: []


def usual_plane(run: Run) -> Plane:
    """The plane that pages show by default."""
    pair = () if run.config.file_name else DATASETS[run.config.dataset].default_columns
    return plane_of(run.dataset, default_axes(run.dataset.columns, pair))


def _on_plane(write: Callable) -> Callable[[Run], str | bytes]:
    """A function of run and plane as a function of the run."""
    return lambda run: write(run, usual_plane(run))


USES = {
    "script": "The whole experiment in one file that needs only NumPy, to read from top to bottom. Its losses are those of "
    "this page.",
    "notebook": "The same code in steps, with explanations and pictures, for Jupyter, Colab or VS Code.",
    "torch": "The same experiment with autograd, from the same weights in the same order, to compare the building blocks.",
    "jax": "The same experiment as pure functions and jax.grad, from the same weights in the same order.",
    "sklearn": "The same experiment with MLPClassifier or MLPRegressor, as far as they support it, and a list of the gaps.",
    "json": "Every recorded number with all digits, the samples and the versions. It can be loaded here or by "
    "ffbp.load_record, and verified: a form for homework.",
    "html": "The run with its timeline and panels as one file that opens offline in any browser: a handout.",
    "gif": "Boundary and loss during the training, for slides.",
    "png": "Boundary and loss at one epoch, for a report.",
    "csv": "History, gradients, weights, steps and samples with all digits, for a spreadsheet or pandas.",
}
TABLES = {
    "history": history_csv,
    "gradients": gradients_csv,
    "weights": weights_csv,
    "steps": steps_csv,
    "data": data_csv,
}
SCRIPT_MIME = "text/x-python"


def _form(key, kind, label, files, mime, language="python", **options) -> Form:
    return Form(key, kind, label, USES[key], files, mime, language, **options)


_ALL = (
    _form("script", CODE, "NumPy script", {"experiment.py": numpy_script}, SCRIPT_MIME),
    _form("notebook", CODE, "Notebook", {"experiment.ipynb": notebook}, "application/x-ipynb+json", "json"),
    _form("torch", CODE, "PyTorch", {"experiment_torch.py": torch_script}, SCRIPT_MIME, reasons=torch_reasons),
    _form("jax", CODE, "JAX", {"experiment_jax.py": jax_script}, SCRIPT_MIME, reasons=jax_reasons),
    _form(
        "sklearn", CODE, "scikit-learn", {"experiment_sklearn.py": sklearn_script}, SCRIPT_MIME, reasons=sklearn_reasons
    ),
    _form("json", RECORD, "Record", {"record.json": dump_record}, "application/json", "json"),
    _form("html", RECORD, "Page", {"handout.html": _on_plane(handout)}, "text/html", "html"),
    _form("gif", PICTURE, "Animation", {"animation.gif": _on_plane(animation)}, "image/gif", ""),
    _form("png", PICTURE, "Pictures", {"boundary.png": _on_plane(boundary_png), "loss.png": loss_png}, "image/png", ""),
    _form("csv", TABLE, "Tables", {f"{name}.csv": write for name, write in TABLES.items()}, "text/csv", ""),
)
FORMS = {form.key: form for form in _ALL}
PROGRAMS = {key: form for key, form in FORMS.items() if form.kind == CODE}


def available(run: Run, key: str) -> list[str]:
    """The reasons why a run has no exact form (a key of FORMS), a sentence each; empty if it has one."""
    if key not in FORMS:
        raise ValueError(f"unknown form {key!r}; choose from {', '.join(FORMS)}")
    if FORMS[key].kind != CODE:
        return []
    if run.branch is not None:
        return ["A branch begins with the weights of another run's frame, and a program with initial weights."]
    return refusal(run) or FORMS[key].reasons(Facts(run))


def program(run: Run, key: str) -> str:
    """The text of a run's program (a key of PROGRAMS). Raises NoEquivalent if `available` returns reasons."""
    (write,) = PROGRAMS[key].files.values()
    if run.branch is not None or refusal(run):
        raise NoEquivalent(PROGRAMS[key].label, available(run, key))
    return write(run)


def needs_data_file(run: Run) -> bool:
    """Whether the programs read the run's samples from DATA_FILE in their folder."""
    return run.config.file_name is not None


def files_of(run: Run, form: Form) -> dict[str, Callable[[Run], str | bytes]]:
    """The files of a run's form, including the samples if a program reads them."""
    beside = {DATA_FILE: data_csv} if form.kind == CODE and needs_data_file(run) else {}
    return {**form.files, **beside}
