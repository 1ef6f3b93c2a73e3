"""A run, or two, in a cell of a notebook (Jupyter, Colab): the page that plays offline, in a frame of its own."""

from ffbp.analysis.pair import Pair
from ffbp.analysis.summary import title
from ffbp.export.embed import element
from ffbp.export.forms import FORMS, usual_plane
from ffbp.export.handout import handout_of_two
from ffbp.training.run import Run

HEIGHT = 820  # pixels: timeline and four panels


def run_html(run: Run) -> str:
    """The run's player as HTML for a cell. The frame's page forbids the browser to fetch anything."""
    (write,) = FORMS["html"].files.values()
    return element(write(run), title(run), HEIGHT)


def pair_html(pair: Pair) -> str:
    """Both runs on one timeline as HTML for a cell."""
    planes = usual_plane(pair.a), usual_plane(pair.b)
    return element(handout_of_two(pair.a, pair.b, planes), f"{title(pair.a)} and {title(pair.b)}", HEIGHT)
