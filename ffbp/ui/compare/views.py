"""The views of the page Compare: each is a file with a function, and a row here; its name stands in `COMPARISONS`, too."""

from ffbp.ui.compare.faults import faults
from ffbp.ui.compare.pair import pair
from ffbp.ui.compare.race import race
from ffbp.ui.compare.seeds import seeds
from ffbp.ui.compare.surface import surface
from ffbp.ui.compare.sweep import sweep
from ffbp.ui.views import View

VIEWS = {
    "pair": View("A and B", pair),
    "seeds": View("Seeds", seeds),
    "sweep": View("Sweep", sweep),
    "race": View("Race", race),
    "surface": View("Surface", surface),
    "faults": View("Faults", faults),
}
