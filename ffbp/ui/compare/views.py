"""The views of the page Compare: each is a file with a function, and a row here; its name stands in `COMPARISONS`, too."""

from ffbp.experiment.class_link import COVERABLE, SCORES
from ffbp.ui.compare.faults import faults
from ffbp.ui.compare.pair import pair
from ffbp.ui.compare.race import race
from ffbp.ui.compare.seeds import seeds
from ffbp.ui.compare.surface import surface
from ffbp.ui.compare.sweep import sweep
from ffbp.ui.views import View

LOSSES = ("loss", SCORES)
VIEWS = {
    "pair": View("A and B", pair, COVERABLE),  # its files have the network, too
    "seeds": View("Seeds", seeds, ("boundary", *LOSSES)),
    "sweep": View("Sweep", sweep, LOSSES),
    "race": View("Race", race, LOSSES),
    "surface": View("Surface", surface, LOSSES),
    "faults": View("Faults", faults, COVERABLE),
}
