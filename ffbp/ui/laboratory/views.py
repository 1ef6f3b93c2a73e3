"""The views of the page Laboratory: each is a file with a function, and a row here; its name stands in `VIEWS_OF_LAB`, too."""

from ffbp.experiment.class_link import SCORES
from ffbp.ui.laboratory.checks import checks
from ffbp.ui.laboratory.curvature import curvature
from ffbp.ui.laboratory.noise import noise
from ffbp.ui.laboratory.start import start
from ffbp.ui.views import View

VIEWS = {
    "start": View("Start", start, ("gradients",)),
    "curvature": View("Curvature", curvature, ("loss", "gradients")),
    "noise": View("Noise", noise, ("loss", "gradients")),
    "checks": View("Five checks before training", checks, ("loss", "gradients", SCORES)),
}
