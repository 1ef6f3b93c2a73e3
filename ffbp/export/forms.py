"""All forms in which a run can be taken along, in display order: the page offers them, the terminal writes them.

Not every run has every program: `available` says why not. Matplotlib, which pictures need, is loaded when one is drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ffbp.analysis.plane import Plane, default_axes, plane_of
from ffbp.data.generators import DATASETS
from ffbp.export.animation import animation
from ffbp.export.handout import handout
from ffbp.export.pictures import boundary_png, loss_png
from ffbp.export.tables import data_csv, gradients_csv, history_csv, steps_csv, weights_csv
from ffbp.programs.facts import DATA_FILE, Facts
from ffbp.programs.jax_script import jax_script
from ffbp.programs.jax_script import reasons as jax_reasons
from ffbp.programs.notebook import notebook
from ffbp.programs.numpy_script import numpy_script
from ffbp.programs.sklearn_script import reasons as sklearn_reasons
from ffbp.programs.sklearn_script import sklearn_script
from ffbp.programs.torch_script import reasons as torch_reasons
from ffbp.programs.torch_script import torch_script
from ffbp.record.write import dump_record
from ffbp.training.run import Run

CODE, RECORD, TABLE, PICTURE = "code", "record", "table", "picture"


@dataclass(frozen=True)
class Form:
    """One form: what it is good for, and ``files``, each a name with the function run -> text or bytes.

    reasons: why an experiment has no exact program of this form, a sentence each.
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
    """The plane that the pages show at first."""
    pair = () if run.config.file_name else DATASETS[run.config.dataset].default_columns
    return plane_of(run.dataset, default_axes(run.dataset.columns, pair))


def _on_plane(write: Callable) -> Callable[[Run], str | bytes]:
    """A function of run and plane as one of the run alone."""
    return lambda run: write(run, usual_plane(run))


FORMS = {
    form.key: form
    for form in (
        Form(
            "script", CODE, "NumPy script",
            "The whole experiment in one file, network and training in NumPy alone: read it top to bottom. Its losses are "
            "those of this page.",
            {"experiment.py": numpy_script}, "text/x-python",
        ),
        Form(
            "notebook", CODE, "Notebook",
            "The same code in steps, with the explanation and the pictures between them: for Jupyter, Colab or VS Code.",
            {"experiment.ipynb": notebook}, "application/x-ipynb+json", "json",
        ),
        Form(
            "torch", CODE, "PyTorch",
            "The same experiment with autograd, from the same weights in the same order: see how the pieces map.",
            {"experiment_torch.py": torch_script}, "text/x-python", reasons=torch_reasons,
        ),
        Form(
            "jax", CODE, "JAX",
            "The same experiment as pure functions and jax.grad, from the same weights in the same order.",
            {"experiment_jax.py": jax_script}, "text/x-python", reasons=jax_reasons,
        ),
        Form(
            "sklearn", CODE, "scikit-learn",
            "The same experiment with MLPClassifier or MLPRegressor, where they can do it, and what they cannot.",
            {"experiment_sklearn.py": sklearn_script}, "text/x-python", reasons=sklearn_reasons,
        ),
        Form(
            "json", RECORD, "Record",
            "Every recorded number with all its digits, the samples and the versions. It loads back into this page and "
            "into ffbp.load_record, and can be verified: made for handing in homework.",
            {"record.json": dump_record}, "application/json", "json",
        ),
        Form(
            "html", RECORD, "Page",
            "The run with its timeline and panels as one file that opens offline in any browser: a handout.",
            {"handout.html": _on_plane(handout)}, "text/html", "html",
        ),
        Form(
            "gif", PICTURE, "Animation",
            "Boundary and loss over the training, for slides.",
            {"animation.gif": _on_plane(animation)}, "image/gif", "",
        ),
        Form(
            "png", PICTURE, "Pictures",
            "Boundary and loss at one moment, for a report.",
            {"boundary.png": _on_plane(boundary_png), "loss.png": loss_png},
            "image/png", "",
        ),
        Form(
            "csv", TABLE, "Tables",
            "History, gradients, weights, steps and samples, all digits, for a spreadsheet or pandas.",
            {
                "history.csv": history_csv,
                "gradients.csv": gradients_csv,
                "weights.csv": weights_csv,
                "steps.csv": steps_csv,
                "data.csv": data_csv,
            },
            "text/csv", "",
        ),
    )
}  # fmt: skip
PROGRAMS = {key: form for key, form in FORMS.items() if form.kind == CODE}


def available(run: Run, key: str) -> list[str]:
    """Why a run has no exact form of a kind (a key of FORMS): a sentence each; empty if it has one."""
    if key not in FORMS:
        raise ValueError(f"unknown form {key!r}; choose from {', '.join(FORMS)}")
    return FORMS[key].reasons(Facts(run))


def program(run: Run, key: str) -> str:
    """The text of a run's program (a key of PROGRAMS). Raises NoEquivalent where `available` has reasons."""
    (write,) = PROGRAMS[key].files.values()
    return write(run)


def needs_data_file(run: Run) -> bool:
    """Whether the programs read the run's samples from DATA_FILE, which then has to lie beside them."""
    return run.config.file_name is not None


def files_of(run: Run, form: Form) -> dict[str, Callable[[Run], str | bytes]]:
    """The files that make up a run's form: its own, and the samples where a program reads them."""
    beside = {DATA_FILE: data_csv} if form.kind == CODE and needs_data_file(run) else {}
    return {**form.files, **beside}
